import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { representative } from '../apps/guardian/test/running-guardian.ts';

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
  execFileSync(process.execPath, [join(ROOT, 'tools/packaging/run.ts'), 'guardian', '--out', out], {
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

  it.skipIf(process.getuid?.() !== 0)(
    'gives and destroys halves in the story of two users (needs root)',
    {
      timeout: 600_000,
    },
    () => {
      const story = spawnSync(
        join(ROOT, 'node_modules/.bin/vitest'),
        ['run', '--project', 'browser', 'e2e/two-users.test.ts'],
        {
          cwd: ROOT,
          encoding: 'utf8',
          env: {
            ...process.env,
            NO_COLOR: '1',
            ABOVEBOARD_TEST_GUARDIAN: join(folder, 'root/usr/bin/aboveboard-guardian'),
          },
        },
      );
      expect(story.stdout).toMatch(/Tests {2}6 passed \(6\)/);
      expect(story.status).toBe(0);
    },
  );
});

const NAME = 'aboveboard-guardian';
const STORE = `/var/lib/${NAME}`;
const SETTINGS = `/etc/${NAME}`;
const PROGRAM = `/usr/bin/${NAME}`;
const UNIT_FILE = `/lib/systemd/system/${NAME}.service`;
const has = (program: string) => spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
// A purge destroys halves of keys: never where a guardian is, or was and left them.
const mayInstall =
  process.getuid?.() === 0 &&
  ['dpkg', 'setpriv'].every(has) &&
  ![STORE, SETTINGS, PROGRAM, UNIT_FILE].some((path) => existsSync(path));

describe.skipIf(!mayInstall)(
  'the package, installed (needs root, dpkg, and a computer without a guardian)',
  () => {
    beforeAll(() => {
      // That of the test before.
      running?.kill();
    });
    afterAll(() => {
      running?.kill('SIGKILL');
      dpkg('--purge', NAME);
    });

    /** As the unit says it, under those of its restrictions that need no systemd: user, umask, no core, no privileges. */
    async function startUnit(): Promise<{ url: string; setupLink: string | null }> {
      const unit = readFileSync(UNIT_FILE, 'utf8');
      const line = /^ExecStart=(.+)$/m.exec(unit)?.[1] ?? '';
      const file = /^EnvironmentFile=(.+)$/m.exec(unit)?.[1] ?? '';
      const set = new Map(
        readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((one) => one.split('=', 2) as [string, string]),
      );
      // As systemd does: `${NAME}` is one word, `$NAME` as many as are in it.
      const words = line.split(' ').flatMap((word) => {
        const [, whole, split] = /^(?:\$\{(\w+)\}|\$(\w+))$/.exec(word) ?? [];
        if (whole) return [set.get(whole) ?? ''];
        return split ? (set.get(split) ?? '').split(' ').filter((one) => one !== '') : [word];
      });
      const [user, group] = ['User', 'Group'].map((key) => new RegExp(`^${key}=(.+)$`, 'm').exec(unit)?.[1]);
      const child = spawn(
        'sh',
        [
          ...['-c', `umask ${/^UMask=(\d+)$/m.exec(unit)?.[1]}; ulimit -c 0; exec "$@"`, 'sh', 'setpriv'],
          ...[`--reuid=${user}`, `--regid=${group}`, '--clear-groups', '--no-new-privs'],
          ...['--bounding-set=-all', '--inh-caps=-all', '--', ...words],
        ],
        { cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      running = child;
      return new Promise((resolve, reject) => {
        let text = '';
        child.once('exit', () => reject(new Error(`It ended: ${text}`)));
        child.stdout.on('data', (piece) => {
          text += piece;
          const url = /runs at (\S+)/.exec(text)?.[1];
          if (url && text.includes('Stop with'))
            resolve({ url, setupLink: /\S+#setup=\S+/.exec(text)?.[0] ?? null });
        });
      });
    }
    async function stopUnit(): Promise<void> {
      const child = running as ChildProcess;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      running = undefined;
    }
    function dpkg(...args: string[]): { status: number | null; said: string } {
      const { status, stdout, stderr } = spawnSync('dpkg', args, { encoding: 'utf8' });
      return { status, said: `${stdout}${stderr}` };
    }
    const passwd = () => spawnSync('getent', ['passwd', NAME]).status;
    /** The same package under a later version. */
    function later(deb: string): string {
      const tree = join(folder, 'later');
      execFileSync('dpkg-deb', ['-R', deb, tree]);
      const control = join(tree, 'DEBIAN/control');
      writeFileSync(control, readFileSync(control, 'utf8').replace(/^(Version: .+)$/m, '$1+later'));
      const out = join(folder, 'later.deb');
      execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, out], { stdio: 'ignore' });
      return out;
    }

    it('installs, starts as its unit says, is upgraded and removed with its halves kept, and purged of them aloud', {
      timeout: 900_000,
    }, async () => {
      const files = built('installed');
      const deb = join(folder, 'installed', [...files.keys()].find((file) => file.endsWith('.deb')) ?? '');
      expect(dpkg('--install', deb)).toMatchObject({ status: 0 });
      expect(passwd()).toBe(0);
      const owner = Number(execFileSync('id', ['-u', NAME], { encoding: 'utf8' }));
      expect([statSync(STORE).mode & 0o777, statSync(STORE).uid]).toEqual([0o700, owner]);
      if (has('systemd-analyze')) {
        const { status, stderr } = spawnSync('systemd-analyze', ['verify', UNIT_FILE], { encoding: 'utf8' });
        expect([status, stderr.split('\n').filter((line) => line.includes(NAME))]).toEqual([0, []]);
      }

      mkdirSync(SETTINGS);
      writeFileSync(join(SETTINGS, 'server'), 'SERVER=http://127.0.0.1:9\nOPTIONS=--port 0\n');
      const first = await startUnit();
      await representative(first.url, first.setupLink);
      const status = readFileSync(`/proc/${running?.pid}/status`, 'utf8');
      expect(status).toMatch(new RegExp(`^Uid:\\s+${owner}\\s+${owner}`, 'm'));
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
      expect(status).toMatch(/^CapBnd:\s+0+$/m);
      expect(readFileSync(`/proc/${running?.pid}/limits`, 'utf8')).toMatch(/^Max core file size\s+0\s+0/m);
      for (const file of readdirSync(STORE))
        expect([file, statSync(join(STORE, file)).mode & 0o077]).toEqual([file, 0]);
      await stopUnit();

      expect(dpkg('--install', later(deb))).toMatchObject({ status: 0 });
      const second = await startUnit();
      expect(second.setupLink).toBeNull();
      // With the passphrase of before: the store is the same.
      await representative(second.url, null);
      await stopUnit();

      const removed = dpkg('--remove', NAME);
      expect([removed.status, existsSync(PROGRAM)]).toEqual([0, false]);
      expect(removed.said).toContain(`Kept: ${STORE}`);
      expect([existsSync(join(STORE, 'guardian.sqlite')), passwd()]).toEqual([true, 0]);

      const purged = dpkg('--purge', NAME);
      expect(purged.status).toBe(0);
      expect(purged.said).toContain('the halves of all keys');
      expect([STORE, SETTINGS].filter((path) => existsSync(path))).toEqual([]);
      expect(passwd()).not.toBe(0);
    });
  },
);
