import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';
import type { ExportFormat } from '../export-format.ts';
import { GRANT_OPTION } from '../grant-option.ts';

const FORMATS: readonly ExportFormat[] = [
  'agentnet',
  'pyautogui',
  'openai',
  'anthropic',
  'ui-tars',
  'atif',
  'agentnet-bench',
  'webdataset',
  'parquet',
];

const LEVELS = ['release', 'vault'] as const;

type Options = {
  format: string;
  out: string;
  frames: boolean;
  settled?: true;
  perSecond: string;
  level: string;
  whole?: true;
  map?: string;
  grant?: string;
  surrogates: boolean;
};

export function register(program: Command, context: CommandContext): void {
  program
    .command('export [id...]')
    .helpGroup(GROUPS.datasets)
    .summary('write recordings as training data')
    .description(
      'Write recordings as training data into a new folder: agentnet (JSON lines with pyautogui code and PNGs), the ' +
        'same with the actions of a dialect by its name (pyautogui, openai, anthropic, ui-tars), atif (a JSON file a recording), agentnet-bench (tasks to score steps on), webdataset (tars, a sample a step), or parquet (tasks, steps, frames). ' +
        'Without ids: all. The opening is written to the access journal first. export.json in the folder says what ' +
        'was left out, and why. Movement is brought to the level release (spec/movement.md), and longer tasks are cut at subgoals ' +
        'into parts with ids of their own.',
    )
    .requiredOption('--format <kind>', FORMATS.join(', '))
    .requiredOption('--out <dir>', 'a folder that does not exist yet, or is empty')
    .option('--no-frames', 'no pictures: no browser is needed')
    .option(...GRANT_OPTION)
    .option('--settled', 'pictures also whenever a page has settled')
    .option('--per-second <n>', 'pictures also at this pace, at most 2 a second', '0')
    .option('--no-surrogates', 'masked text as it stands in the recording, not plausible text in its place')
    .option(
      '--level <level>',
      'of movement: release, or vault (as recorded; parquet then has events, actions and trees)',
      'release',
    )
    .option('--whole', 'longer tasks whole: what was done in them says more of who did it')
    .option('--map <file>', 'write down which part is of which recording; whoever has it puts them together')
    .action(async (ids: string[], options: Options) => {
      if (!FORMATS.includes(options.format as ExportFormat)) {
        throw new UsageError(`The format is one of ${FORMATS.join(', ')}.`);
      }
      const perSecond = Number(options.perSecond);
      if (!(perSecond >= 0 && perSecond <= 2)) throw new UsageError('--per-second is a number from 0 to 2.');
      const level = LEVELS.find((one) => one === options.level);
      if (level === undefined) throw new UsageError(`--level is one of ${LEVELS.join(', ')}.`);
      const { agreedLiterals } = await import('../agreed-literals.ts');
      const { exportRecordings } = await import('../dataset-export.ts');
      const { openFolderSink } = await import('../folder-sink.ts');
      const { isWithin, writePartsMap } = await import('../parts-map.ts');
      if (options.map !== undefined && isWithin(options.map, options.out))
        throw new UsageError('--map lies outside of the folder of the export.');
      const parts: Record<string, string> = {};
      const sink = await openFolderSink(options.out);
      try {
        const installation = await context.installation({ opens: true });
        const known =
          ids.length > 0 ? await installation.recordings.known(ids) : await all(installation.recordings);
        const missing = ids.filter((id) => !known.some((recording) => recording.id === id));
        if (missing.length > 0)
          throw new CommandFailure(`There is no recording of ${missing.length} of these ids.`);
        if (known.length === 0) throw new CommandFailure('There is no recording to export.');
        const report = await exportRecordings(
          installation,
          known.map(({ id }) => id),
          sink,
          {
            format: options.format as ExportFormat,
            frames: options.frames,
            settled: options.settled === true,
            perSecond,
            level,
            whole: options.whole === true,
            onPart(part, recording) {
              parts[part] = recording;
            },
            literals: await agreedLiterals(installation, context.data),
            grant: options.grant,
            surrogates: options.surrogates,
            progress: context.progress,
          },
        );
        if (options.map !== undefined) await writePartsMap(options.map, parts);
        await sink.finish();
        context.result({ out: options.out, ...report });
        context.print(
          `exported    ${report.recordings} ${level === 'vault' ? 'recordings' : 'tasks'}, ${report.actions} actions, ${report.frames} pictures`,
        );
        context.print(
          level === 'vault'
            ? 'movement    as recorded: it names people'
            : `movement    release, ${report.movement.keptPoints} points as they were`,
        );
        if (report.movement.parts > 0)
          context.print(
            `in parts    ${report.movement.parts} tasks, ${report.movement.withoutSubgoal} cuts at no subgoal`,
          );
        for (const { rule, count } of report.leftOut) context.print(`left out    ${count} by ${rule}`);
        for (const { rule, count } of report.shortened) context.print(`shortened   ${count} by ${rule}`);
      } catch (error) {
        await sink.discard();
        throw error;
      }
    });
}

async function all(shelf: {
  list(options: { after?: string }): Promise<{ id: string }[]>;
}): Promise<{ id: string }[]> {
  const known: { id: string }[] = [];
  for (;;) {
    const after = known.at(-1)?.id;
    const page = await shelf.list(after === undefined ? {} : { after });
    if (page.length === 0) return known;
    known.push(...page);
  }
}
