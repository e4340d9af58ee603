import { readFileSync } from 'node:fs';
import { ALL, SECRETS, STRUCTURED } from '@aboveboard/redact/detect/detectors';
import { ownWords } from '@aboveboard/redact/detect/own-words';
import { phonePlans } from '@aboveboard/redact/detect/phone-plans';
import type { Detector } from '@aboveboard/redact/detect/span';
import { foldSpace } from '@aboveboard/redact/openings';
import { redactText } from '@aboveboard/redact/redacted-text';
import { CommandFailure, UsageError } from './command.ts';

export type RedactionChoice = { only: string; phonePlans?: string; words?: string; shipped?: string };

/** A line is one record; what is longer is not read into memory. */
export const LINE_LIMIT = 16 * 1024 * 1024;

const SETS: Readonly<Record<string, readonly Detector[]>> = {
  all: ALL,
  structured: STRUCTURED,
  secrets: SECRETS,
};

export type RedactionSink = { line(text: string): void; fault(line: number, message: string): void };

/** Gives how many lines had a fault. A fault quotes nothing of the line: it may be personal. */
export async function redactLines(
  input: AsyncIterable<Uint8Array | string>,
  choice: RedactionChoice,
  to: RedactionSink,
): Promise<number> {
  const chosen = SETS[choice.only];
  if (chosen === undefined) throw new UsageError('--only is all, structured or secrets.');
  const detectors = [...chosen];
  if (choice.phonePlans) detectors.push(phonePlans(choice.phonePlans.toUpperCase().split(',')));
  if (choice.words) detectors.push(ownWords(listOf(choice.words)).detect);
  const shipped = choice.shipped ? new Set(listOf(choice.shipped).map(foldSpace)) : undefined;
  let number = 0;
  let faults = 0;
  for await (const line of lines(input)) {
    number++;
    if (line !== null && line.trim() === '') continue;
    const record = line === null ? 'is longer than 16 MB' : recordOf(line);
    if (typeof record === 'string') {
      faults++;
      to.fault(number, record);
      continue;
    }
    const { id, text, role } = record;
    const redacted = redactText(text, {
      detectors,
      ...(role === undefined ? {} : { role }),
      ...(shipped === undefined ? {} : { shipped }),
    });
    to.line(JSON.stringify({ id, ...redacted }));
  }
  return faults;
}

type RecordOfLine = { id: unknown; text: string; role?: string };

/** A string says what is wrong with it. */
function recordOf(line: string): RecordOfLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object';
  const { id, text, role } = value as Record<string, unknown>;
  if (typeof text !== 'string') return 'has no text';
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number')
    return 'has an id that is no string or number';
  if (role !== undefined && typeof role !== 'string') return 'has a role that is no string';
  return { id: id ?? null, text, ...(role === undefined ? {} : { role }) };
}

/** Null stands for a line that is too long. */
async function* lines(input: AsyncIterable<Uint8Array | string>): AsyncIterable<string | null> {
  const decoder = new TextDecoder();
  let pending = '';
  let dropping = false;
  for await (const chunk of input) {
    let text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield dropping ? null : pending + text.slice(0, end);
      pending = '';
      dropping = false;
      text = text.slice(end + 1);
    }
    if (pending.length + text.length > LINE_LIMIT) {
      dropping = true;
      pending = '';
    } else if (!dropping) pending += text;
  }
  pending += decoder.decode();
  if (dropping) yield null;
  else if (pending !== '') yield pending;
}

export function listOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  } catch (cause) {
    throw new CommandFailure(`The list ${file} can not be read.`, { cause });
  }
}
