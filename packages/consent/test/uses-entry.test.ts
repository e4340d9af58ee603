import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, dailyBatch } from '../src/daily-batch.ts';
import { makeSha256Commitment, opensCommitment } from '../src/sha256-commitment.ts';
import { shuffled } from '../src/shuffle.ts';
import { commitmentEntry, ownActBytes, type PlainUse, plainEntry, readUsesEntry } from '../src/uses-entry.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const folder = new URL('../../../vectors/uses-log/', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('entries.json', folder), 'utf8')) as {
  valid: { why: string; hex: string }[];
  invalid: { why: string; hex: string; rule: string }[];
};
const commitments = (n: number) => Array.from({ length: n }, () => random(32));

describe('entries of the uses log', () => {
  for (const { why, hex } of vectors.valid) {
    it(`[USE1-USE5] reads ${why}`, () => {
      const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
      const read = readUsesEntry(bytes);
      if (!read.ok) throw new Error(JSON.stringify(read.faults));
      const again =
        read.value.kind === 'plain' ? plainEntry(read.value.use) : commitmentEntry(read.value.commitment);
      expect(Buffer.from(again).toString('hex')).toBe(hex);
    });
  }
  for (const { why, hex, rule } of vectors.invalid) {
    it(`[${rule}] refuses ${why}`, () => {
      const read = readUsesEntry(new Uint8Array(Buffer.from(hex, 'hex')));
      expect(read.ok ? [] : read.faults.map((fault) => fault.rule)).toContain(rule);
    });
  }

  it('[USE3] writes nothing that it would not read', () => {
    const use: PlainUse = {
      format: 'aboveboard-use',
      formatVersion: 1,
      at: 1_795_000_000,
      actor: { role: 'system', account: null },
      act: { kind: 'grant-ended', grant: 'ab'.repeat(16) },
    };
    expect(readUsesEntry(plainEntry(use))).toEqual({ ok: true, value: { kind: 'plain', use } });
    expect(() => plainEntry({ ...use, person: 'x' } as PlainUse)).toThrow(RangeError);
    expect(() => plainEntry({ ...use, at: -1 })).toThrow(RangeError);
  });

  it('[USE1] property: never throws for what is in an entry', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          const read = readUsesEntry(bytes);
          expect(read.ok || read.faults.length > 0).toBe(true);
        },
      ),
    );
  });

  it('[USE2, USE8, USE9] an act of hers is a commitment of 33 bytes that only its nonce opens', async () => {
    const scheme = makeSha256Commitment(crypto.subtle, random);
    const entries: Uint8Array[] = [];
    for (const kind of ['consent', 'withdrawal', 'release', 'recall', 'erasure', 'notice'] as const) {
      const bytes = ownActBytes({ kind, digest: 'cd'.repeat(32) });
      expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
        format: 'aboveboard-own-act',
        kind,
      });
      const { commitment, nonce } = await scheme.make(bytes);
      expect(await opensCommitment(commitment, nonce, bytes, crypto.subtle)).toBe(true);
      entries.push(commitmentEntry(commitment));
    }
    expect(new Set(entries.map((one) => one.length))).toEqual(new Set([33]));
    expect(new Set(entries.map((one) => one[0]))).toEqual(new Set([1]));
    expect(() => ownActBytes({ kind: 'access' as 'consent', digest: 'cd'.repeat(32) })).toThrow(RangeError);
    expect(() => commitmentEntry(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('batch of a day', () => {
  it('[USE11, USE12] has one of few sizes, always more than there are commitments', () => {
    for (const [count, size] of [
      [0, 64],
      [1, 64],
      [63, 64],
      [64, 128],
      [127, 128],
      [128, 256],
      [5000, 8192],
    ] as const) {
      expect(bucketOf(count)).toBe(size);
      if (count < 200) expect(dailyBatch(commitments(count), random)).toHaveLength(size);
    }
  });

  it('[USE10] holds each commitment once, in an order that nothing can be read from', () => {
    const given = commitments(40);
    const places = given.map(() => 0);
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const batch = dailyBatch(given, random).map((one) => one.join());
      expect(new Set(batch).size).toBe(64);
      for (const [i, one] of given.entries()) {
        const at = batch.indexOf(commitmentEntry(one).join());
        expect(at).toBeGreaterThanOrEqual(0);
        places[i] = (places[i] ?? 0) + at / runs;
      }
    }
    // The mean place of each is the middle, within six standard errors of a uniform draw from 64.
    for (const mean of places) expect(Math.abs(mean - 31.5)).toBeLessThan((6 * 18.5) / Math.sqrt(runs));
  });

  it('[USE10] seeded hole: an order that is not drawn fails the same measure', () => {
    const kept = commitments(40).map((_, i) => i);
    const means = kept.map((place) => Math.abs(place - 31.5));
    expect(means.some((distance) => distance > (6 * 18.5) / Math.sqrt(400))).toBe(true);
    expect(shuffled([1, 2, 3], random).sort()).toEqual([1, 2, 3]);
    expect(() => shuffled([1, 2, 3], () => new Uint8Array(1))).toThrow(RangeError);
  });

  it('[USE13] refuses a commitment that is there twice, and dummies look like the rest', () => {
    const [one = new Uint8Array(32)] = commitments(1);
    expect(() => dailyBatch([one, one.slice()], random)).toThrow(RangeError);
    for (const entry of dailyBatch([one], random)) {
      expect(readUsesEntry(entry)).toMatchObject({ ok: true, value: { kind: 'commitment' } });
    }
  });
});
