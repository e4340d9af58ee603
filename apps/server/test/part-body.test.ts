import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { makePartBody } from '../src/routes/part-body.ts';

const incoming = (chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, headers = {}) =>
  Object.assign(Readable.from(chunks), { headers }) as never;
const limits = { ...DEFAULT_LIMITS, receivingBytes: 100 };

it('[UPL20] takes exactly the bytes that were announced, however they are cut', async () => {
  const read = makePartBody(limits);
  const whole = Uint8Array.from({ length: 60 }, (_, i) => i);
  const cut = [whole.subarray(0, 1), whole.subarray(1, 1), whole.subarray(1, 59), whole.subarray(59)];
  expect([...(await read(incoming(cut), 60))]).toEqual([...whole]);
  for (const length of [59, 61]) {
    await expect(read(incoming(cut), length)).rejects.toMatchObject({ code: 'conflict' });
  }
  await expect(read(incoming(cut, { 'content-length': '59' }), 60)).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(read(incoming(cut, { 'content-length': 'x' }), 60)).rejects.toMatchObject({
    code: 'conflict',
  });
});

it('[UPL20] what does not end is not read on', async () => {
  let given = 0;
  const endless = (async function* () {
    for (;;) {
      given++;
      yield new Uint8Array(10);
    }
  })();
  await expect(makePartBody(limits)(incoming(endless), 50)).rejects.toMatchObject({ code: 'conflict' });
  expect(given).toBeLessThan(30);
});

it('[UPL5] bounds what arrives at one time, and lets go of what ended', async () => {
  const read = makePartBody(limits);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = read(
    incoming(
      (async function* () {
        await held;
        yield new Uint8Array(80);
      })(),
    ),
    80,
  );
  await expect(read(incoming([new Uint8Array(30)]), 30)).rejects.toMatchObject({
    code: 'limit',
    limit: { name: 'receivingBytes', value: 100 },
  });
  expect((await read(incoming([new Uint8Array(20)]), 20)).length).toBe(20);
  release();
  await slow;
  expect((await read(incoming([new Uint8Array(30)]), 30)).length).toBe(30);
  const breaking = incoming(
    (async function* () {
      yield new Uint8Array(10);
      throw new Error('aborted');
    })(),
  );
  await expect(read(breaking, 90)).rejects.toMatchObject({ code: 'malformed' });
  expect((await read(incoming([new Uint8Array(90)]), 90)).length).toBe(90);
});
