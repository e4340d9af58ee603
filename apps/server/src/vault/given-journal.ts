import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What the vault gave, in a file of lines that is only ever added to (VLT93). A line is on disk when `enter` returns, and
 * what it says is given only afterwards.
 */
export type GivenJournal = {
  /** `new`: entered now. `again`: the same job asked before. `other`: another job was given this access; nothing is entered. */
  enter(line: GivenLine): 'new' | 'again' | 'other';
  /** What becomes of the vault's identities (VLT108). On disk when it returns. */
  note(line: IdentityLine): void;
  close(): void;
};

/** `at`: seconds since 1970. `entry`, `job`: SHA-256 of the entry of the access and of the job's recipient, hex. */
export type GivenLine = { at: number; entry: string; job: string; grant: string; recordings: number };

/** `name`: of the identity (identity-file.ts). `halves`: that were sealed to it anew. */
export type IdentityLine = {
  at: number;
  identity: 'made' | 'resealed' | 'retired';
  name: string;
  halves?: number | undefined;
};

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const line = z.strictObject({
  at: z.int(),
  entry: hash,
  job: hash,
  grant: z.string().max(64),
  recordings: z.int().min(0),
});

const identityLine = z.strictObject({
  at: z.int(),
  identity: z.enum(['made', 'resealed', 'retired']),
  name: z.string().max(64),
  halves: z.int().min(0).optional(),
});

/** Throws a sentence for a file that is not this journal. A last line that a crash left half written says nothing. */
export function openGivenJournal(folder: string): GivenJournal {
  const path = join(folder, 'given.jsonl');
  const text = readText(path);
  const jobs = new Map<string, string>();
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const [i, one] of whole.split('\n').slice(0, -1).entries()) {
    const read = parsed(one);
    // A torn line was closed by the start after it; it was entered by nobody.
    if (!read && !one.endsWith(TORN)) {
      throw new Error(
        `${path}, line ${i + 1}, is no line of a vault's journal. Restore it from your backup.`,
      );
    }
    if (read && 'job' in read) jobs.set(read.entry, read.job);
  }
  const file = openSync(path, 'a', 0o600);
  const write = (content: string) => {
    appendFileSync(file, content);
    fsyncSync(file);
  };
  if (whole.length < text.length) write(`${TORN}\n`);
  return {
    enter(given) {
      const before = jobs.get(given.entry);
      if (before !== undefined) return before === given.job ? 'again' : 'other';
      write(`${JSON.stringify(given)}\n`);
      jobs.set(given.entry, given.job);
      return 'new';
    },
    note: (noted) => write(`${JSON.stringify(noted)}\n`),
    close: () => closeSync(file),
  };
}

/** Ends a line that a crash left half written. */
const TORN = '#';

function parsed(text: string): GivenLine | IdentityLine | null {
  try {
    return z.union([line, identityLine]).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
