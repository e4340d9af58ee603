import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import { isKeyName } from './verifier-key.ts';

/**
 * C2SP signed notes (spec/log.md, LOG40-LOG46): a text, and lines that sign it. Reading one verifies nothing;
 * nobody may act on a text before `verifyNote` has.
 */
export type Note = {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

export type NoteSignature = {
  readonly name: string;
  /** Of the key; with the name it says whose signature this claims to be. */
  readonly id: number;
  /** What follows the key id. */
  readonly signature: Uint8Array;
};

export const NOTE_BYTES_LIMIT = 1_048_576;
export const NOTE_SIGNATURES_LIMIT = 64;

export function parseNote(bytes: Uint8Array): Checked<Note> {
  if (bytes.length > NOTE_BYTES_LIMIT) return faulty(fault('LOG46', 'note', 'has too many bytes'));
  const whole = wellFormed(bytes);
  if (whole === null) return faulty(fault('LOG41', 'note', 'not UTF-8'));
  if (CONTROL.test(whole)) return faulty(fault('LOG41', 'note', 'has a control character'));
  const blank = whole.lastIndexOf('\n\n');
  if (blank < 0) return faulty(fault('LOG42', 'note', 'has no blank line before its signatures'));
  const signatures = parseSignatureLines(whole.slice(blank + 2));
  if (!signatures.ok) return signatures;
  return { ok: true, value: { text: whole.slice(0, blank + 1), signatures: signatures.value } };
}

/** One line or more, each with its newline: the end of a note, and what a witness answers. */
export function parseSignatureLines(lines: string): Checked<NoteSignature[]> {
  if (!lines.endsWith('\n')) return faulty(fault('LOG42', 'signatures', 'the last line has no newline'));
  const split = lines.slice(0, -1).split('\n');
  if (split.length > NOTE_SIGNATURES_LIMIT) return faulty(fault('LOG46', 'signatures', 'are too many'));
  const faults: LogFault[] = [];
  const signatures: NoteSignature[] = [];
  for (const [i, line] of split.entries()) {
    const parsed = parseSignatureLine(line, `signature ${i}`);
    if (!parsed.ok) faults.push(...parsed.faults);
    else if (signatures.some((one) => one.name === parsed.value.name && one.id === parsed.value.id)) {
      faults.push(fault('LOG44', `signature ${i}`, 'a second one of the same key'));
    } else signatures.push(parsed.value);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: signatures };
}

export function formatNote(note: Note): Uint8Array {
  return utf8.encode(`${note.text}\n${note.signatures.map(formatSignatureLine).join('')}`);
}

export function formatSignatureLine({ name, id, signature }: NoteSignature): string {
  const blob = new Uint8Array(4 + signature.length);
  new DataView(blob.buffer).setUint32(0, id);
  blob.set(signature, 4);
  return `\u2014 ${name} ${encodeBase64(blob)}\n`;
}

/** What can be signed: ends in a newline, well formed, no control characters but newlines (LOG41). */
export function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !CONTROL.test(text);
}

function parseSignatureLine(line: string, at: string): Checked<NoteSignature> {
  const [dash, name, base64, ...rest] = line.split(' ');
  if (dash !== '\u2014' || name === undefined || base64 === undefined || rest.length > 0) {
    return faulty(fault('LOG43', at, 'not dash, name and base64 with single spaces'));
  }
  if (!isKeyName(name)) return faulty(fault('LOG40', at, 'not the name of a key'));
  if (base64.length > SIGNATURE_TEXT_LIMIT) return faulty(fault('LOG46', at, 'has too many bytes'));
  const blob = decodeBase64(base64);
  if (!blob) return faulty(fault('LOG2', at, 'not canonical base64'));
  if (blob.length < 5) return faulty(fault('LOG43', at, 'has no signature after the id'));
  const id = new DataView(blob.buffer, blob.byteOffset).getUint32(0);
  return { ok: true, value: { name, id, signature: blob.subarray(4) } };
}
const SIGNATURE_TEXT_LIMIT = 16_384;

function wellFormed(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

const utf8 = new TextEncoder();
// A byte order mark is a character like others: a decoder that drops it would give two notes one text.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
