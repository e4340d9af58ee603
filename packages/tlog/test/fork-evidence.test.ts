import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../src/checkpoint.ts';
import {
  FORK_BYTES_LIMIT,
  type ForkEvidence,
  forkOf,
  formatFork,
  parseFork,
  verifyFork,
} from '../src/fork-evidence.ts';
import { LogReader } from '../src/log-reader.ts';
import { leafHash } from '../src/merkle.ts';
import { withSignatures } from '../src/signed-note.ts';
import { bytes, entryAt, LOG_KEYS, madeLog, rulesOf, text } from './made-log.ts';

async function signedLog(size: number, entry = entryAt) {
  const { source } = await madeLog(size, entry);
  const signed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
  if (!signed.ok) throw new Error('no checkpoint');
  return { signed: signed.value, reader: new LogReader({ source, ...signed.value.checkpoint }) };
}
const forked = (i: number) => entryAt(i === 3 ? 999 : i);

async function sameSize(): Promise<ForkEvidence> {
  const fork = forkOf((await signedLog(9)).signed, (await signedLog(9, forked)).signed);
  if (!fork) throw new Error('no fork');
  return fork;
}

async function twoEntries(): Promise<ForkEvidence> {
  const [a, b] = [await signedLog(9), await signedLog(300, forked)];
  const proved = async ({ reader }: typeof a) => ({
    leaf: leafHash(await reader.entry(3)),
    proof: await reader.inclusionProof(3),
  });
  return {
    first: a.signed,
    second: b.signed,
    shown: { kind: 'entries', index: 3, first: await proved(a), second: await proved(b) },
  };
}

describe('forks', () => {
  it('[LOG150, LOG152] two roots of one size verify offline, from the file', async () => {
    const fork = await sameSize();
    const read = parseFork(formatFork(fork));
    expect(read).toEqual({ ok: true, value: fork });
    expect(read.ok && verifyFork(read.value, LOG_KEYS)).toEqual({ ok: true, value: true });
  });

  it('[LOG150, LOG153] two entries at one index verify offline, from the file', async () => {
    const fork = await twoEntries();
    const read = parseFork(formatFork(fork));
    expect(read).toEqual({ ok: true, value: fork });
    expect(read.ok && verifyFork(read.value, LOG_KEYS)).toEqual({ ok: true, value: true });
  });

  it('[LOG152] a log that only grew is no fork', async () => {
    const [before, after] = [(await signedLog(9)).signed, (await signedLog(12)).signed];
    expect(forkOf(before, after)).toBeNull();
    expect(forkOf(before, before)).toBeNull();
    expect(rulesOf(verifyFork({ first: before, second: after, shown: null }, LOG_KEYS))).toEqual(['LOG152']);
  });

  it('[LOG153] one entry twice, or an entry elsewhere, is no fork', async () => {
    const [a, b] = [await signedLog(9), await signedLog(12)];
    const first = { leaf: leafHash(entryAt(3)), proof: await a.reader.inclusionProof(3) };
    const second = { leaf: leafHash(entryAt(3)), proof: await b.reader.inclusionProof(3) };
    const shown = { kind: 'entries' as const, index: 3, first, second };
    const same: ForkEvidence = { first: a.signed, second: b.signed, shown };
    expect(rulesOf(verifyFork(same, LOG_KEYS))).toEqual(['LOG153']);
    const elsewhere = { leaf: leafHash(entryAt(4)), proof: await b.reader.inclusionProof(4) };
    expect(rulesOf(verifyFork({ ...same, shown: { ...shown, second: elsewhere } }, LOG_KEYS))).toEqual([
      'LOG153',
    ]);
  });

  it('[LOG151] nobody can accuse a log of what it did not sign: seeded holes', async () => {
    const fork = await sameSize();
    expect(rulesOf(verifyFork(fork, []))).toEqual(['LOG45', 'LOG45']);
    const { first, second } = fork;
    const lent = { checkpoint: second.checkpoint, note: withSignatures(second.note, first.note.signatures) };
    expect(rulesOf(verifyFork({ first, second: lent, shown: null }, LOG_KEYS))).toEqual(['LOG45']);
    const other = { ...second, checkpoint: { ...second.checkpoint, origin: 'example.com/other' } };
    expect(rulesOf(verifyFork({ first, second: other, shown: null }, LOG_KEYS))).toContain('LOG151');
  });

  it('[LOG154] refuses what is no such file', async () => {
    const good = text(formatFork(await twoEntries()));
    const lines = good.split('\n');
    const without = (i: number) => [...lines.slice(0, i), ...lines.slice(i + 1)].join('\n');
    const wrong = [
      '',
      'aboveboard log fork v1\n',
      good.replace('v1', 'v2'),
      good.trimEnd(),
      good.replace('index 3', 'index 03'),
      good.replace('index 3\n', ''),
      without(2),
      without(lines.length - 2),
      without(lines.lastIndexOf('', lines.length - 2)),
      good.replace(lines[2] as string, 'AAAA'),
      `${good}more\n`,
    ];
    for (const [i, file] of wrong.entries()) {
      const read = parseFork(bytes(file));
      // A leaf less makes a proof hash a leaf: it reads, and does not verify.
      expect(read.ok && verifyFork(read.value, LOG_KEYS).ok, `case ${i}`).toBe(false);
    }
    expect(rulesOf(parseFork(new Uint8Array(FORK_BYTES_LIMIT + 1)))).toEqual(['LOG154']);
  });
});
