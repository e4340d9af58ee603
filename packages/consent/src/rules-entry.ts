import type { Fault } from '@aboveboard/protocol/fault';
import { parseNote } from '@aboveboard/tlog/note';
import { type Agreement, parseAgreement } from './agreement.ts';
import { hex } from './canonical-json.ts';
import { deepFreeze } from './frozen.ts';
import { parseStatement, type RulesStatement } from './rules-statement.ts';

/**
 * An entry of the rules log is one of two things, to the byte (spec/rules-log.md, RUL1-RUL5): the canonical
 * document of an agreement, or a signed note with one statement. Reading one checks no signature.
 */
export type RulesEntry =
  | { kind: 'document'; agreement: Agreement; digest: string }
  | {
      kind: 'note';
      text: string;
      /** Null: a note of this log whose statement this software does not understand. */
      statement: RulesStatement | null;
      /** Second line of the text: the agreement that it is about. */
      about: string;
    }
  /** `document`: it begins as one. */
  | { kind: 'unreadable'; document: boolean; faults: readonly Fault[] };

/** Of tlog-tiles: an entry's length is written in 16 bits. */
export const ENTRY_BYTES_LIMIT = 65_535;

/** Never throws for what is in `bytes`. */
export async function readRulesEntry(bytes: Uint8Array, subtle: SubtleCrypto): Promise<RulesEntry> {
  if (bytes.length === 0 || bytes.length > ENTRY_BYTES_LIMIT) {
    return unreadable('RUL1', `not between 1 and ${ENTRY_BYTES_LIMIT} bytes`);
  }
  if (bytes[0] === BRACE) {
    const parsed = parseAgreement(bytes);
    if (!parsed.ok) return { kind: 'unreadable', document: true, faults: parsed.faults };
    const digest = hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
    return { kind: 'document', agreement: deepFreeze(parsed.value), digest };
  }
  const note = parseNote(bytes);
  if (!note.ok) return { kind: 'unreadable', document: false, faults: note.faults };
  const { text } = note.value;
  if (!HEAD.test(text)) return unreadable('RUL2', 'not a note of this log');
  const parsed = parseStatement(text);
  return {
    kind: 'note',
    text,
    statement: parsed.ok ? parsed.value : null,
    about: text.split('\n', 2)[1] ?? '',
  };
}

const BRACE = 0x7b;
const HEAD = /^aboveboard ([a-z][a-z-]{0,31}) v[0-9]{1,5}\n/;

function unreadable(rule: string, message: string): RulesEntry {
  return { kind: 'unreadable', document: false, faults: [{ rule, at: 'entry', message }] };
}
