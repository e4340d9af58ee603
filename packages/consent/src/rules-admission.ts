import type { Fault } from '@aboveboard/protocol/fault';
import { parseNote } from '@aboveboard/tlog/note';
import { readRulesEntry } from './rules-entry.ts';
import { type RulesTrust, replayRules } from './rules-replay.ts';
import type { IgnoredReason } from './rules-state.ts';
import { parseStatement } from './rules-statement.ts';

/**
 * Would an entry do anything, appended after these? All its faults, none if so. For whoever keeps the log: it
 * takes nothing that a replay would pass over. A note that a party signed and nobody understands is refused
 * here, where it is a mistake; in a log it suspends (RUL37).
 */
export async function rulesEntryFaults(
  entries: readonly Uint8Array[],
  entry: Uint8Array,
  trust: RulesTrust,
  subtle: SubtleCrypto,
): Promise<Fault[]> {
  const read = await readRulesEntry(entry, subtle);
  if (read.kind === 'unreadable') return [...read.faults];
  if (read.kind === 'note' && read.statement === null) {
    const note = parseNote(entry);
    const parsed = note.ok ? parseStatement(note.value.text) : note;
    return parsed.ok ? [] : parsed.faults;
  }
  const { acts } = await replayRules([...entries, entry], trust, subtle);
  const act = acts.at(-1);
  if (act?.index !== entries.length || act.kind !== 'ignored') return [];
  const [rule, message] = REASONS[act.reason];
  return [{ rule, at: 'entry', message }];
}

const REASONS: Readonly<Record<IgnoredReason, readonly [rule: string, message: string]>> = {
  malformed: ['RUL2', 'neither a document nor a note with a statement'],
  'faulty-document': ['RUL2', 'a document with faults'],
  'entered-before': ['RUL41', 'this document is in the log already'],
  'too-many-wait': ['RUL42', 'too many documents wait for signatures'],
  'another-agreement': ['RUL31', 'about another agreement'],
  'signed-by-no-party': ['RUL31', 'no signature of a party verifies'],
  'not-for-this-party': ['RUL12', 'this party can not say this, or not with one key'],
  'unknown-document': ['RUL31', 'about a document that is not in the log'],
  'can-not-come': ['RUL33', 'about a version that can not come into force any more'],
  'said-before': ['RUL41', 'said before'],
  'takes-back': ['RUL39', 'takes back what stands'],
};
