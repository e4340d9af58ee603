import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const NOBODY = 65_534;
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-guardian-package-'));
chmodSync(folder, 0o755);
let running: ChildProcess | undefined;

afterAll(() => {
  running?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** The files of one build, by name. */
function built(name: string): Map<string, Buffer> {
  const out = join(folder, name);
  execFileSync(process.execPath, [join(ROOT, 'tools/package-guardian/run.ts'), '--out', out], {
    stdio: 'ignore',
  });
  return new Map(readdirSync(out).map((file) => [file, readFileSync(join(out, file))]));
}

describe('the guardian as a Debian package (T12)', () => {
  it('has the same bytes when it is built twice, and runs from what was unpacked, as a user of its own', {
    timeout: 900_000,
  }, async () => {
    const first = built('first');
    const second = built('second');
    expect([...first.keys()]).toEqual([...second.keys()]);
    for (const [file, bytes] of first) expect(second.get(file)?.equals(bytes), file).toBe(true);

    const root = join(folder, 'root');
    mkdirSync(root, { mode: 0o755 });
    const deb = [...first.keys()].find((file) => file.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', join(folder, 'first', deb ?? ''), root]);
    const state = join(root, 'state');
    mkdirSync(state, { mode: 0o700 });
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(state, NOBODY, NOBODY);
    const started = spawn(
      join(root, 'usr/bin/aboveboard-guardian'),
      ['--json', '--data', state, 'guardian', '--server', 'http://127.0.0.1:9', '--port', '0'],
      {
        cwd: '/',
        env: {},
        stdio: ['ignore', 'pipe', 'inherit'],
        ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
      },
    );
    running = started;
    const said = await new Promise<{ url: string; setupLink: string }>((resolve, reject) => {
      let text = '';
      started.once('exit', () => reject(new Error(`It ended: ${text}`)));
      started.stdout.on('data', (piece) => {
        text += piece;
        if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text));
      });
    });
    const page = await (await fetch(said.url)).text();
    const script = /assets\/[^"]+\.js/.exec(page)?.[0];
    expect((await fetch(`${said.url}/${script}`)).status).toBe(200);
    // Out of the program come the pages and nothing beside them.
    expect((await fetch(`${said.url}/assets/nothing.js`)).status).toBe(404);
    expect(said.setupLink).toMatch(/#setup=/);
  });
});
