import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketLength,
  encodeLabel,
  makePartSealer,
  SEAL_OVERHEAD,
  type SealLabel,
} from '../src/part-sealing.ts';
import { asRecordingKey, freshRecordingKey } from '../src/recording-key.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const label: SealLabel = { recording: 'AAECAwQFBgcICQoLDA0ODw', index: 3, kind: 'events' };
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const vectors = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/sealing/${file}`, import.meta.url), 'utf8'));

describe('sealing of parts', () => {
  it('[SEAL1] opens what it sealed, and is longer by the stated overhead', async () => {
    const sealer = makePartSealer(freshRecordingKey(random), crypto.subtle, random);
    for (const length of [0, 1, 4096, 100_000]) {
      const plain = new Uint8Array(length).fill(7);
      const sealed = await sealer.seal(plain, label);
      expect(sealed).toHaveLength(length + SEAL_OVERHEAD);
      expect(sealed[0]).toBe(1);
      expect(await sealer.open(sealed, label)).toEqual(plain);
    }
  });

  it('[SEAL3] uses a nonce once', async () => {
    const sealer = makePartSealer(freshRecordingKey(random), crypto.subtle, random);
    const seen = new Set<string>();
    for (let i = 0; i < 50; i++) {
      seen.add(Buffer.from((await sealer.seal(new Uint8Array(4), label)).subarray(1, 13)).toString('hex'));
    }
    expect(seen.size).toBe(50);
    const short = makePartSealer(freshRecordingKey(random), crypto.subtle, () => new Uint8Array(4));
    await expect(short.seal(new Uint8Array(4), label)).rejects.toMatchObject({ code: 'bad-random' });
  });

  it('[SEAL4] no two labels share an encoding', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '\0', '\u0001', 'é'),
      minLength: 1,
      maxLength: 6,
    });
    const labels = fc.record({ recording: text, index: fc.integer({ min: 0, max: 300 }), kind: text });
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const same = Buffer.from(encodeLabel(a)).equals(Buffer.from(encodeLabel(b)));
        expect(same).toBe(a.recording === b.recording && a.index === b.index && a.kind === b.kind);
      }),
    );
  });

  it('[SEAL5] refuses labels that can not be encoded', () => {
    const bad: SealLabel[] = [
      { ...label, recording: '' },
      { ...label, recording: '\ud800' },
      { ...label, kind: 'x'.repeat(256) },
      { ...label, index: -1 },
      { ...label, index: 1.5 },
      { ...label, index: 2 ** 32 },
      { ...label, index: Number.NaN },
    ];
    for (const one of bad)
      expect(() => encodeLabel(one)).toThrow(expect.objectContaining({ code: 'bad-label' }));
  });

  it('[SEAL6] opens nothing under another label, another key, or with any bit changed', async () => {
    const sealer = makePartSealer(freshRecordingKey(random), crypto.subtle, random);
    const sealed = await sealer.seal(Uint8Array.of(1, 2, 3), label);
    const others: SealLabel[] = [
      { ...label, recording: 'AAECAwQFBgcICQoLDA0ODx' },
      { ...label, index: 4 },
      { ...label, kind: 'states' },
    ];
    for (const other of others) {
      await expect(sealer.open(sealed, other)).rejects.toMatchObject({ code: 'cannot-open' });
    }
    const stranger = makePartSealer(freshRecordingKey(random), crypto.subtle, random);
    await expect(stranger.open(sealed, label)).rejects.toMatchObject({ code: 'cannot-open' });
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bent = new Uint8Array(sealed);
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      const code = bit < 8 ? 'unknown-version' : 'cannot-open';
      await expect(sealer.open(bent, label)).rejects.toMatchObject({ code });
    }
    for (let length = 0; length < sealed.length; length++) {
      await expect(sealer.open(sealed.subarray(0, length), label)).rejects.toMatchObject({
        code: 'cannot-open',
      });
    }
  });

  it('[SEAL2] keeps no hold of the key that it was given', async () => {
    const key = freshRecordingKey(random);
    const sealer = makePartSealer(key, crypto.subtle, random);
    key.fill(0);
    const sealed = await sealer.seal(Uint8Array.of(9), label);
    expect(await sealer.open(sealed, label)).toEqual(Uint8Array.of(9));
    expect(() => makePartSealer(key.subarray(1) as typeof key, crypto.subtle, random)).toThrow();
  });

  it('[SEAL8] padding costs at most 12 %, less the longer a part is, and never skips a power of two', () => {
    let before = 0;
    for (let length = 1; length < 70_000; length++) {
      const bucket = bucketLength(length);
      expect(bucket).toBeGreaterThanOrEqual(Math.max(length, before));
      expect(bucket / length).toBeLessThanOrEqual(1.12);
      before = bucket;
    }
    for (let length = 1 << 20; length < 1 << 25; length += 9973) {
      expect(bucketLength(length) / length).toBeLessThanOrEqual(1.032);
    }
    // What is within a limit that is a power of two is within it when padded.
    expect(bucketLength((1 << 24) - 1)).toBe(1 << 24);
  });

  it('[SEAL8] parts of one bucket can not be told apart by their length, and come back whole', async () => {
    const sealer = makePartSealer(freshRecordingKey(random), crypto.subtle, random, { padded: true });
    const lengths = new Set<number>();
    for (let length = 10_000; length < 10_200; length += 7) {
      const plain = random(length);
      const sealed = await sealer.seal(plain, label);
      lengths.add(sealed.length);
      expect(sealed.length).toBe(bucketLength(length + 1 + SEAL_OVERHEAD));
      expect(await sealer.open(sealed, label)).toEqual(plain);
    }
    expect(lengths.size).toBeLessThanOrEqual(2);
  });

  it('[SEAL8] [SEAL9] seeded hole: lengths do tell without padding; zeros at the end of a part are not padding', async () => {
    const key = freshRecordingKey(random);
    const bare = makePartSealer(key, crypto.subtle, random);
    const padded = makePartSealer(key, crypto.subtle, random, { padded: true });
    const lengths = new Set<number>();
    for (let length = 100; length < 150; length++) {
      lengths.add((await bare.seal(new Uint8Array(length), label)).length);
    }
    expect(lengths.size).toBe(50);
    for (const plain of [new Uint8Array(40), Uint8Array.of(0x80, 0, 0), new Uint8Array(0)]) {
      expect(await bare.open(await padded.seal(plain, label), label)).toEqual(plain);
    }
  });

  for (const { why, padded, key, nonce, label, plain, sealed } of vectors('parts-valid.json')) {
    it(`[SEAL7] vector: ${why}`, async () => {
      const options = { padded: padded === true };
      const sealer = makePartSealer(asRecordingKey(hex(key)), crypto.subtle, () => hex(nonce), options);
      expect(Buffer.from(await sealer.seal(hex(plain), label)).toString('hex')).toBe(sealed);
      expect(await sealer.open(hex(sealed), label)).toEqual(hex(plain));
    });
  }
  for (const { why, key, label, sealed, code } of vectors('parts-invalid.json')) {
    it(`[SEAL7] vector: ${why}`, async () => {
      const sealer = makePartSealer(asRecordingKey(hex(key)), crypto.subtle, random);
      await expect(sealer.open(hex(sealed), label)).rejects.toMatchObject({ code });
    });
  }
});
