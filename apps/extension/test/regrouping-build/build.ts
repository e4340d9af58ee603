import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REGROUPING_FOLDER = join(
  tmpdir(),
  `aboveboard-regrouping-extension-${process.getuid?.() ?? ''}`,
);

/** Builds it and gives the unpacked extension's folder. */
export function buildRegrouping(): string {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const config = fileURLToPath(new URL('wxt.config.ts', import.meta.url));
  const program = fileURLToPath(new URL('../../../../node_modules/wxt/bin/wxt.mjs', import.meta.url));
  const built = spawnSync(process.execPath, [program, 'build', '--config', config], {
    cwd,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`The test build failed.\n${built.stdout}\n${built.stderr}`);
  return join(REGROUPING_FOLDER, 'chrome-mv3');
}
