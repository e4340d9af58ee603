import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { readRulesEntry } from '@aboveboard/consent/rules-entry';
import { type RulesTrust, replayRules } from '@aboveboard/consent/rules-replay';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import { type OpenedLog, openLog } from '@aboveboard/tlog/log-reader';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatProof } from '@aboveboard/tlog/proof-file';
import type { TileSource } from '@aboveboard/tlog/tile-source';
import { type DayCount, dayCounts } from './day-counts.ts';
import type { LogBook } from './log-line.ts';
import type { Messages } from './messages/en.ts';
import { rulesLines } from './rules-lines.ts';
import { type KeptAct, usesLines } from './uses-lines.ts';

/** `when` writes a time, in seconds since 1970, as this reader is used to. */
export type Reading = {
  source: TileSource;
  policy: Policy;
  messages: Messages;
  subtle: SubtleCrypto;
  when: (seconds: number) => string;
};

export type RulesBook = LogBook & { state: RulesState; entries: readonly Uint8Array[]; opened: OpenedLog };

/**
 * The whole rules log, checked and replayed. LogError where it can't be had or does not hold. `trust` null: for
 * a reader who has pinned no keys, the parties are those that the first agreement in the log names, and
 * `checked` says so.
 */
export async function readRulesBook(reading: Reading & { trust: RulesTrust | null }): Promise<RulesBook> {
  const opened = await openLog(reading.source, reading.policy);
  const entries: Uint8Array[] = [];
  for await (const { entry } of opened.reader.entries()) entries.push(entry);
  const trust = reading.trust ?? (await firstNamed(entries, reading.subtle));
  const state = await replayRules(entries, trust, reading.subtle);
  const { origin } = opened.signed.checkpoint;
  return {
    ...bookOf(opened),
    lines: rulesLines(state, reading.messages),
    checked: [
      reading.messages.checked.tree(entries.length, origin),
      witnessed(opened, reading),
      ...(reading.trust ? [] : [reading.messages.checked.unpinned]),
    ],
    state,
    entries,
    opened,
  };
}

/** `days`: what was opened, built and deleted on each of the last days that are wholly among these entries. */
export type UsesBook = LogBook & { days: readonly DayCount[] };

/** Days that are counted. */
const DAYS = 14;

/** The newest `most` entries of the uses log; each is proved under the checkpoint, older ones are not fetched. */
export async function readUsesBook(
  reading: Reading & { own: readonly KeptAct[]; most: number },
): Promise<UsesBook> {
  const opened = await openLog(reading.source, reading.policy);
  const { size } = opened.reader;
  const first = Math.max(0, size - reading.most);
  const entries: { index: number; entry: Uint8Array }[] = [];
  for await (const each of opened.reader.entries(first)) entries.push(each);
  const { checked } = reading.messages;
  const { origin } = opened.signed.checkpoint;
  return {
    ...bookOf(opened),
    lines: await usesLines(entries, reading.own, reading.messages, reading.subtle),
    checked: [
      first === 0 ? checked.tree(size, origin) : checked.last(size - first, size, origin),
      witnessed(opened, reading),
    ],
    days: daysOf(entries, { until: opened.verdict.time, whole: first === 0, most: DAYS }),
  };
}

/** Up to the time at which the witnesses saw it; without witnesses nobody says when that was. */
function daysOf(
  entries: readonly { entry: Uint8Array }[],
  { until, whole, most }: { until: number | null; whole: boolean; most: number },
): DayCount[] {
  if (until === null) return [];
  const plain = entries.flatMap(({ entry }) => {
    const read = readUsesEntry(entry);
    return read.ok && read.value.kind === 'plain' ? [read.value.use] : [];
  });
  return dayCounts(plain, { until, whole, most });
}

async function firstNamed(entries: readonly Uint8Array[], subtle: SubtleCrypto): Promise<RulesTrust> {
  for (const bytes of entries) {
    const entry = await readRulesEntry(bytes, subtle);
    if (entry.kind === 'document')
      return { agreement: entry.agreement.id, parties: partyKeysOf(entry.agreement) };
  }
  return { agreement: '', parties: new Map() };
}

function bookOf({ signed, reader }: OpenedLog): Pick<LogBook, 'origin' | 'size' | 'proofOf'> {
  return {
    origin: signed.checkpoint.origin,
    size: reader.size,
    async proofOf(index) {
      const [entry, proof] = [await reader.entry(index), await reader.proof(index, signed)];
      return { entry, proof: formatProof(proof) };
    },
  };
}

function witnessed({ verdict }: OpenedLog, { policy, messages, when }: Reading): string {
  const { witnesses, time } = verdict;
  if (policy.quorum === null || time === null) return messages.checked.unwitnessed;
  return messages.checked.witnessed(
    witnesses.map(({ name }) => name),
    when(time),
  );
}
