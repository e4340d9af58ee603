import type { MovementLevel } from '@aboveboard/redact/movement/deidentification';
import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

const LEVELS: readonly MovementLevel[] = ['vault', 'release', 'open'];

type Options = {
  level: string;
  screen?: string;
  parts?: string;
  elements?: string;
  epsilon?: string;
  out?: string;
};

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
    .option(
      '--screen <size>',
      'the screen of the rows, such as 1366x768: places come out on the standard one',
    )
    .option('--parts <n>', 'with --out: a folder of tables, each of at most so many actions')
    .option('--out <file>', 'a new file, or with --parts a new folder; without it standard output')
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
      const screen = options.screen === undefined ? undefined : screenOf(options.screen);
      const parts = options.parts === undefined ? undefined : Number(options.parts);
      if (parts !== undefined && (!Number.isInteger(parts) || parts < 1 || options.out === undefined)) {
        throw new UsageError('--parts is a whole number from 1, and goes with --out.');
      }
      if (parts !== undefined && level === 'vault')
        throw new UsageError('--parts needs a level that has actions.');
      if (context.json && options.out === undefined) throw new UsageError('--json needs --out.');
      const { deidentifyFile } = await import('../pointer-stream.ts');
      const done = await deidentifyFile({
        level,
        from: file ?? null,
        to: options.out ?? null,
        elements: options.elements ?? null,
        ...(epsilon === undefined ? {} : { epsilon }),
        ...(screen === undefined ? {} : { screen }),
        ...(parts === undefined ? {} : { parts }),
      });
      context.result({ level, ...done, ...(epsilon === undefined ? {} : { epsilon }) });
      context.note(`${level}: ${done.rowsIn} rows in, ${done.rowsOut} out`);
      if (done.kept === null) return;
      const { actions, keptPoints, orphans, clock } = done.kept;
      context.note(
        `kept        ${actions} actions, ${keptPoints} points as they were; left out ${orphans} presses or releases without the other`,
      );
      if (parts !== undefined) context.note(`cut         into ${done.parts} parts`);
      if (clock > 0) context.note(`clock       ran back or jumped ${clock} times`);
      if (epsilon !== undefined) {
        context.note(`epsilon     ${epsilon} an action, up to ${epsilon * actions} for this task`);
      }
    });
}

function isLevel(level: string): level is MovementLevel {
  return LEVELS.some((one) => one === level);
}

function screenOf(text: string): { width: number; height: number } {
  const [, width, height] = /^([1-9]\d{2,4})x([1-9]\d{2,4})$/.exec(text) ?? [];
  if (width === undefined || height === undefined)
    throw new UsageError('--screen is a size such as 1366x768.');
  return { width: Number(width), height: Number(height) };
}
