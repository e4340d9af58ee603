import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleBytes } from '@aboveboard/protocol/bundle';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { openInstallation } from '@aboveboard/server/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { defaultDataFolder } from '../src/default-data.ts';
import { makeProgram } from '../src/program.ts';

const MAIN = fileURLToPath(new URL('../bin/aboveboard.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-cli-'));
const data = join(folder, 'data');
const bundle = join(folder, 'one.bundle');
let id = '';

/** The command in this process: what it wrote and how it ended. */
async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  const code = await program.run(args);
  return { code, out: out.join(''), err: err.join('') };
}

beforeAll(async () => {
  // As root PostgreSQL is another user, and passes through here to its own folder.
  chmodSync(folder, 0o711);
  const installation = await openInstallation({ data });
  const source = await installation.recordings.beginImport();
  id = source.id;
  const writer = new RecordingWriter({ ...source, tickMicroseconds: 1000, deflate: webDeflate });
  for (let t = 0; t < 100; t++) writer.event({ kind: 'move', t, x: t, y: 2 * t });
  const manifest = await writer.finish({
    class: 'foreign',
    week: '2026-W47',
    task: { kind: 'free', text: 'imported' },
    outcome: { worked: null, reasons: [] },
    agreement: null,
    receipt: null,
    software: [{ name: 'test', version: '1' }],
    signals: ['pointer'],
    masks: [],
    origin: { format: 'rrweb', kept: 100, reduced: [] },
  });
  await source.finish(manifest);
  const file = createWriteStream(bundle);
  for await (const bytes of bundleBytes(source)) file.write(bytes);
  await new Promise((resolve) => file.end(resolve));
  await installation.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('help', () => {
  it('is grouped, names every command, and ends with what to do first', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/Installation:\n {2}start /);
    expect(out).toMatch(/Recordings:\n {2}recordings /);
    expect(out.trimEnd()).toMatch(/aboveboard start --demo$/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  it('each command has help of its own', async () => {
    for (const name of ['start', 'recordings', 'show', 'inspect']) {
      const { code, out } = await run(name, '--help');
      expect(code, name).toBe(0);
      expect(out, name).toContain(`Usage: aboveboard ${name}`);
    }
    expect((await run('--version')).out).toBe('1.2.3\n');
  });

  it('loads nothing that only a command needs', async () => {
    const loaded = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `await import(${JSON.stringify(new URL('../src/commands.ts', import.meta.url).href)});
        const { registerHooks } = await import('node:module');
        console.log(process.getBuiltinModule('node:module').syncBuiltinESMExports ? 'ok' : '');`,
      ],
      { encoding: 'utf8', env: { ...process.env, NODE_DEBUG: 'esm' }, maxBuffer: 2 ** 26 },
    );
    expect(loaded.status).toBe(0);
    for (const heavy of [
      'apps/server/src/start.ts',
      'node_modules/hono',
      'node_modules/pg/',
      'age-encryption',
      'packages/dataset/src',
    ]) {
      expect(loaded.stderr).not.toContain(heavy);
    }
    expect(loaded.stderr).toContain('commands.ts');
    expect(COMMANDS.length).toBeGreaterThanOrEqual(4);
  });
});

describe('exit codes', () => {
  it.each([
    ['no command', []],
    ['a command that there is not', ['strat']],
    ['an option that there is not', ['recordings', '--fast']],
    ['an argument that is missing', ['show']],
    ['a port that is none', ['start', '--port', '99999']],
    ['half of TLS', ['start', '--tls-key', 'x']],
    ['an application without --demo', ['start', '--application', 'http://127.0.0.1:1']],
    ['a port for a guardian without --demo', ['start', '--guardian-port', '4900']],
  ])('2 for %s', async (_, args) => {
    const { code, out, err } = await run('--data', data, ...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.length).toBeGreaterThan(5);
  });

  it('1 with a sentence for what can not be done', async () => {
    for (const args of [
      ['show', 'AAAAAAAAAAAAAAAAAAAAAA'],
      ['inspect', join(folder, 'none')],
      ['start', '--host', '0.0.0.0'],
    ]) {
      const { code, err } = await run('--data', data, ...args);
      expect(code, args.join(' ')).toBe(1);
      expect(err.trim(), args.join(' ')).toMatch(/\.$/);
      expect(err).not.toMatch(/^\s+at /m);
    }
  });
});

describe('recordings, show, inspect', () => {
  it('lists what is there', async () => {
    const { code, out } = await run('--data', data, 'recordings');
    expect(code).toBe(0);
    expect(out).toContain(id);
    expect(out).toContain('foreign');
    const json = JSON.parse((await run('--data', data, '--json', 'recordings')).out);
    expect(json.recordings).toMatchObject([{ id, class: 'foreign', counts: { events: 100 } }]);
    const empty = await run('--data', join(folder, 'empty'), 'recordings');
    expect(empty.out).toBe('There are no recordings here.\n');
  });

  it('shows one, after the journal knows', async () => {
    const { code, out } = await run('--data', data, '--json', 'show', id);
    expect(code).toBe(0);
    const shown = JSON.parse(out);
    expect(shown.manifest).toMatchObject({ id, class: 'foreign', origin: { kept: 100 } });
    const installation = await openInstallation({ data });
    const entries = await installation.inner.database.query(
      'select kind, by, recordings from access_entry where entry = $1',
      [shown.journal],
    );
    await installation.close();
    expect(entries).toEqual([{ kind: 'inspection', by: 'operator', recordings: [id] }]);
    expect((await run('--data', data, 'show', id)).out).toContain('imported    from rrweb, 100 kept');
  });

  it('inspects a bundle, without its key and with it', async () => {
    const { code, out } = await run('--data', join(folder, 'none'), 'inspect', bundle);
    expect(code).toBe(0);
    expect(out).toContain('No faults in its structure.');
    const opened = await run('--data', data, '--json', 'inspect', '--open', bundle);
    expect(JSON.parse(opened.out)).toMatchObject({ id, opened: true, faults: [], manifest: { id } });
    expect((await run('--data', join(folder, 'empty'), 'inspect', '--open', bundle)).err).toContain(
      'not in the data folder',
    );
  });

  it('tells every kind of damage by its rule, and never by a stack', async () => {
    const whole = readFileSync(bundle);
    const broken = join(folder, 'broken.bundle');
    const cases: [string, Uint8Array][] = [
      ['cut short', whole.subarray(0, whole.length - 1)],
      ['empty', new Uint8Array()],
      ['longer', Buffer.concat([whole, Buffer.from('x')])],
      ['not a bundle', Buffer.from('PK\x03\x04'.padEnd(100, ' '))],
      ...[10, 35, 60, whole.length - 5].map((at): [string, Uint8Array] => [
        `changed at ${at}`,
        whole.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      ]),
    ];
    for (const [name, bytes] of cases) {
      writeFileSync(broken, bytes);
      const { code, out } = await run('--data', data, '--json', 'inspect', broken);
      expect(code, name).toBe(1);
      const { faults } = JSON.parse(out);
      expect(faults.length, name).toBeGreaterThan(0);
      expect(faults[0].rule, name).toMatch(/^REC\d+$/);
    }
  });
});

describe('the launcher', () => {
  it('starts, joins a server that runs, and stops with the exit code 0', async () => {
    const demo = join(folder, 'demo');
    const server = spawn(
      process.execPath,
      [MAIN, '--data', demo, 'start', '--demo', '--no-samples', '--port', '0'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    server.stdout.on('data', (chunk) => {
      said += chunk;
    });
    const gone = new Promise((resolve) => server.once('exit', resolve));
    try {
      while (!said.includes('Stop with Ctrl-C')) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(said).toMatch(/contributor +[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\n/);
      expect(said).toContain('/try');
      const second = await run('--data', demo, 'start', '--demo', '--port', '0');
      expect(second).toMatchObject({ code: 1 });
      expect(second.err).toContain(`process id ${server.pid}`);
      expect((await run('--data', demo, 'recordings')).out).toBe('There are no recordings here.\n');
    } finally {
      server.kill('SIGINT');
    }
    expect(await gone).toBe(0);
  });

  it('an older Node starts the one of the lockfile, or says what to do', async () => {
    const text = readFileSync(MAIN, 'utf8');
    const older = join(folder, 'older.mjs');
    // The same file, told that it is an old Node in a place without node_modules.
    writeFileSync(older, text.replace('process.versions.node.split', "'20.1.0'.split"));
    const result = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
      execFile(process.execPath, [older, '--version'], (error, _, stderr) =>
        resolve({ code: error?.code, stderr }),
      ),
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('Aboveboard needs Node 24 or newer');
  });

  it('the data folder is the nearest that makes sense', () => {
    expect(defaultDataFolder({ ABOVEBOARD_DATA: '/x/y' }, '/tmp')).toBe('/x/y');
    expect(defaultDataFolder({}, fileURLToPath(new URL('../../..', import.meta.url)))).toMatch(/\.data$/);
    expect(defaultDataFolder({}, tmpdir())).toMatch(/aboveboard$/);
  });

  it('ends quietly when its reader has read enough', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `"$0" "$1" --help | true`, process.execPath, MAIN], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
