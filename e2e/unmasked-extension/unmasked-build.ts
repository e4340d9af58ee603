import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the test build goes: outside of the repository, so that nobody loads or packs it by mistake. */
export const UNMASKED_FOLDER = join(tmpdir(), `aboveboard-unmasked-extension-${process.getuid?.() ?? ''}`);
export const UNMASKED_NAME = 'TEST BUILD WITHOUT MASKS';

/** Set to take the look behind the page (MASK41) out as well. */
export const WITHOUT_NET = 'ABOVEBOARD_TEST_WITHOUT_NET';

export const unmaskedFolder = (net: boolean) => (net ? UNMASKED_FOLDER : `${UNMASKED_FOLDER}-without-net`);

/** Builds it and gives the unpacked extension's folder. `net`: what an agreement opens is still looked through behind the page. */
export function buildUnmasked({ net = true }: { net?: boolean } = {}): string {
  const cwd = fileURLToPath(new URL('../../apps/extension', import.meta.url));
  const config = fileURLToPath(new URL('wxt.config.ts', import.meta.url));
  const program = fileURLToPath(new URL('../../node_modules/wxt/bin/wxt.mjs', import.meta.url));
  const built = spawnSync(process.execPath, [program, 'build', '--config', config], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, [WITHOUT_NET]: net ? '' : '1' },
  });
  if (built.status !== 0) throw new Error(`The test build failed.\n${built.stdout}\n${built.stderr}`);
  return join(unmaskedFolder(net), 'chrome-mv3');
}
