import { type SweepAlarm, sweepAlarm } from '@aboveboard/server/retention/sweep-alarm';
import { lastSweep } from '@aboveboard/server/retention/sweep-rows';
import { type CommandContext, CommandFailure } from './command.ts';

const SAYS: Readonly<Record<SweepAlarm, string>> = {
  never: 'No sweep has ended here yet. Start the server, and look at its log.',
  late: 'No sweep has ended in the last day, or the clock was set back. Look whether the server runs, and at its log.',
  failed: 'The last sweep was not through. The server’s log says why; it tries again every hour.',
  unplaced:
    'There are recordings that were made under no version of the agreement that the rules log has. They stay until somebody looks.',
};

/** Throws CommandFailure when the alarm is on (RET9). */
export async function reportRetention(context: CommandContext, now: number): Promise<void> {
  const { inner } = await context.installation();
  const last = await lastSweep(inner.database.query);
  const alarm = sweepAlarm(last, now);
  const ended = last && new Date(last.ended).toISOString();
  context.result({ alarm, ended });
  if (ended) context.print(`The last sweep ended at ${ended}.`);
  if (alarm) throw new CommandFailure(SAYS[alarm]);
  context.print('What is over its agreed time is being erased.');
}
