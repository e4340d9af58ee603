import type { Figures } from '@aboveboard/planner/programme/figures';
import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';

const filters = {
  memory: 'does a model fit: weights, KV, activations of each GPU',
  finetune: 'the peak of a fine-tuning run',
  speed: 'time to the first token, time of a token, throughput, each with its interval',
  throughput: 'output tokens a second of each GPU of a machine that is kept full, with its interval',
  cost: 'on premise, rented and API over years, with break-even as a probability',
  control: 'the comparison matrix: what to verify, and scores from evidence only',
  deploy: 'files that run the plan, and what to carry into a closed room',
  programme: 'what a recording programme needs: storage, vault, annotation, GPU hours',
} as const;

type PlanOptions = { report: string; catalogue?: string[]; fromServer?: boolean; figures?: string };

async function figuresFor(context: CommandContext, options: PlanOptions): Promise<Figures | null> {
  if (!options.fromServer && options.figures === undefined) return null;
  const { chosenFigures } = await import('../plan-figures.ts');
  return chosenFigures(context, options, new Date().toISOString().slice(0, 10));
}

export function register(program: Command, context: CommandContext): void {
  const plan = program
    .command('plan [file]')
    .helpGroup(GROUPS.planning)
    .summary('plan hardware: memory, speed, cost, control, files to run it')
    .description(
      'Answer a plan file (JSON: one plan, or {"scenarios": [...]}); - reads standard input. ' +
        'The filters below read JSON lines and write one JSON line for each.',
    )
    .option('--report <kind>', 'html, md or json', 'md')
    .option('--catalogue <files...>', 'own catalogue files, which come before the built-in entries by name')
    .option('--from-server', 'take the programme’s figures from the installation in the data folder')
    .option('--figures <file>', 'or from a file that aboveboard figures --json wrote')
    .action(async (file: string | undefined, options: PlanOptions) => {
      if (!file) throw new UsageError('Name a plan file, or one of the filters: see aboveboard plan --help.');
      if (!['html', 'md', 'json'].includes(options.report)) {
        throw new UsageError(`There is no report called ${options.report}: html, md or json.`);
      }
      const { planFile } = await import('../plan-file.ts');
      const planned = await planFile(file, options.catalogue ?? [], await figuresFor(context, options));
      if (!planned.ok) {
        context.result({ problems: planned.problems });
        for (const line of planned.sentences) context.note(line);
        throw new CommandFailure(`The plan has ${planned.problems.length} problems.`);
      }
      context.result(planned.answers);
      context.print(await planned.report(options.report as 'html' | 'md' | 'json'));
    });

  for (const [name, summary] of Object.entries(filters)) {
    const filter = plan
      .command(`${name} [file]`)
      .summary(summary)
      .description(`${summary}. JSON lines in (a file, or standard input), JSON lines out.`)
      .option('--catalogue <files...>', 'own catalogue files');
    if (name === 'deploy')
      filter
        .option('--out <dir>', 'write the files of the first line into this folder')
        .option('--digests', 'read the files of a model whole, for their digests in the air-gap list');
    // The command above has --catalogue too, and takes it wherever it stands.
    filter.action(async (file: string | undefined, _: object, command: Command) => {
      const options = command.optsWithGlobals<PlanOptions & { out?: string; digests?: boolean }>();
      const { filterLines } = await import('../plan-lines.ts');
      const figures = name === 'programme' ? await figuresFor(context, options) : null;
      const replies = await filterLines(name, file ?? '-', options.catalogue ?? [], { ...options, figures });
      for (const reply of replies) context.print(JSON.stringify(reply));
      context.result(replies);
      const failed = replies.filter((reply) => 'problems' in reply).length;
      if (failed > 0) throw new CommandFailure(`${failed} of ${replies.length} lines could not be planned.`);
    });
  }

  plan
    .command('catalogue')
    .summary('the built-in figures')
    .command('check [files...]')
    .description('Is any figure without unit, date, source or confidence? Built-in files, and those named.')
    .action(async (files: string[]) => {
      const { checkFiles } = await import('../plan-file.ts');
      const problems = await checkFiles(files);
      context.result(problems);
      for (const problem of problems) context.note(problem);
      if (problems.length > 0) throw new CommandFailure(`The catalogue has ${problems.length} problems.`);
      context.print('Every figure has its unit, date, source and confidence.');
    });
}
