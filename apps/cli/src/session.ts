import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import type { OpenedData } from './opened-data.ts';

export type Stream = { write(text: string): unknown; isTTY?: boolean };
export type Streams = { stdout: Stream; stderr: Stream };

/** What one run of a command has in hand, and how it ends. */
export function makeSession(
  { stdout, stderr }: Streams,
  options: () => { data: string; json?: boolean },
  opened: OpenedData,
) {
  let isProgressShown = false;

  const note = (line: string) => {
    clearProgress();
    stderr.write(`${line}\n`);
  };
  const clearProgress = () => {
    if (isProgressShown) stderr.write('\r\x1b[K');
    isProgressShown = false;
  };

  const context: CommandContext = {
    get data() {
      return resolve(options().data);
    },
    get json() {
      return options().json === true;
    },
    installation: (options) => opened.installation(context.data, options),
    print(line) {
      clearProgress();
      if (!context.json) stdout.write(`${line}\n`);
    },
    result(value) {
      clearProgress();
      if (context.json) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    progress(line) {
      if (!stderr.isTTY) return;
      stderr.write(`\r\x1b[K${line}`);
      isProgressShown = true;
    },
    note,
  };

  return {
    context,

    /** Says what went wrong and gives the exit code. */
    failed(error: unknown): number {
      // Commander has said it already.
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      const message = error instanceof Error ? error.message : String(error);
      note(message);
      if (error instanceof UsageError) return 2;
      const isSentence = error instanceof CommandFailure || process.env['ABOVEBOARD_TRACE'] === undefined;
      if (!isSentence && error instanceof Error) note(error.stack ?? '');
      return 1;
    },

    async close(): Promise<void> {
      clearProgress();
      await opened.close();
    },
  };
}
