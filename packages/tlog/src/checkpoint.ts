import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import { HASH_BYTES, type Hash } from './merkle.ts';
import { type Note, parseNote } from './note.ts';
import { isSize, parseSize } from './tree-size.ts';

/** The head of a log as a note (tlog-checkpoint; spec/log.md, LOG60-LOG64). */
export type Checkpoint = {
  /** Identifies the log. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  /** Lines after the third. Nothing here relies on one, and no log of ours writes one. */
  readonly extensions: readonly string[];
};

export type SignedCheckpoint = { readonly checkpoint: Checkpoint; readonly note: Note };

/** Reads, verifies nothing. */
export function parseCheckpoint(bytes: Uint8Array): Checked<SignedCheckpoint> {
  const note = parseNote(bytes);
  if (!note.ok) return note;
  const checkpoint = parseCheckpointText(note.value.text);
  return checkpoint.ok ? { ok: true, value: { checkpoint: checkpoint.value, note: note.value } } : checkpoint;
}

export function parseCheckpointText(text: string): Checked<Checkpoint> {
  const faults: LogFault[] = [];
  const lines = text.split('\n');
  const [origin = '', sizeText = '', rootText = '', ...rest] = lines;
  if (lines.length < 4 || rest.at(-1) !== '')
    return faulty(fault('LOG60', 'checkpoint', 'not three lines or more'));
  const extensions = rest.slice(0, -1);
  if (!isOrigin(origin)) faults.push(fault('LOG61', 'line 1', 'not an origin of 1 to 255 bytes'));
  const size = parseSize(sizeText);
  if (size === null) faults.push(fault('LOG1', 'line 2', 'not a size'));
  const root = rootText.length <= 44 ? decodeBase64(rootText) : null;
  if (root?.length !== HASH_BYTES) faults.push(fault('LOG62', 'line 3', 'not a hash of 32 bytes in base64'));
  if (extensions.includes('')) faults.push(fault('LOG63', 'extensions', 'an empty line'));
  if (faults.length > 0 || size === null || !root) return { ok: false, faults };
  return { ok: true, value: { origin, size, root, extensions } };
}

/** RangeError for what could not be read back. */
export function formatCheckpointText({ origin, size, root, extensions = [] }: Unextended): string {
  if (!isOrigin(origin) || !isSize(size) || root.length !== HASH_BYTES)
    throw new RangeError('not a checkpoint');
  if (extensions.some((line) => line === '' || line.includes('\n')))
    throw new RangeError('not extension lines');
  return [origin, String(size), encodeBase64(root), ...extensions, ''].join('\n');
}
type Unextended = Omit<Checkpoint, 'extensions'> & Partial<Pick<Checkpoint, 'extensions'>>;

/** One line that fits where ML-DSA-44 cosignatures write its length in a byte. */
export function isOrigin(origin: string): boolean {
  const bytes = new TextEncoder().encode(origin).length;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return bytes >= 1 && bytes <= 255 && origin.isWellFormed() && !/[\u0000-\u001f]/.test(origin);
}
