import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { LINE_LIMIT, redactLines } from '../src/line-redaction.ts';
import { makeProgram } from '../src/program.ts';

const MAIN = fileURLToPath(new URL('../bin/aboveboard.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-redact-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code: await program.run(args), out: out.join(''), err: err.join('') };
}

async function lines(...chunks: (string | Uint8Array)[]) {
  const [out, faults] = [[] as unknown[], [] as string[]];
  async function* input() {
    yield* chunks;
  }
  const count = await redactLines(
    input(),
    { only: 'all' },
    {
      line: (text) => out.push(JSON.parse(text)),
      fault: (line, message) => faults.push(`${line} ${message}`),
    },
  );
  return { out, faults, count };
}

describe('redact', () => {
  it('[MASK29] reads JSON lines and writes them, spans of the text as given', () => {
    const input = `{"id":"a","text":"mail q@mail.example"}\n{"id":2,"text":"Settings","role":"button"}\n`;
    const done = spawnSync(MAIN, ['redact'], { input, encoding: 'utf8' });
    expect(done.status).toBe(0);
    expect(
      done.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        id: 'a',
        text: 'mail [email]',
        spans: [{ start: 5, end: 19, kind: 'email', rule: 'email.address' }],
      },
      { id: 2, text: 'Settings', spans: [] },
    ]);
  });

  it('[MASK29] lines cut anywhere, broken ones and empty ones: the rest is done, nothing of them is told', async () => {
    const bytes = Buffer.from(
      '{"text":"\u00e9 q@mail.example"}\n\n{bad quill\n7\n{"text":5}\n{"text":"a","id":{}}\n{"text":"\\ud800 ok"}',
    );
    const { out, faults } = await lines(...Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
    expect(out).toEqual([
      { id: null, text: '\u00e9 [email]', spans: [expect.objectContaining({ start: 2 })] },
      { id: null, text: '\ufffd ok', spans: [] },
    ]);
    expect(faults).toHaveLength(4);
    expect(faults.join()).not.toContain('quill');
  });

  it('[MASK20] a line without end is not read into memory', async () => {
    const long = 'x'.repeat(1 << 20);
    const { faults, out } = await lines(
      ...Array(LINE_LIMIT / long.length + 2).fill(long),
      '\n{"text":"ok"}\n',
    );
    expect(faults).toEqual(['1 is longer than 16 MB']);
    expect(out).toHaveLength(1);
  });
});

async function pixels(file: string) {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return (x: number, y: number) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)];
}

describe('redact frame', () => {
  const picture = join(folder, 'in.png');
  const png = new PNG({ width: 300, height: 200 });
  for (let i = 0; i < png.data.length; i++) png.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251;
  writeFileSync(picture, PNG.sync.write(png));

  it.each(['png', 'webp'])(
    '[MASK31] everything is solid but what the tree vouches for: %s',
    async (format) => {
      const tree = join(folder, 'tree.json');
      const out = join(folder, `out.${format}`);
      writeFileSync(
        tree,
        '{"nodes":[{"role":"button","name":"Save","box":[10,20,40,16]},{"role":"text","name":"Quill","box":[100,20,90,16]}]}',
      );
      expect(await run('redact', 'frame', picture, '--tree', tree, '--out', out)).toMatchObject({ code: 0 });
      const at = await pixels(out);
      const was = await pixels(picture);
      expect(at(10, 20)).toEqual(was(10, 20));
      expect(at(49, 35)).toEqual(was(49, 35));
      for (const [x, y] of [
        [9, 20],
        [10, 19],
        [50, 20],
        [49, 36],
        [0, 0],
        [299, 199],
        [120, 25],
      ] as const)
        expect(at(x, y)).toEqual([0x60, 0x60, 0x60, 255]);
    },
  );

  it('[MASK31] without a tree all of it is solid', async () => {
    const out = join(folder, 'solid.png');
    const { out: told } = await run('redact', 'frame', picture, '--out', out);
    expect(told).toContain('0 boxes, 0.0 %');
    const { channels } = await sharp(out).stats();
    expect(channels.slice(0, 3).map(({ min, max }) => [min, max])).toEqual(Array(3).fill([0x60, 0x60]));
  });

  /** A PNG that says it has 30,000 pixels a side and holds almost nothing. */
  const huge = () => {
    const bytes = Buffer.from(PNG.sync.write(new PNG({ width: 8, height: 8 })));
    bytes.writeUInt32BE(30_000, 16);
    bytes.writeUInt32BE(30_000, 20);
    return bytes;
  };
  it.each([
    ['30,000 pixels a side', huge],
    ['cut in half', () => readFileSync(picture).subarray(0, 9_000)],
    [
      'a bit turned in the pixels',
      () => {
        const bytes = Buffer.from(readFileSync(picture));
        bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000);
        return bytes;
      },
    ],
    [
      'a truncated WebP',
      () => Buffer.concat([Buffer.from('RIFF\xff\xff\xff\x7fWEBPVP8L', 'latin1'), Buffer.alloc(40)]),
    ],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['nothing', () => Buffer.alloc(0)],
  ])('[MASK32] hostile pictures are refused in words, and nothing is written: %s', async (_, make) => {
    const file = join(folder, 'hostile.png');
    const out = join(folder, 'never.png');
    writeFileSync(file, make());
    const { code, err } = await run('redact', 'frame', file, '--out', out);
    expect(code).toBe(1);
    expect(err).toMatch(/picture/);
    expect(() => readFileSync(out)).toThrow();
  });
});

describe('scan', () => {
  const planted = 'IBAN DE89 3704 0044 0532 0130 00 here';
  const clean = join(folder, 'clean');
  mkdirSync(join(clean, 'deep'), { recursive: true });
  writeFileSync(
    join(clean, 'deep/figures.json'),
    JSON.stringify({ ticks: [1732281120123, 4539988915720592], id: 'qF3k-9aZ' }),
  );
  writeFileSync(
    join(clean, 'noise.bin'),
    gzipSync(Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256))),
  );

  it('[MASK40] finds nothing where there is nothing, and says what it looked at', async () => {
    const { code, out } = await run('scan', clean);
    expect(out).toContain('2 files');
    expect(code).toBe(0);
  });

  it.each([
    ['as it is', () => Buffer.from(planted)],
    ['in UTF-16', () => Buffer.from(planted, 'utf16le')],
    ['gzipped', () => gzipSync(planted)],
    ['deflated', () => deflateRawSync(planted)],
    ['twice compressed', () => zstdCompressSync(gzipSync(planted))],
    [
      'compressed within a file',
      () => Buffer.concat([Buffer.from('head of a file'), gzipSync(planted), Buffer.from('tail')]),
    ],
    ['in base64', () => Buffer.from(`{"a":"${Buffer.from(planted).toString('base64')}"}`)],
    ['escaped', () => Buffer.from('"q\\u0040mail.example"')],
    ['in an address', () => Buffer.from('/find?who=q%40mail.example')],
    ['with look-alikes', () => Buffer.from('q@m\u0430il.example')],
    ['over lines', () => Buffer.from('card 4111 1111\n1111 1111')],
  ])('[MASK40] finds what should not be there, and does not show it: %s', async (name, make) => {
    const place = join(folder, `planted ${name}`);
    mkdirSync(place);
    writeFileSync(join(place, 'x.bin'), make());
    const { code, out } = await run('scan', place);
    expect(out).toMatch(/iban|email|card/);
    expect(out).not.toMatch(/3704|q@mail|1111/);
    expect(code).toBe(1);
  });

  it('[MASK40] names of files, own words, and what can not be read', async () => {
    const place = join(folder, 'names');
    mkdirSync(place);
    writeFileSync(join(place, 'q@mail.example.txt'), 'empty');
    expect((await run('scan', place)).code).toBe(1);
    const words = join(folder, 'words.txt');
    writeFileSync(words, 'Nightjar\n');
    writeFileSync(join(folder, 'one.txt'), 'project n\u0456ghtj\u0430r');
    expect((await run('scan', join(folder, 'one.txt'))).code).toBe(0);
    expect((await run('scan', join(folder, 'one.txt'), '--words', words)).out).toContain('own-word');
    writeFileSync(join(folder, 'sealed.bundle'), 'ABVBNDL\u0001 and nothing that can be opened');
    expect(await run('scan', join(folder, 'sealed.bundle'))).toMatchObject({ code: 1 });
    execFileSync('ln', ['-s', '/etc/passwd', join(place, 'link')]);
    expect((await run('scan', place)).out).toContain('is a link');
  });
});
