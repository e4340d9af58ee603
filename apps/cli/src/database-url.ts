import { readFileSync, statSync } from 'node:fs';
import { CommandFailure, UsageError } from './command.ts';

const URL_FORM = /^postgres(ql)?:\/\/\S+$/;

/**
 * The URL of a database out of a file that only its owner reads. Never from the command line, which everybody on this computer can see
 * in the list of processes. Throws a sentence that does not hold the URL.
 */
export function databaseUrlIn(file: string): string {
  if (/^postgres(ql)?:/.test(file)) {
    throw new UsageError(
      'The URL of a database holds a password, and everybody on this computer sees what a command is called with. ' +
        'Put it into a file that you alone read and name that one, or into DATABASE_URL.',
    );
  }
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      throw new CommandFailure(`${file} can be read by others than its owner: chmod 600.`);
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw new CommandFailure(`${file} can not be read.`, { cause });
  }
  if (URL_FORM.test(text)) return text;
  throw new CommandFailure(`${file} does not hold the URL of a PostgreSQL alone: postgresql://...`);
}
