import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PointerTrack, type SampleKind } from '../src/movement/pointer-sample.ts';
import { SampleFault, SampleReader, SampleWriter } from '../src/movement/sample-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function read(text: string, chunk = text.length || 1): PointerTrack {
  const track = new PointerTrack();
  const reader = new SampleReader(track);
  const all = bytes(text);
  for (let i = 0; i < all.length; i += chunk) reader.push(all.subarray(i, i + chunk));
  reader.end();
  return track;
}

function written(track: PointerTrack): string {
  const chunks: Uint8Array[] = [];
  const writer = new SampleWriter((chunk) => chunks.push(chunk.slice()));
  track.giveTo(writer);
  writer.end();
  return Buffer.concat(chunks).toString('utf8');
}

const TABLE = 't_ms,x,y,kind\n0,10,20,move\n16,11.5,-3,move\n40,12,22,down\n90,12,22,up\n120,12,22,wheel\n';

describe('tables of pointer rows', () => {
  test('[MOV1] what was read is written again, whatever the chunks', () => {
    for (const chunk of [1, 2, 3, 7, 64, 1000]) expect(written(read(TABLE, chunk))).toBe(TABLE);
  });

  test('[MOV1] lines may end as on Windows, and the last without an end', () => {
    expect(written(read(TABLE.replaceAll('\n', '\r\n').slice(0, -2)))).toBe(TABLE);
  });

  test('[MOV1] thirty thousand rows go through chunks of the writer whole', () => {
    const track = new PointerTrack();
    for (let i = 0; i < 30_000; i++) track.sample(i * 8, i % 1920, (i * 7) % 1080, 0);
    expect(written(read(written(track)))).toBe(written(track));
  });

  test.each([
    ['an empty table', '', 1, 'is missing'],
    ['another header', 'a,b,c\n1,2,3\n', 1, 'is not t_ms,x,y,kind'],
    ['three fields', 't_ms,x,y,kind\n0,1,2\n', 2, 'does not have four fields'],
    ['a time that is NaN', 't_ms,x,y,kind\nNaN,1,2,move\n', 2, 'has no time'],
    ['an exponent', 't_ms,x,y,kind\n1e3,1,2,move\n', 2, 'has no time'],
    ['an infinite place', 't_ms,x,y,kind\n0,Infinity,2,move\n', 2, 'has no place'],
    ['a glitch', 't_ms,x,y,kind\n0,100001,2,move\n', 2, 'has no place'],
    ['no number at all', 't_ms,x,y,kind\n0,,2,move\n', 2, 'has no place'],
    ['another kind', 't_ms,x,y,kind\n0,1,2,touch\n', 2, 'has a kind other'],
    ['a fifth field', 't_ms,x,y,kind\n0,1,2,move,left\n', 2, 'has a kind other'],
    ['forty digits', `t_ms,x,y,kind\n${'1'.repeat(60)},1,2,move\n`, 2, 'has no time'],
  ])('[MOV3] %s is a fault of its line', (_, text, line, message) => {
    const failing = () => read(text, 5);
    expect(failing).toThrow(SampleFault);
    expect(failing).toThrow(`line ${line} ${message}`);
  });

  test('[MOV3] a fault quotes nothing of the row', () => {
    try {
      read('t_ms,x,y,kind\n0,1,2,secret-word\n');
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain('secret');
    }
  });

  test('[MOV3, MOV5] a line without end is a fault before it is in memory', () => {
    const reader = new SampleReader({ sample() {} });
    reader.push(bytes('t_ms,x,y,kind\n'));
    expect(() => {
      for (let i = 0; i < 10; i++) reader.push(bytes('1'.repeat(100)));
    }).toThrow('is too long');
    expect(() => new SampleReader({ sample() {} }).push(bytes('x'.repeat(1_000_000)))).toThrow('is too long');
  });

  test('[MOV7] whatever numbers a row has, no cell of it is text that a spreadsheet could run', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.double({ min: -1e5, max: 1e5, noNaN: true }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, -1e-9, 1e21, -1e21, 2 ** 31, -(2 ** 31), 999e18),
    );
    const kind = fc.integer({ min: 0, max: 3 });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, number, kind), { maxLength: 6 }), (rows) => {
        const chunks: Uint8Array[] = [];
        const writer = new SampleWriter((chunk) => chunks.push(chunk));
        for (const [t, x, y, of] of rows) {
          const isPlain = [t, x, y].every((one) => Math.abs(one) < 1e21);
          if (isPlain) writer.sample(t, x, y, of as SampleKind);
          else {
            expect(() => writer.sample(t, x, y, of as SampleKind)).toThrow(RangeError);
            refused++;
            return;
          }
        }
        writer.end();
        const [header, ...lines] = Buffer.concat(chunks).toString('latin1').trimEnd().split('\n');
        expect(header).toBe('t_ms,x,y,kind');
        expect(lines).toHaveLength(rows.length);
        for (const line of lines) expect(line).toMatch(/^(?:-?\d+(?:\.\d+)?,){3}(?:move|down|up|wheel)$/);
      }),
    );
    expect(refused).toBeGreaterThan(0);
  });

  test('[MOV3] [MOV7] a cell that begins as a formula does is no row, whichever it is', () => {
    const formula = fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '"=', ' ='), fc.string({ maxLength: 30 }))
      .map(([first, rest]) => `${first}${rest.replace(/[\n,\d]/g, '')}`);
    fc.assert(
      fc.property(formula, fc.nat(3), (cell, at) => {
        const row = ['0', '1', '2', 'move'];
        row[at] = cell;
        expect(() => read(`t_ms,x,y,kind\n${row.join(',')}\n`)).toThrow(SampleFault);
      }),
    );
  });
});
