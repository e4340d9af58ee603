import type { Installation } from '@aboveboard/server/installation';
import type { Command } from 'commander';

/**
 * How a command is added: `src/commands/NAME.ts` exports `register`, and `src/main.ts` lists it under one of
 * GROUPS. At the top level such a file imports only types, commander and node's own modules; what it works
 * with it imports inside the action, so that `--help` stays fast (test/help.test.ts holds it to that).
 *
 *   export function register(program: Command, context: CommandContext): void {
 *     program
 *       .command('inspect FILE')
 *       .helpGroup(GROUPS.recordings)
 *       .description('What a bundle holds: parts, sizes, counts, faults')
 *       .action(async (file: string) => {
 *         const { inspectBundle } = await import('../inspection.ts');
 *         ...
 *       });
 *   }
 *
 * Exit codes: 0 done; 1 it could not be done (CommandFailure, or any other error); 2 wrong usage
 * (UsageError, and commander's own).
 */
export type RegisterCommand = (program: Command, context: CommandContext) => void;

/** Headings of `aboveboard --help`, in this order. */
export const GROUPS = {
  installation: 'Installation:',
  recordings: 'Recordings:',
  datasets: 'Datasets:',
  logs: 'Rules and logs:',
  planning: 'Planning:',
} as const;

export type CommandContext = {
  /** Absolute path of the data folder (`--data`). Read it inside an action: it is known only then. */
  readonly data: string;
  /** `--json`: standard output is one JSON document and nothing else. */
  readonly json: boolean;
  /**
   * The installation in the data folder, with its database up: joins the server that runs on that folder,
   * or starts the database for the length of this command. Closed for you when the command ends. `opens`: recordings
   * will be opened, so the guardian of a demonstration that is stopped is started with it.
   */
  installation(options?: { opens?: boolean }): Promise<Installation>;
  /** One line on standard output. With `--json` nothing: use `result`. */
  print(line: string): void;
  /** With `--json` the value as JSON; else nothing. */
  result(value: unknown): void;
  /** One line on standard error that the next replaces; nothing unless that is a terminal. */
  progress(line: string): void;
  /** One line on standard error, always. */
  note(line: string): void;
};

/** What went wrong, as a sentence for the person at the terminal. Exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The command was called wrongly: a sentence that says how to call it. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
