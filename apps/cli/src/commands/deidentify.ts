import type { MovementLevel } from '@aboveboard/redact/movement/deidentification';
import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

const LEVELS: readonly MovementLevel[] = ['vault', 'release', 'open'];

type Options = { level: string; elements?: string; epsilon?: string; out?: string };

export function register(program: Command, context: CommandContext): void {
  program
    .command('deidentify [file]')
    .helpGroup(GROUPS.datasets)
    .summary("take a person's way of moving out of a table of pointer rows")
    .description(
      "Take a person's way of moving out of one task's rows (t_ms,x,y,kind with kind move, down, up or wheel; standard input " +
        'without a file) and write such a table again. What stays are the actions: their kind, element and order, and the ' +
        'ends of drags. Elements are boxes in a JSON file [{id, x, y, width, height, place: "atomic" or "kept"}]; without ' +
        'them squares of 48 px stand in. This is pseudonymous at best: what risk remains says `aboveboard risk`.',
    )
    .option('--level <level>', `${LEVELS.join(', ')} (spec/movement.md)`, 'release')
    .option('--elements <file>', 'the boxes that are acted on')
    .option('--epsilon <number>', 'with --level open: how much one action may give away')
    .option('--out <file>', 'a new file; without it standard output')
    .action(async (file: string | undefined, options: Options) => {
      const { level } = options;
      if (!isLevel(level)) throw new UsageError(`--level is one of ${LEVELS.join(', ')}.`);
      const epsilon = options.epsilon === undefined ? undefined : Number(options.epsilon);
      if ((level === 'open') !== (epsilon !== undefined)) {
        throw new UsageError(
          '--epsilon goes with --level open, and that needs it: mixing across people is for datasets.',
        );
      }
      if (epsilon !== undefined && !(epsilon > 0 && epsilon <= 20)) {
        throw new UsageError('--epsilon is a number above 0, at most 20.');
      }
      if (context.json && options.out === undefined) throw new UsageError('--json needs --out.');
      const { deidentifyFile } = await import('../pointer-stream.ts');
      const done = await deidentifyFile({
        level,
        from: file ?? null,
        to: options.out ?? null,
        elements: options.elements ?? null,
        ...(epsilon === undefined ? {} : { epsilon }),
      });
      context.result({ level, ...done, ...(epsilon === undefined ? {} : { epsilon }) });
      context.note(`${level}: ${done.rowsIn} rows in, ${done.rowsOut} out`);
      if (done.kept === null) return;
      const { actions, keptPoints, orphans, clock } = done.kept;
      context.note(
        `kept        ${actions} actions, ${keptPoints} points as they were; left out ${orphans} presses or releases without the other`,
      );
      if (clock > 0) context.note(`clock       ran back or jumped ${clock} times`);
      if (epsilon !== undefined) {
        context.note(`epsilon     ${epsilon} an action, up to ${epsilon * actions} for this task`);
      }
    });
}

function isLevel(level: string): level is MovementLevel {
  return LEVELS.some((one) => one === level);
}
