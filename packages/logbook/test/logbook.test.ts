import type { RulesAct } from '@aboveboard/consent/rules-state';
import { makeSha256Commitment } from '@aboveboard/consent/sha256-commitment';
import {
  commitmentEntry,
  type OwnAct,
  ownActBytes,
  type PlainUse,
  plainEntry,
} from '@aboveboard/consent/uses-entry';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { MemoryLogStorage } from '@aboveboard/tlog/memory-log-storage';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import type { Policy } from '@aboveboard/tlog/policy';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { logSigners } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import type { TileSource } from '@aboveboard/tlog/tile-source';
import { describe, expect, it } from 'vitest';
import { dayCounts } from '../src/day-counts.ts';
import { en } from '../src/messages/en.ts';
import { readRulesBook, readUsesBook } from '../src/read-logbook.ts';
import { rulesLines } from '../src/rules-lines.ts';
import type { KeptAct } from '../src/uses-lines.ts';

const ORIGIN = 'example/uses';
const seed = (byte: number) => new Uint8Array(32).fill(byte);
const signers = logSigners(
  ORIGIN,
  { ed25519: ed25519Key(seed(1)), mlDsa44: mlDsa44Key(seed(2)) },
  () => 1_795_000_000,
);
const policy: Policy = {
  logs: signers.map(({ key }) => ({ key, url: null })),
  witnesses: [],
  groups: [],
  quorum: null,
};
const subtle = crypto.subtle;
const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const when = (seconds: number) => `t${seconds}`;

async function logOf(entries: readonly Uint8Array[]): Promise<TileSource> {
  const storage = new MemoryLogStorage();
  const sequencer = await openSequencer({ storage, origin: ORIGIN, signers });
  await Promise.all(entries.map((entry) => sequencer.append(entry)));
  return storedLog(storage);
}

async function kept(kind: OwnAct['kind']): Promise<KeptAct> {
  const act: OwnAct = { kind, digest: '7'.repeat(64) };
  return { act, ...(await makeSha256Commitment(subtle, random).make(ownActBytes(act))) };
}

const access = plainEntry({
  format: 'aboveboard-use',
  formatVersion: 1,
  at: 1_795_000_100,
  actor: { role: 'researcher', account: 'ab'.repeat(16) },
  act: {
    kind: 'access',
    grant: 'cd'.repeat(16),
    purpose: 'model-training',
    recordings: 3,
    list: 'e'.repeat(64),
  },
});

describe('the uses log as a person reads it', () => {
  it('[T2] tells the owner of a nonce what is hers, and nobody else that anything is', async () => {
    const release = await kept('release');
    const entries = [
      commitmentEntry(random(32)),
      commitmentEntry(random(32)),
      access,
      commitmentEntry(release.commitment),
      commitmentEntry(random(32)),
    ];
    const reading = { source: await logOf(entries), policy, messages: en, subtle, when, most: 100 };
    const hers = await readUsesBook({ ...reading, own: [release] });
    expect(hers.lines.map(({ words, own }) => [words, own])).toEqual([
      [en.uses.sealed(2), false],
      ['A researcher opened 3 recordings for “model-training”.', false],
      ['You released a recording.', true],
      [en.uses.sealed(1), false],
    ]);
    const others = await readUsesBook({ ...reading, own: [await kept('release')] });
    expect(others.lines.some(({ own }) => own)).toBe(false);
    expect(others.lines.map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 2],
      [3, 4],
    ]);
    // A nonce of hers with another act does not open.
    const wrong = { ...release, act: { ...release.act, kind: 'erasure' as const } };
    expect((await readUsesBook({ ...reading, own: [wrong] })).lines.some(({ own }) => own)).toBe(false);
  });

  it('[T13] each line has a proof that verifies offline', async () => {
    const entries = [commitmentEntry(random(32)), access];
    const source = await logOf(entries);
    const book = await readUsesBook({ source, policy, messages: en, subtle, when, own: [], most: 100 });
    const { entry, proof } = await book.proofOf(1);
    const parsed = parseProof(proof);
    if (!parsed.ok) throw new Error('not a proof');
    expect(verifyProof(parsed.value, entry, policy).ok).toBe(true);
    expect(verifyProof(parsed.value, entries[0] as Uint8Array, policy).ok).toBe(false);
  });

  it('[T14] a source that changes an entry, or another key’s checkpoint, gives no book at all', async () => {
    const source = await logOf([access, access]);
    const bent: TileSource = {
      async read(path, limit) {
        const bytes = await source.read(path, limit);
        if (bytes && path.startsWith('tile/entries/')) bytes[40] = (bytes[40] ?? 0) ^ 1;
        return bytes;
      },
    };
    const reading = { policy, messages: en, subtle, when, own: [], most: 100 };
    await expect(readUsesBook({ ...reading, source: bent })).rejects.toMatchObject({ code: 'unverified' });
    const stranger = logSigners(
      ORIGIN,
      { ed25519: ed25519Key(seed(8)), mlDsa44: mlDsa44Key(seed(9)) },
      () => 1_795_000_000,
    );
    const other = { ...policy, logs: stranger.map(({ key }) => ({ key, url: null })) };
    await expect(readUsesBook({ ...reading, source, policy: other })).rejects.toMatchObject({
      name: 'LogError',
    });
  });

  it('fetches no more than it shows, and says so', async () => {
    const source = await logOf(Array.from({ length: 600 }, () => commitmentEntry(random(32))));
    const asked: string[] = [];
    const watched: TileSource = {
      read(path, limit) {
        asked.push(path);
        return source.read(path, limit);
      },
    };
    const reading = { source: watched, policy, messages: en, subtle, when, own: [] };
    const book = await readUsesBook({ ...reading, most: 50 });
    expect(book.lines).toMatchObject([{ first: 550, last: 599 }]);
    expect(book.checked[0]).toBe(en.checked.last(50, 600, ORIGIN));
    expect(asked.some((path) => path.startsWith('tile/entries/000'))).toBe(false);
    expect(book.checked[1]).toBe(en.checked.unwitnessed);
  });
});

describe('what was done day by day', () => {
  const DAY = 86_400;
  const day = (n: number) => 20_000 + n;
  const read = (at: number, recordings: number): PlainUse => ({
    format: 'aboveboard-use',
    formatVersion: 1,
    at,
    actor: { role: 'researcher', account: null },
    act: {
      kind: 'access',
      grant: 'cd'.repeat(16),
      purpose: 'model-training',
      recordings,
      list: 'e'.repeat(64),
    },
  });
  const until = day(3) * DAY + 50;

  it('[T13] counts every day, those with nothing too', () => {
    const entries = [read(day(1) * DAY, 4), read(day(1) * DAY + DAY - 1, 2), read(day(3) * DAY, 1)];
    const counts = dayCounts(entries, { until, whole: true, most: 4 });
    expect(counts.map(({ openings, recordings }) => [openings, recordings])).toEqual([
      [1, 1],
      [0, 0],
      [2, 6],
      [0, 0],
    ]);
    expect(counts[0]?.day).toBe(new Date(day(3) * DAY * 1000).toISOString().slice(0, 10));
  });

  it('[T14] says nothing of a day of which a part may be missing', () => {
    const entries = [read(day(1) * DAY + 100, 4), read(day(2) * DAY, 2)];
    const counts = dayCounts(entries, { until, whole: false, most: 14 });
    expect(counts.map(({ openings }) => openings)).toEqual([0, 1]);
    expect(dayCounts([], { until, whole: false, most: 14 })).toEqual([]);
  });
});

describe('the rules log as a person reads it', () => {
  it('[T21] says who did what to which version, and why an entry changes nothing', () => {
    const about = { id: 'pilot', version: 3, digest: 'd'.repeat(64) };
    const roles = ['representative'] as const;
    const acts: RulesAct[] = [
      { index: 0, kind: 'document', version: 3, digest: about.digest },
      {
        index: 1,
        kind: 'signature',
        version: 3,
        digest: about.digest,
        roles: ['data-protection-officer'],
        adopted: false,
      },
      {
        index: 2,
        kind: 'signature',
        version: 3,
        digest: about.digest,
        roles: ['employer', 'representative'],
        adopted: true,
      },
      { index: 3, kind: 'statement', statement: { kind: 'revocation', ...about }, roles },
      {
        index: 4,
        kind: 'statement',
        statement: { kind: 'suspension', reason: 'restructuring', at: 9, ...about },
        roles,
      },
      {
        index: 5,
        kind: 'statement',
        statement: {
          kind: 'objections',
          issued: 200,
          spent: 41,
          list: 'e'.repeat(64),
          targets: [{ target: { kind: 'signal', app: 'mail', signal: 'text' }, count: 40 }],
          ...about,
        },
        roles,
      },
      { index: 6, kind: 'not-understood', roles },
      { index: 7, kind: 'ignored', reason: 'signed-by-no-party' },
    ];
    const lines = rulesLines({ acts }, en);
    expect(lines.map(({ words }) => words)).toEqual([
      'Version 3 of the agreement was put forward.',
      'The data-protection officer signed version 3.',
      'The employer and the employees’ representative signed version 3. All parties have signed it: it is in force.',
      'The employees’ representative took back the signature under version 3. Recording stops.',
      'The employees’ representative stopped all recording: a restructuring was announced.',
      'The employees’ representative counted 41 objections from 200 employees.',
      'The employees’ representative said something that this software does not understand. Recording stops until it does.',
      'An entry that changes nothing: no party signed it.',
    ]);
    expect(lines.map(({ kind }) => kind)).toEqual([
      'rules',
      'rules',
      'rules',
      'stop',
      'stop',
      'objection',
      'stop',
      'ignored',
    ]);
    expect([lines[4]?.at, lines[5]?.detail]).toEqual([9, '40 against text in mail']);
  });

  it('reads a whole log with its state, whoever filled it with what', async () => {
    const source = await logOf([new TextEncoder().encode('not an entry'), random(100)]);
    const trust = { agreement: 'pilot', parties: new Map() };
    const book = await readRulesBook({ source, policy, messages: en, subtle, when, trust });
    expect(book.lines.map(({ kind }) => kind)).toEqual(['ignored', 'ignored']);
    expect(book.state.standing.inForce).toBe(false);
    expect(book.checked[0]).toBe(en.checked.tree(2, ORIGIN));
  });
});
