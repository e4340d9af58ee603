import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('figures')
    .helpGroup(GROUPS.planning)
    .summary('what this installation measured of itself, for a plan')
    .description(
      'Write the installation’s own figures for planning: with --json a file that the planner reads. ' +
        'Sums over at least ten people, rounded; nothing about a person.',
    )
    .action(async () => {
      const { figuresOf } = await import('../plan-figures.ts');
      const figures = await figuresOf(context, new Date().toISOString().slice(0, 10));
      context.result(figures);
      if (figures.counted)
        context.print(
          `${figures.counted.recordings} recordings, ${figures.counted.bytes_per_recording} bytes each.`,
        );
      for (const [rate, value] of Object.entries(figures.measured)) context.print(`${rate}: ${value}`);
      for (const { rate, why } of figures.notKnown) context.print(`${rate}: not known; ${why}`);
    });
}
