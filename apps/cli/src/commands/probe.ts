import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('probe <url>')
    .helpGroup(GROUPS.installation)
    .summary('try every door of a server as somebody who may not pass')
    .description(
      'Try every route of a server, and paths that nothing should be at, as nobody and with forged credentials. Needs no ' +
        'account and no data folder. Exit code 1 if a door opened, or if any gave no answer: then nothing is proved.',
    )
    .action(async (given: string) => {
      const url = URL.canParse(given) ? new URL(given) : null;
      if (!url || !/^https?:$/.test(url.protocol))
        throw new UsageError('Give the address of a server: https://NAME.');
      const { probeAsOutsider } = await import('@aboveboard/protocol/outsider-probe');
      const { askOver } = await import('@aboveboard/guardian/probe/outsider-ask');
      const report = await probeAsOutsider({
        ask: askOver(url),
        random: (length) => new Uint8Array(randomBytes(length)),
      });
      context.result(report);
      for (const { as, method, path, status, what } of report.findings) {
        context.print(`${what.padEnd(24)} ${status} ${method} ${path}, as ${as}`);
      }
      context.print(`tried       ${report.tried} times; ${report.findings.length} findings`);
      if (report.unanswered > 0) {
        throw new CommandFailure(
          `${report.unanswered} times there was no answer: this proves nothing about those doors.`,
        );
      }
      if (report.findings.length > 0) throw new CommandFailure('Not every door is closed.');
    });
}
