import type { GrantSlice } from '@aboveboard/consent/grant-document';
import { type SlicedRecording, sliceCovers } from '@aboveboard/consent/grant-slice';
import { type PlainUse, readUsesEntry } from '@aboveboard/consent/uses-entry';
import { actorOf, listDigest } from '../logs/uses-log.ts';

/** A row of the access journal. `at`: milliseconds since the epoch. */
export type JournalRow = {
  entry: string;
  at: number;
  kind: string;
  by: string;
  recordings: string[];
  grant: string | null;
  /** Where the log of uses has what was entered under the row's key, as the database says; null: nowhere. */
  index: number | null;
};

/** What was read: by a role and an account, which is random; never by a name. `index`: its entry in the log of uses. */
export type Reading = {
  day: string;
  role: string;
  account: string | null;
  kind: string;
  grant: string | null;
  recordings: number;
  index: number | null;
};

/** What could have been read: a grant that held within the window, and how many of what is here now its slice covers. */
export type Readable = { grant: string; purpose: string; until: string; recordings: number | null };

export type BreachFinding = {
  /** `unlogged`: the journal has it, the log not. `unjournalled`: the other way round. `differs`: each says something else. */
  kind: 'unlogged' | 'unjournalled' | 'differs';
  /** A sentence without anybody's recording in it. */
  words: string;
};

export type BreachAudit = {
  readings: Reading[];
  readable: Readable[];
  /** Ids of what was read, for finding whose they are; not for a page. */
  read: Set<string>;
  findings: BreachFinding[];
};

export type BreachWindow = { from: number; to: number };

/** Between a row of the journal and its entry, at most: witnesses may have been asked in between. */
const LATENESS = 24 * 3_600_000;

/**
 * Holds the whole journal against the whole log, and says what of it falls into the window (spec/breach.md). `entries` are proved
 * under a head by whoever gives them; nothing of `rows` is believed that they do not say too.
 */
export function auditAccesses(given: {
  rows: readonly JournalRow[];
  entries: readonly { index: number; entry: Uint8Array }[];
  /** Slices of grants, by id, and what is here now. */
  slices: ReadonlyMap<string, GrantSlice>;
  recordings: readonly SlicedRecording[];
  window: BreachWindow;
}): BreachAudit {
  const { rows, slices, recordings, window } = given;
  const uses = plainUses(given.entries);
  const within = (at: number) => at >= window.from && at < window.to;
  const findings: BreachFinding[] = [];
  const readings: Reading[] = [];
  const read = new Set<string>();
  const claimed = new Set<number>();
  for (const row of rows) {
    const use = row.index === null ? undefined : uses.get(row.index);
    const isFirst = row.index === null || !claimed.has(row.index);
    if (row.index !== null) claimed.add(row.index);
    const wrong = faultOf(row, use, isFirst);
    if (wrong) findings.push(wrong);
    if (!within(row.at)) continue;
    for (const id of row.recordings) read.add(id);
    const { role, account } = actorOf(row.by);
    const { kind, grant, index } = row;
    readings.push({
      day: dayOf(row.at),
      role,
      account,
      kind,
      grant,
      recordings: row.recordings.length,
      index,
    });
  }
  for (const [index, { at, actor, act }] of uses) {
    if (act.kind !== 'access' || claimed.has(index)) continue;
    findings.push({
      kind: 'unjournalled',
      words: `Entry ${index} of the log of uses is an opening of ${act.recordings} recordings, and the journal has no row for it.`,
    });
    if (!within(at * 1000)) continue;
    readings.push({
      day: dayOf(at * 1000),
      ...actor,
      kind: act.purpose,
      grant: act.grant,
      recordings: act.recordings,
      index,
    });
  }
  return { readings, readable: readableIn(uses, window, slices, recordings), read, findings };
}

function plainUses(entries: readonly { index: number; entry: Uint8Array }[]): Map<number, PlainUse> {
  const uses = new Map<number, PlainUse>();
  for (const { index, entry } of entries) {
    const parsed = readUsesEntry(entry);
    if (parsed.ok && parsed.value.kind === 'plain') uses.set(index, parsed.value.use);
  }
  return uses;
}

function faultOf(row: JournalRow, use: PlainUse | undefined, isFirst: boolean): BreachFinding | null {
  const where = `The journal's row of ${dayOf(row.at)} (${row.recordings.length} recordings, ${row.kind})`;
  if (row.index === null || !use)
    return { kind: 'unlogged', words: `${where} is nowhere in the log of uses.` };
  const { actor, act, at } = use;
  const by = actorOf(row.by);
  const isSame =
    isFirst &&
    act.kind === 'access' &&
    act.purpose === row.kind &&
    act.grant === (row.grant ?? row.entry) &&
    act.recordings === row.recordings.length &&
    act.list === listDigest(row.recordings) &&
    actor.role === by.role &&
    actor.account === by.account &&
    Math.abs(at * 1000 - row.at) <= LATENESS;
  return isSame
    ? null
    : { kind: 'differs', words: `${where} and entry ${row.index} of the log of uses say different things.` };
}

function readableIn(
  uses: ReadonlyMap<number, PlainUse>,
  { from, to }: BreachWindow,
  slices: ReadonlyMap<string, GrantSlice>,
  recordings: readonly SlicedRecording[],
): Readable[] {
  const given = new Map<string, { purpose: string; from: number; until: number }>();
  for (const { at, act } of uses.values()) {
    if (act.kind === 'grant')
      given.set(act.grant, { purpose: act.purpose, from: at * 1000, until: act.until * 1000 });
    const held = act.kind === 'grant-ended' && given.get(act.grant);
    if (held) held.until = Math.min(held.until, at * 1000);
  }
  return [...given]
    .filter(([, held]) => held.from < to && held.until > from)
    .map(([grant, { purpose, until }]) => {
      const slice = slices.get(grant);
      const covered = slice ? recordings.filter((one) => sliceCovers(slice, one)).length : null;
      return { grant, purpose, until: dayOf(until), recordings: covered };
    });
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
