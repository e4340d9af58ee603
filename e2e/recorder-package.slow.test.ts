import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHEET } from '../apps/desktop/test/memory-daemon.ts';
import { hasXvfb, startXvfb } from '../apps/desktop/test/x11-stage.ts';
import { ProductionInstallation } from './production-installation.ts';

const ROOT = join(import.meta.dirname, '..');
const NAME = 'aboveboard-recorder';
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-recorder-package-'));
chmodSync(folder, 0o755);
const program = join(folder, 'root/usr/bin', NAME);
const deb = () =>
  join(folder, 'first', readdirSync(join(folder, 'first')).find((one) => one.endsWith('.deb')) ?? '');
const digestOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function build(name: string): void {
  const out = join(folder, name);
  execFileSync(process.execPath, [join(ROOT, 'tools/packaging/run.ts'), 'recorder', '--out', out], {
    stdio: 'ignore',
  });
}

/** Without anything of this process's surroundings. */
function run(path: string, args: readonly string[]) {
  return spawnSync(path, args, { cwd: '/', env: { HOME: folder }, encoding: 'utf8' });
}

beforeAll(() => {
  build('first');
  mkdirSync(join(folder, 'root'), { mode: 0o755 });
  execFileSync('dpkg-deb', ['-x', deb(), join(folder, 'root')]);
}, 600_000);

describe('the desktop recorder as one program', () => {
  it('[DST1] has the same bytes when it is built twice', { timeout: 600_000 }, () => {
    build('second');
    const names = readdirSync(join(folder, 'first'));
    expect(readdirSync(join(folder, 'second'))).toEqual(names);
    for (const name of names) {
      expect(digestOf(join(folder, 'second', name)), name).toBe(digestOf(join(folder, 'first', name)));
    }
    expect(digestOf(join(folder, 'first', NAME))).toBe(digestOf(program));
  });

  it('[DST2, DST3] starts from nothing but itself, leaves nothing of its libraries, and says its own digest', () => {
    const before = readdirSync(tmpdir());
    expect(run(program, ['build'])).toMatchObject({ status: 0, stdout: `${digestOf(program)}\n` });
    const refused = run(program, ['recorder', '--app', 'A=/a:A', '--folder', join(folder, 'none')]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('no display') });
    const left = readdirSync(tmpdir()).filter(
      (one) => one.startsWith('aboveboard-library-') && !before.includes(one),
    );
    expect(left).toEqual([]);
  });
});

/** The recorder's page by hand, as a browser would. */
class Page {
  readonly #origin: string;
  readonly #cookie: string;
  private constructor(origin: string, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  static async open(link: string): Promise<Page> {
    const entered = await fetch(link, { redirect: 'manual' });
    return new Page(new URL(link).origin, entered.headers.get('set-cookie')?.split(';')[0] ?? '');
  }

  async text(): Promise<string> {
    return (await fetch(`${this.#origin}/`, { headers: { cookie: this.#cookie } })).text();
  }

  async act(path: string, fields: Record<string, string> = {}): Promise<string> {
    const token = /name="token" value="([^"]+)"/.exec(await this.text())?.[1] ?? '';
    const answer = await fetch(`${this.#origin}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: this.#cookie,
        origin: this.#origin,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token, ...fields }),
    });
    return answer.status === 303 ? this.text() : answer.text();
  }
}

async function start(path: string, args: readonly string[], display: string) {
  const link = join(folder, 'link');
  rmSync(link, { force: true });
  const child = spawn(path, [...args, '--link-file', link], {
    cwd: '/',
    env: { HOME: folder, DISPLAY: display },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`It ended: ${said}`)));
    child.stdout.on('data', (piece) => {
      said += piece;
      if (said.includes('Stop with')) resolve();
    });
  });
  const page = await Page.open(readFileSync(link, 'utf8').trim());
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    running.delete(child);
  };
  return { page, link, said: () => said, stop };
}

const LONG = { timeout: 60_000, interval: 200 };

describe.skipIf(!isRoot || !hasXvfb)('the program under signed rules (needs root and Xvfb)', () => {
  it('[DST3, DST4, DST7] records where its digest is listed; one byte more, and it does not; what was kept stays', {
    timeout: 300_000,
  }, async () => {
    const work = mkdtempSync(join(tmpdir(), 'aboveboard-recorder-rules-'));
    // As root PostgreSQL runs as another user, who has to get through.
    chmodSync(work, 0o711);
    const digest = digestOf(program);
    const house = await ProductionInstallation.start(
      work,
      'http://127.0.0.1:4311',
      12,
      async () => (agreement) => {
        agreement.desktopApps = [SHEET];
        agreement.recorders = [{ name: NAME, version: '0.1.0', digest }];
      },
    );
    const { display, server } = await startXvfb();
    running.add(server);
    try {
      const etc = join(work, 'etc');
      mkdirSync(etc, { mode: 0o755 });
      writeFileSync(join(etc, 'enrolment.json'), house.enrolment, { mode: 0o644 });
      const spool = join(work, 'spool');
      const args = ['recorder', '--enrolment', join(etc, 'enrolment.json'), '--folder', spool];

      const first = await start(program, args, display);
      // The link is nowhere but in the file, where another one stands once it was used.
      expect(first.said()).not.toContain('once=');
      const next = readFileSync(first.link, 'utf8').trim();
      expect((await fetch(next, { redirect: 'manual' })).status).toBe(303);
      expect((await fetch(next, { redirect: 'manual' })).status).toBe(403);
      await expect.poll(() => first.page.text(), LONG).toContain('The code of your sheet');
      await first.page.act('/code', { code: house.codes[0] as string });
      await house.signStatements();
      await expect.poll(() => first.page.text(), LONG).toContain('You take part');
      // Only once every attachment came is there something to agree to (GATE23).
      await expect.poll(() => first.page.text(), LONG).toContain('action="/agree"');
      await first.page.act('/agree');
      expect(await first.page.act('/start', { task: 'Fill the sheet' })).toContain(
        'The recorder is recording',
      );
      await first.page.act('/stop');
      await first.stop();
      expect(existsSync(first.link)).toBe(false);

      const other = join(folder, 'other-build');
      copyFileSync(program, other);
      appendFileSync(other, '\n');
      const second = await start(other, args, display);
      const refused = await second.page.act('/start', { task: 'Fill the sheet' });
      expect(refused).not.toContain('The recorder is recording');
      expect(refused).toContain('This build of the recorder is not one that was agreed');
      // What the other build kept is there all the same, and can be reviewed.
      expect(refused).toContain('Fill the sheet');
      const id = 'works';
      const later = { name: NAME, version: '0.1.1', digest: digestOf(other) };
      // An update is the representative's word, with both of her keys (T24).
      await house.parties.say({ kind: 'build', id, state: 'listed', ...later });
      await expect
        .poll(() => second.page.act('/start', { task: 'Updated' }), LONG)
        .toContain('The recorder is recording');
      await second.stop();

      // Rolled back: the earlier build is listed still, and reads what the later one kept.
      const third = await start(program, args, display);
      expect(await third.page.text()).toContain('Updated');
      expect(await third.page.act('/start', { task: 'Again' })).toContain('The recorder is recording');
      await third.stop();

      // Any party alone takes a build back, for good.
      await house.parties.say({ kind: 'build', id, state: 'withdrawn', ...later }, 'employer');
      const fourth = await start(other, args, display);
      await expect
        .poll(() => fourth.page.act('/start', { task: 'Withdrawn' }), LONG)
        .toContain('not one that was agreed');
      await fourth.stop();

      expect(run(program, ['uninstall', '--folder', spool]).status).not.toBe(0);
      expect(existsSync(join(spool, 'keys'))).toBe(true);
      const gone = run(program, ['uninstall', '--yes', '--folder', spool]);
      expect([gone.status, existsSync(spool)]).toEqual([0, false]);
      expect(gone.stdout).toContain(`Removed: ${spool}`);
    } finally {
      server.kill();
      running.delete(server);
      await house.stop();
      rmSync(work, { recursive: true, force: true });
    }
  });
});

const PERSON = 'aboveboard-test-person';
const UNIT = `/usr/lib/systemd/user/${NAME}.service`;
const has = (one: string) => spawnSync('which', [one], { stdio: 'ignore' }).status === 0;
// A purge takes what people recorded: never where a recorder is, or was and left something.
const mayInstall =
  isRoot &&
  ['dpkg', 'setpriv', 'useradd', 'userdel'].every(has) &&
  ![`/usr/bin/${NAME}`, UNIT, '/etc/aboveboard', `/home/${PERSON}`].some((path) => existsSync(path)) &&
  readdirSync('/home').every((one) => !existsSync(`/home/${one}/.local/share/aboveboard`));

describe.skipIf(!mayInstall)(
  'the package, installed (needs root, dpkg, and a computer without a recorder)',
  () => {
    const home = `/home/${PERSON}`;
    const spool = join(home, '.local/share/aboveboard/recorder');
    const outside = join(folder, 'outside');
    const dpkg = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync('dpkg', args, { encoding: 'utf8' });
      return { status, said: `${stdout}${stderr}` };
    };
    const asPerson = (...args: string[]) =>
      execFileSync('setpriv', [`--reuid=${PERSON}`, `--regid=${PERSON}`, '--clear-groups', ...args], {
        cwd: '/',
      });
    afterAll(() => {
      dpkg('--purge', NAME);
      spawnSync('userdel', ['-r', PERSON]);
    });

    it('[DST5, DST6] installs for everyone, keeps what was recorded over an upgrade, and is purged of it aloud', {
      timeout: 300_000,
    }, () => {
      execFileSync('useradd', ['-m', PERSON], { stdio: 'ignore' });
      expect(dpkg('--install', deb()).status).toBe(0);
      expect(run(`/usr/bin/${NAME}`, ['build']).stdout.trim()).toBe(digestOf(program));
      if (has('systemd-analyze')) {
        const { stderr } = spawnSync('systemd-analyze', ['--user', 'verify', UNIT], { encoding: 'utf8' });
        expect(stderr.split('\n').filter((line) => line.includes(NAME))).toEqual([]);
      }
      mkdirSync('/etc/aboveboard');
      writeFileSync('/etc/aboveboard/enrolment.json', '{}');
      for (const part of ['keys', 'recordings']) asPerson('mkdir', '-p', join(spool, part));
      asPerson('touch', join(spool, 'keys/one'), join(spool, 'recordings/one'));

      const tree = join(folder, 'later');
      execFileSync('dpkg-deb', ['-R', deb(), tree]);
      const control = join(tree, 'DEBIAN/control');
      writeFileSync(control, readFileSync(control, 'utf8').replace(/^(Version: .+)$/m, '$1+later'));
      const later = join(folder, 'later.deb');
      execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, later], { stdio: 'ignore' });
      const upgraded = dpkg('--install', later);
      expect([upgraded.status, existsSync(join(spool, 'keys/one'))]).toEqual([0, true]);
      expect(upgraded.said).toContain('What was recorded and not released stays');

      const removed = dpkg('--remove', NAME);
      expect([removed.status, existsSync(`/usr/bin/${NAME}`), existsSync(join(spool, 'keys/one'))]).toEqual([
        ...[0, false, true],
      ]);
      expect(removed.said).toContain('Kept: what was recorded and not released');

      // Another person's home leads elsewhere: root takes nothing away there that its owner could not.
      mkdirSync(join(outside, 'recorder'), { recursive: true });
      writeFileSync(join(outside, 'recorder/file-of-root'), '');
      const trap = `${home}-trap`;
      mkdirSync(join(trap, '.local/share'), { recursive: true });
      symlinkSync(outside, join(trap, '.local/share/aboveboard'));
      execFileSync('chown', ['-R', '-h', `${PERSON}:${PERSON}`, trap]);
      const purged = dpkg('--purge', NAME);
      rmSync(trap, { recursive: true });
      expect(purged.status).toBe(0);
      expect(purged.said).toContain(`Removed: ${spool}`);
      expect(purged.said).toContain(`NOT removed: ${trap}`);
      expect([spool, '/etc/aboveboard', UNIT].filter((path) => existsSync(path))).toEqual([]);
      expect(existsSync(join(outside, 'recorder/file-of-root'))).toBe(true);
    });
  },
);
