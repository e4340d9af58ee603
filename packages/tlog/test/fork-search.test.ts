import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../src/checkpoint.ts';
import { type ForkEvidence, formatFork, parseFork, verifyFork } from '../src/fork-evidence.ts';
import { forkFromLeaves, forkFromProof, forkFromTiles } from '../src/fork-search.ts';
import { LogReader } from '../src/log-reader.ts';
import { leafHash, startShownBy } from '../src/merkle.ts';
import { entryAt, LOG_KEYS, madeLog, rulesOf, text } from './made-log.ts';

/** A liar: from entry 3 on it shows some people other entries than others. */
const forked = (i: number) => entryAt(i < 3 ? i : i + 1000);
const SIZES = [
  [5, 9],
  [7, 8],
  [8, 9],
  [8, 300],
  [9, 300],
  [256, 300],
  [257, 600],
] as const;

async function shown(size: number, entry = entryAt) {
  const { source } = await madeLog(size, entry);
  const signed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
  if (!signed.ok) throw new Error('no checkpoint');
  const leaves = Array.from({ length: size }, (_, i) => leafHash(entry(i)));
  return {
    source,
    signed: signed.value,
    leaves,
    reader: new LogReader({ source, ...signed.value.checkpoint }),
  };
}

/** Anyone who has the file and the log's keys comes to the same. */
function holdsOffline(fork: ForkEvidence | null): ForkEvidence {
  const read = parseFork(formatFork(fork as ForkEvidence));
  expect(read).toEqual({ ok: true, value: fork });
  expect(read.ok && verifyFork(read.value, LOG_KEYS)).toEqual({ ok: true, value: true });
  return fork as ForkEvidence;
}

describe.each(SIZES)('a liar who shows %i entries to one and %i others to another', (small, large) => {
  it('[LOG155, LOG156] is shown by the tiles, by the leaves, and mostly by its own proof', async () => {
    const known = await shown(small);
    const seen = await shown(large, forked);
    const two = [known.signed, seen.signed] as const;
    const fork = holdsOffline(await forkFromTiles(two, seen.source));
    expect(fork.first.checkpoint.size).toBe(small);
    expect(forkFromLeaves([seen.signed, known.signed], seen.leaves)).toEqual(fork);
    // With a power of two the proof begins from the root that the reader is to have already.
    const proof = await seen.reader.consistencyProof(small);
    const byProof = forkFromProof(two, proof);
    if (Number.isInteger(Math.log2(small))) expect(byProof).toBeNull();
    else expect(byProof).toEqual(fork);
  });

  it('[LOG155, LOG156] the honest are not accused', async () => {
    const [known, seen] = [await shown(small), await shown(large)];
    const two = [seen.signed, known.signed] as const;
    const proof = await seen.reader.consistencyProof(small);
    expect(await forkFromTiles(two, seen.source)).toBeNull();
    expect(forkFromLeaves(two, seen.leaves)).toBeNull();
    expect(forkFromProof(two, proof)).toBeNull();
    // Rubbish for a proof shows nothing of the log: anyone can send it.
    const rubbish = [...proof.slice(0, -1), leafHash(entryAt(77))];
    expect(forkFromProof(two, rubbish)).toBeNull();
    expect(
      startShownBy({ size1: small, size2: large, root2: seen.signed.checkpoint.root, proof: [] }),
    ).toBeNull();
    // Nor does another start that does not lead to what was signed: seeded hole.
    const made: ForkEvidence = {
      first: known.signed,
      second: seen.signed,
      shown: { kind: 'start', root: leafHash(entryAt(1)), proof },
    };
    expect(rulesOf(verifyFork(made, LOG_KEYS))).toEqual(['LOG155']);
    const own = { ...made, shown: { kind: 'start' as const, root: known.signed.checkpoint.root, proof } };
    expect(rulesOf(verifyFork(own, LOG_KEYS))).toEqual(['LOG155']);
  });
});

describe('what shows a fork of two sizes', () => {
  it('[LOG155] is never a proof from a size to itself, nor of the larger first: seeded holes', async () => {
    const one = await shown(9);
    const { signed } = one;
    const root = leafHash(entryAt(1));
    const itself: ForkEvidence = { first: signed, second: signed, shown: { kind: 'start', root, proof: [] } };
    expect(rulesOf(verifyFork(itself, LOG_KEYS))).toEqual(['LOG155']);
    const seen = await shown(20, forked);
    const fork = holdsOffline(await forkFromTiles([signed, seen.signed], seen.source));
    const turned = { ...fork, first: fork.second, second: fork.first };
    expect(rulesOf(verifyFork(turned, LOG_KEYS))).toEqual(['LOG155']);
  });

  it('[LOG156] where the log gives nothing, or what is not its tree, nobody knows', async () => {
    const [known, seen] = [await shown(9), await shown(300, forked)];
    const two = [known.signed, seen.signed] as const;
    await expect(forkFromTiles(two, { read: async () => null })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(forkFromTiles(two, known.source)).rejects.toThrow();
    // The two alone are kept, and do not pass for evidence.
    const alone: ForkEvidence = { first: known.signed, second: seen.signed, shown: null };
    expect(rulesOf(verifyFork(alone, LOG_KEYS))).toEqual(['LOG152']);
    expect(parseFork(formatFork(alone))).toEqual({ ok: true, value: alone });
  });

  it('[LOG154] has one spelling', async () => {
    const [known, seen] = [await shown(9), await shown(300, forked)];
    const fork = holdsOffline(await forkFromTiles([known.signed, seen.signed], seen.source));
    const good = text(formatFork(fork));
    const lines = good.split('\n');
    for (const [i, wrong] of [
      good.replace('start\n', 'start 9\n'),
      good.replace('start\n', ''),
      good.replace('start\n', 'start\n\n'),
      [...lines.slice(0, 2), ...lines.slice(lines.indexOf(''))].join('\n'),
      good.replace(lines[3] as string, 'AAAA'),
      good.replace(lines[3] as string, `${lines[3]}\n`),
    ].entries()) {
      const read = parseFork(new TextEncoder().encode(wrong));
      expect(read.ok && verifyFork(read.value, LOG_KEYS).ok, `case ${i}`).toBe(false);
    }
  });
});
