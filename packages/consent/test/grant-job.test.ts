import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDigest } from '../src/canonical-json.ts';
import { accessFaults, readJobKey, signJobKey } from '../src/grant-job.ts';
import { sliceCovers } from '../src/grant-slice.ts';
import type { PlainUse } from '../src/uses-entry.ts';
import { ASKER, exampleGrant, JOB_SIGNER } from './grant-fixture.ts';

const about = { id: 'demonstration', version: 1, digest: 'ab'.repeat(32) };
const grant = exampleGrant(about);
const recipient = `age1${'q'.repeat(100)}`;

describe('the key of a job', () => {
  it('[GRT40] is the recipient that the key of the grant signed, for this grant', async () => {
    const note = await signJobKey({ grant: grant.id, recipient }, JOB_SIGNER);
    expect(readJobKey(note, grant)).toBe(recipient);
    expect(readJobKey(note, { ...grant, id: '2c'.repeat(16) })).toBeNull();
    const other = textSigner('jobs.works.example', ed25519Key(new Uint8Array(32).fill(61)));
    expect(readJobKey(await signJobKey({ grant: grant.id, recipient }, other), grant)).toBeNull();
    const two = await signJobKey({ grant: grant.id, recipient: `${recipient}\n${recipient}` }, JOB_SIGNER);
    expect(readJobKey(two, grant)).toBeNull();
    expect(readJobKey(new Uint8Array(), grant)).toBeNull();
  });

  it('[GRT40] property: a changed byte is no key, and nothing throws', async () => {
    const note = await signJobKey({ grant: grant.id, recipient }, JOB_SIGNER);
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = note.slice();
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const read = readJobKey(bytes, grant);
        expect(read === null || read === recipient).toBe(true);
      }),
    );
  });
});

describe('an access under a grant', () => {
  const known = ['BBBBBBBBBBBBBBBBBBBBBB', 'AAAAAAAAAAAAAAAAAAAAAA'].map((id) => ({
    id,
    week: '2026-W47',
    card: { id: 'expense-single', version: 3 },
  }));
  const useOf = async (change: Partial<PlainUse['act'] & { kind: 'access' }> = {}): Promise<PlainUse> => ({
    format: 'aboveboard-use',
    formatVersion: 1,
    at: grant.from + 60,
    actor: { role: 'researcher', account: ASKER },
    act: {
      kind: 'access',
      grant: grant.id,
      purpose: 'dataset',
      recordings: 2,
      list: await canonicalDigest(known.map(({ id }) => id).sort(), crypto.subtle),
      ...change,
    },
  });
  const rules = async (use: PlainUse, recordings = known) =>
    (await accessFaults(use, { grant, recordings, subtle: crypto.subtle })).map(
      ({ rule, at }) => `${rule} ${at}`,
    );

  it('[GRT41, GRT42] is one by the asker, as granted, of just these recordings', async () => {
    expect(await rules(await useOf())).toEqual([]);
  });

  it('[GRT41] is none for another grant, reading, number or list, and all is told at once', async () => {
    const use = await useOf({
      grant: '2c'.repeat(16),
      purpose: 'inspection',
      recordings: 3,
      list: '0'.repeat(64),
    });
    expect(await rules({ ...use, actor: { role: 'operator', account: ASKER }, at: grant.until })).toEqual([
      'GRT41 act.grant',
      'GRT41 actor',
      'GRT41 act.purpose',
      'GRT32 at',
      'GRT41 act.recordings',
      'GRT41 act.list',
    ]);
    const ended = { ...use, act: { kind: 'grant-ended', grant: grant.id } } as PlainUse;
    expect(await rules(ended)).toEqual(['GRT41 act']);
    const [one] = known as [(typeof known)[0], (typeof known)[0]];
    expect(await rules(await useOf(), [one, one])).toContain('GRT41 recordings');
    const strange = { ...(await useOf()), actor: { role: 'researcher' as const, account: '0'.repeat(32) } };
    expect(await rules(strange)).toEqual(['GRT41 actor']);
  });

  it('[GRT42] is none of a recording outside the slice', async () => {
    const outside = known.map((one, i) => (i === 0 ? one : { ...one, week: '2025-W47' }));
    expect(await rules(await useOf(), outside)).toEqual(['GRT42 recordings[1]']);
  });
});

describe('a slice', () => {
  const tasks = (cards: { id: string; version: number | null }[] | null) =>
    ({ kind: 'tasks', cards, weeks: { from: '2026-W52', to: '2027-W02' } }) as const;

  it('[GRT42] holds a recording of its list or of its weeks and cards, and what is not known is not in it', () => {
    const id = 'AAAAAAAAAAAAAAAAAAAAAA';
    const card = { id: 'expense-single', version: 3 };
    expect(sliceCovers({ kind: 'recordings', recordings: [id] }, { id })).toBe(true);
    expect(sliceCovers({ kind: 'recordings', recordings: ['B'] }, { id, week: '2027-W01', card })).toBe(
      false,
    );
    expect(sliceCovers(tasks(null), { id, week: '2026-W53', card: null })).toBe(true);
    expect(
      sliceCovers(tasks([{ id: 'expense-single', version: null }]), { id, week: '2027-W02', card }),
    ).toBe(true);
    expect(sliceCovers(tasks([{ id: 'expense-single', version: 3 }]), { id, week: '2027-W02', card })).toBe(
      true,
    );
    for (const recording of [
      { id },
      { id, week: null, card },
      { id, week: '2026-W51', card },
      { id, week: '2027-W03', card },
      { id, week: '2027', card },
      { id, week: '2027-W01', card: null },
      { id, week: '2027-W01' },
      { id, week: '2027-W01', card: { id: 'expense-single', version: 4 } },
    ]) {
      expect(sliceCovers(tasks([{ id: 'expense-single', version: 3 }]), recording)).toBe(false);
    }
  });
});
