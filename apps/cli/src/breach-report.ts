import { type GrantSlice, parseGrant } from '@aboveboard/consent/grant-document';
import type { SlicedRecording } from '@aboveboard/consent/grant-slice';
import type { Installation } from '@aboveboard/server/installation';
import { postNotices } from '@aboveboard/server/notices/notice-board';
import {
  auditAccesses,
  type BreachAudit,
  type BreachWindow,
  type JournalRow,
} from '@aboveboard/server/recordings/breach-audit';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { LogError, orThrow } from '@aboveboard/tlog/log-fault';
import { LogReader } from '@aboveboard/tlog/log-reader';
import type { LogStorage } from '@aboveboard/tlog/log-storage';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';

const DAY = 86_400_000;
const FEW = 10;

const NOT_KNOWN = [
  'What somebody read of a copy of this computer’s disk or of a backup: no journal is there.',
  'What was done with what was read.',
  'Whose the readings of recordings were that have been erased since: nothing here says so any more.',
];

/** Says what could be read and what was read (spec/breach.md). CommandFailure where journal and log do not fit. */
export async function reportBreach(
  window: BreachWindow,
  context: CommandContext,
  { notify = false }: { notify?: boolean } = {},
): Promise<void> {
  const { inner } = await context.installation();
  const evidence = await evidenceOf(inner);
  const audit = auditAccesses({ ...evidence, window });
  const contributors = await contributorsOf(inner, audit.read);
  const { readings, readable, findings } = audit;
  context.result({ readings, readable, findings, contributors, notKnown: NOT_KNOWN });
  for (const line of inWords(audit, contributors)) context.print(line);
  if (notify) context.print(await leaveNotices(inner.database, evidence.rows, window));
  if (findings.length > 0)
    throw new CommandFailure(`The access journal and the log of uses do not fit (${findings.length}).`);
}

/** Names nobody, and no number under ten: for whom they are, nobody can say afterwards (BRE14). */
async function leaveNotices(
  database: Stored,
  rows: readonly JournalRow[],
  { from, to }: BreachWindow,
): Promise<string> {
  const { board, contributors } = await postNotices(database, {
    rows: rows.filter(({ at }) => at >= from && at < to),
    from: dayOf(from),
    to: dayOf(to - DAY),
  });
  if (board === null) return 'No notice was left: nothing was read of anybody who has a recorder here.';
  const many = contributors === null ? 'fewer than ten contributors' : `about ${contributors} contributors`;
  return `Notices were left for the recorders of ${many}. Each opens for its own contributor alone; recorders fetch them within a day.`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Both days are in it, in UTC. */
export function windowOf(from: string, to: string): BreachWindow {
  const [first, last] = [from, to].map((day) =>
    /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN,
  ) as [number, number];
  if (Number.isNaN(first) || Number.isNaN(last) || last < first)
    throw new UsageError('Give two days, the first not after the second: --from 2026-11-01 --to 2026-11-07.');
  return { from: first, to: last + DAY };
}

async function evidenceOf({ database, logs }: Installation['inner']) {
  const before = await journalRows(database);
  // Whoever is opening now writes the row first and the entry a moment later.
  if (before.some(({ index }) => index === null))
    await new Promise((resolve) => setTimeout(resolve, SETTLES));
  const entries = await provedEntries(logs.uses.storage);
  const known = new Set(before.map(({ entry }) => entry));
  const rows = (await journalRows(database)).filter(
    ({ entry, index }) => known.has(entry) || (index !== null && index < entries.length),
  );
  const grants = await database.query<{ id: string; document: Buffer }>(
    'select id, document from access_grant',
  );
  const slices = grants.flatMap(({ id, document }): [string, GrantSlice][] => {
    const parsed = parseGrant(document);
    return parsed.ok ? [[id, parsed.value.slice]] : [];
  });
  return { rows, entries, slices: new Map(slices), recordings: await slicedRecordings(database) };
}

const SETTLES = 3_000;

type Stored = Installation['inner']['database'];

async function journalRows(database: Stored): Promise<JournalRow[]> {
  const rows = await database.query<Omit<JournalRow, 'at'> & { at: Date }>(
    `select a.entry, a.at, a.kind, a.by, a.recordings, a.grant_id as grant, l.index
     from access_entry a left join log_entry l on l.log = 'uses' and l.key = a.entry order by a.position`,
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

async function slicedRecordings(database: Stored): Promise<SlicedRecording[]> {
  type Row = { id: string; week: string; card: string | null; version: number };
  const rows = await database.query<Row>(
    'select id, week, card_id as card, card_version as version from recording',
  );
  return rows.map(({ id, week, card, version }) => ({
    id,
    week,
    card: card === null ? null : { id: card, version },
  }));
}

/** Under the log's own head; throws CommandFailure where what lies here is not what the head says. */
async function provedEntries(storage: LogStorage): Promise<{ index: number; entry: Uint8Array }[]> {
  const head = await storage.head();
  if (!head) return [];
  try {
    const { checkpoint } = orThrow(parseCheckpoint(head.checkpoint), 'storage');
    const reader = new LogReader({ source: storedLog(storage), ...checkpoint });
    const entries: { index: number; entry: Uint8Array }[] = [];
    for await (const one of reader.entries()) entries.push(one);
    return entries;
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause;
    throw new CommandFailure('The log of uses here is not what its head says. Nothing can be said from it.', {
      cause,
    });
  }
}

/** Rounded down to tens; null: fewer than ten, or of nobody who is known here (T15). */
async function contributorsOf(
  { database }: Installation['inner'],
  read: ReadonlySet<string>,
): Promise<number | null> {
  const [row] = await database.query<{ count: number }>(
    'select count(distinct contributor)::bigint as count from upload where recording = any($1)',
    [[...read]],
  );
  const count = row?.count ?? 0;
  return count < FEW ? null : count - (count % FEW);
}

function inWords({ readings, readable, findings }: BreachAudit, contributors: number | null): string[] {
  return [
    ...findings.map(({ words }) => `FINDING  ${words}`),
    `Read in this window: ${readings.length} times.`,
    ...readings.map(({ day, role, account, kind, grant, recordings, index }) =>
      [
        `  ${day}  ${role}${account ? ` (account ${account})` : ''}, ${kind}, ${recordings} recordings`,
        grant ? `, grant ${grant}` : '',
        index === null ? ', not in the log' : `, entry ${index}`,
      ].join(''),
    ),
    contributors === null
      ? 'It concerns fewer than ten contributors who have anything here, or none; no number is told.'
      : `It concerns about ${contributors} contributors, rounded down to tens.`,
    `Could be read in this window, under ${readable.length} grants that held:`,
    ...readable.map(({ grant, purpose, until, recordings }) => {
      const many = recordings === null ? 'a number that is not known' : String(recordings);
      return `  grant ${grant} for ${purpose}, until ${until}: of what is here now ${many}`;
    }),
    'What this can not know:',
    ...NOT_KNOWN.map((one) => `  ${one}`),
  ];
}
