import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLiteralList } from '@aboveboard/consent/literal-list';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-literals-'));
const FILES: Record<string, [type: string, text: string]> = {
  '/index.html': [
    'text/html',
    '<h1>Hello Paula Secretname</h1><script type="module" src="/assets/main.js"></script>',
  ],
  '/assets/main.js': [
    'text/javascript',
    `const label = 'File an expense'; import('./later-4f2a.js'); const help = 'help@works.example';`,
  ],
  '/assets/later-4f2a.js': ['text/javascript', `const more = "Add a receipt"; fetch('/locales/de.json');`],
  '/locales/de.json': ['application/json', '{"save": "Speichern", "total": "Summe 4711-0815"}'],
  '/data/people.json': ['application/json', '["Paula Secretname"]'],
};
const requests: { path: string; cookie: string | undefined }[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '/';
  requests.push({ path, cookie: request.headers.cookie });
  if (path === '/')
    return void response.writeHead(302, { location: '/index.html', 'set-cookie': 'a=b' }).end();
  if (path === '/away') return void response.writeHead(302, { location: 'http://127.0.0.2:9/' }).end();
  const [type, text] = FILES[path] ?? ['text/plain', ''];
  response.writeHead(FILES[path] ? 200 : 404, { 'content-type': type }).end(text);
});
let origin = '';

async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code: await program.run(args), out: out.join(''), err: err.join('') };
}

beforeAll(async () => {
  for (const [path, [, text]] of Object.entries(FILES)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, 'node_modules/other'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/other/index.js'), `const other = 'Words of a dependency';`);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('aboveboard literals', () => {
  it('[AGR34] makes a list of a folder that an agreement can carry, without what looks like data', async () => {
    const out = join(folder, '..', `${folder.split('/').at(-1)}.txt`);
    const { code, out: said } = await run('literals', folder, '--json', '--out', out, '--name', 'expenses');
    expect(code).toBe(0);
    const result = JSON.parse(said);
    const file = readFileSync(out);
    rmSync(out);
    expect(parseLiteralList(file)).toEqual({ ok: true, value: result.literals });
    expect(result.attachment).toMatchObject({ kind: 'literals', name: 'expenses', bytes: file.length });
    expect(result.literals).toEqual(
      expect.arrayContaining(['File an expense', 'Add a receipt', 'Speichern']),
    );
    const all = JSON.stringify(result.literals);
    for (const secret of ['help@works.example', '4711', 'dependency']) expect(all).not.toContain(secret);
    expect(result.leftOut).toMatchObject({ 'free.email': 1 });
  });

  it('reads a running address without a log-in, its own origin alone, and never the page itself', async () => {
    const { code, out } = await run('literals', origin);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('aboveboard-literals 1');
    for (const label of ['File an expense', 'Add a receipt', 'Speichern']) expect(out).toContain(label);
    expect(out).not.toContain('Paula');
    expect(requests.map(({ path }) => path)).not.toContain('/data/people.json');
    expect(requests.every(({ cookie }) => cookie === undefined)).toBe(true);
  });

  it('says what went wrong in a sentence', async () => {
    expect(await run('literals', `${origin}/away`)).toMatchObject({ code: 1 });
    expect(await run('literals', join(folder, 'nothing'))).toMatchObject({ code: 2 });
    expect(await run('literals', join(folder, 'data'))).toMatchObject({ code: 1 });
  });
});
