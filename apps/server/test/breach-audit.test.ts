import { type PlainUse, plainEntry } from '@aboveboard/consent/uses-entry';
import { describe, expect, it } from 'vitest';
import { actorOf, listDigest } from '../src/logs/uses-log.ts';
import { auditAccesses, type JournalRow } from '../src/recordings/breach-audit.ts';

const AT = Date.UTC(2026, 10, 10, 12);
const DAY = 86_400_000;
const GRANT = '5a'.repeat(16);
const ACCOUNT = 'a1'.repeat(16);
const IDS = ['A', 'B', 'C'].map((one) => one.repeat(22));
const slice = { kind: 'recordings', recordings: IDS.slice(0, 2) } as const;

function row(over: Partial<JournalRow> = {}): JournalRow {
  const by = `researcher:${ACCOUNT}`;
  const one = { entry: 'e0'.repeat(16), at: AT, kind: 'dataset', by, recordings: IDS, grant: GRANT };
  return { ...one, index: 1, ...over };
}
function use(act: PlainUse['act'], at = AT): Uint8Array {
  const actor = actorOf(`researcher:${ACCOUNT}`);
  return plainEntry({ format: 'aboveboard-use', formatVersion: 1, at: at / 1000, actor, act });
}
const opening = (over: object = {}, at = AT) =>
  use(
    {
      kind: 'access',
      grant: GRANT,
      purpose: 'dataset',
      recordings: 3,
      list: listDigest(IDS),
      ...over,
    },
    at,
  );
const permission = (until: number, at: number) =>
  use(
    {
      kind: 'grant',
      grant: GRANT,
      purpose: 'model-training',
      approvedBy: [actorOf('employer'), actorOf('representative')],
      until: until / 1000,
      subject: '0'.repeat(64),
    },
    at,
  );
const before = permission(AT + 30 * DAY, AT - DAY);

function audit(rows: JournalRow[], log: Uint8Array[], window = { from: AT - DAY, to: AT + DAY }) {
  return auditAccesses({
    rows,
    entries: log.map((entry, index) => ({ index, entry })),
    slices: new Map([[GRANT, slice]]),
    recordings: IDS.map((id) => ({ id })),
    window,
  });
}
const kinds = (...given: Parameters<typeof audit>) => audit(...given).findings.map(({ kind }) => kind);

describe('what was read in a window', () => {
  it('[BRE1] [BRE3] is what journal and log both say, by role and account', () => {
    const { readings, read, findings } = audit([row()], [before, opening()]);
    expect(findings).toEqual([]);
    const what = { role: 'researcher', account: ACCOUNT, kind: 'dataset', grant: GRANT };
    expect(readings).toEqual([{ ...what, day: '2026-11-10', recordings: 3, index: 1 }]);
    expect([...read]).toEqual(IDS);
    expect(audit([row()], [before, opening()], { from: AT + 1, to: AT + DAY }).readings).toEqual([]);
  });

  it('[BRE2] seeded hole: a reading that was written past the log is found, inside and outside the window', () => {
    expect(kinds([row(), row({ index: null })], [before, opening()])).toEqual(['unlogged']);
    expect(kinds([row({ index: 9 })], [before])).toEqual(['unlogged']);
    const elsewhere = { from: AT + 5 * DAY, to: AT + 6 * DAY };
    expect(kinds([row({ index: null })], [before], elsewhere)).toEqual(['unlogged']);
  });

  it('[BRE2] seeded hole: an opening that was taken out of the journal is found, and counted as read', () => {
    const { findings, readings } = audit([], [before, opening()]);
    expect(findings.map(({ kind }) => kind)).toEqual(['unjournalled']);
    expect(readings).toMatchObject([{ role: 'researcher', recordings: 3, index: 1 }]);
  });

  it.each<[string, Partial<JournalRow>]>([
    ['another list of recordings', { recordings: [...IDS.slice(0, 2), 'D'.repeat(22)] }],
    ['fewer recordings', { recordings: IDS.slice(0, 1) }],
    ['somebody else', { by: 'operator' }],
    ['another purpose', { kind: 'inspection' }],
    ['another grant', { grant: 'cd'.repeat(16) }],
    ['another time', { at: AT - 3 * DAY }],
    ['an entry that is no opening', { index: 0 }],
  ])('[BRE2] seeded hole: a row that says %s differs', (_, over) => {
    expect(kinds([row(over)], [before, opening()])).toContain('differs');
  });

  it('[BRE2] seeded hole: two rows can not stand on one entry', () => {
    expect(kinds([row(), row()], [before, opening()])).toEqual(['differs']);
  });
});

describe('what could be read in a window', () => {
  it('[BRE4] is what grants that held then cover of what is here, by the log', () => {
    const held = { grant: GRANT, purpose: 'model-training', recordings: 2 };
    expect(audit([], [before]).readable).toEqual([{ ...held, until: '2026-12-10' }]);
    const ended = use({ kind: 'grant-ended', grant: GRANT }, AT);
    expect(audit([], [before, ended]).readable).toEqual([{ ...held, until: '2026-11-10' }]);
    expect(audit([], [before, ended], { from: AT + 1, to: AT + DAY }).readable).toEqual([]);
    expect(audit([], [permission(AT, AT - DAY)], { from: AT, to: AT + DAY }).readable).toEqual([]);
    expect(audit([], [before], { from: AT - 9 * DAY, to: AT - 2 * DAY }).readable).toEqual([]);
  });
});
