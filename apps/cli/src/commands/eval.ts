import type { BenchScore } from '@aboveboard/dataset/eval/bench-score';
import type { Measured } from '@aboveboard/dataset/eval/measured';
import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';
import { type EndpointFlags, endpointOf, printAsked, withEndpoint } from '../endpoint-options.ts';

const PLAYERS = ['perfect', 'shuffled', 'frequent', 'random'] as const;

const SPLITS = ['person', 'application', 'template'] as const;

type Options = { answers?: string; player?: string; against?: string; page?: string; seed: string };

export function register(program: Command, context: CommandContext): void {
  const evaluate = program
    .command('eval')
    .helpGroup(GROUPS.datasets)
    .summary('how well an agent does what people did');

  evaluate
    .command('steps <dir>')
    .summary('score answers to single steps, as AgentNetBench does')
    .description(
      'Score answers to the steps of a folder that `export --format agentnet-bench` wrote, or of AgentNetBench’s own ' +
        'files in tasks/ and images/. Answers are JSON lines: {task_id, step_num, actions} or {task_id, step_num, ' +
        'dialect, calls} with the calls of pyautogui, openai, anthropic or ui-tars. Beside them stand players that ' +
        'see nothing. Bounds are 95 %, by drawing tasks anew.',
    )
    .option('--answers <file>', 'JSON lines, one for each step that was answered')
    .option('--player <name>', `instead of answers: ${PLAYERS.join(', ')}`)
    .option('--against <file>', 'other answers to the same steps: how much more these score, step by step')
    .option(
      '--page <file>',
      'a new page of the steps that were played worst, with their pictures; they are not encrypted',
    )
    .option('--seed <n>', 'the same seed gives the same draws', '1')
    .action(async (folder: string, options: Options) => {
      const player = PLAYERS.find((name) => name === options.player);
      if ((options.answers === undefined) === (options.player === undefined))
        throw new UsageError('Give either --answers FILE or --player NAME.');
      if (options.player !== undefined && player === undefined)
        throw new UsageError(`The player is one of ${PLAYERS.join(', ')}.`);
      const seed = Number(options.seed);
      if (!Number.isSafeInteger(seed) || seed < 0) throw new UsageError('--seed is a whole number from 0.');
      const { evaluateSteps } = await import('../step-evaluation.ts');
      const from = player ? { player } : { file: options.answers ?? '' };
      const report = await evaluateSteps(folder, from, seed, {
        ...(options.against === undefined ? {} : { against: options.against }),
        ...(options.page === undefined ? {} : { page: options.page }),
        progress: context.progress,
      });
      context.result(report);
      const { score, players } = report;
      context.print(
        `tasks       ${score.tasks}, ${score.steps} steps, ${score.unanswered} without an answer`,
      );
      context.print(`score       ${said(score.score)}`);
      for (const [by, of] of named(score)) context.print(`  ${by.padEnd(24)}${said(of)}, ${of.n} steps`);
      for (const [name, of] of Object.entries(players) as [string, BenchScore][])
        context.print(`beside      ${name.padEnd(10)}${said(of.score)}`);
      if (report.against) {
        const { score: other, comparison } = report.against;
        const { difference, more, less, same } = comparison;
        context.print(`against     ${said(other.score)}`);
        context.print(
          `difference  ${said(difference)}: more at ${more} steps, less at ${less}, the same at ${same}`,
        );
        for (const [by, of] of named(comparison))
          context.print(`  ${by.padEnd(24)}${said(of)}, ${of.n} steps`);
      }
      if (options.page !== undefined) context.note('The pictures on that page are not encrypted.');
    });
  registerPlay(evaluate, context);
  registerBaseline(evaluate, context);
}

type BaselineOptions = {
  train?: string;
  test?: string;
  keys: string;
  out?: string;
  model?: string;
  against?: string;
  split: string;
  seed: string;
};

function registerBaseline(evaluate: Command, context: CommandContext): void {
  evaluate
    .command('baseline')
    .summary('train a small policy on a release, or say what one is worth')
    .description(
      'Train a linear ranker of the things in an interface on a release, on this processor, or measure one: at how many steps it finds ' +
        'what people acted on, beside rankers that learn nothing (spec/evaluation.md, EVA30-EVA37). It is trained on one side of a ' +
        'split of the release and tested on the other.',
    )
    .option('--train <release>', 'a folder that `dataset build` wrote; with --out')
    .option('--test <release>', 'the same, to measure on; with --model')
    .requiredOption('--keys <file>', 'the keys of its tasks')
    .option('--out <file>', 'the policy, a new file')
    .option('--model <file>', 'a policy that was trained')
    .option('--against <file>', 'another, compared at the same steps')
    .option('--split <by>', `whose held-out side is the test: ${SPLITS.join(', ')}`, 'person')
    .option('--seed <n>', 'the same seed gives the same policy and draws', '1')
    .action(async (options: BaselineOptions) => {
      const { train, test, keys, out, model, against, seed: asked } = options;
      const split = SPLITS.find((name) => name === options.split);
      const seed = Number(asked);
      if (!split) throw new UsageError(`--split is one of ${SPLITS.join(', ')}.`);
      if (!Number.isSafeInteger(seed) || seed < 0) throw new UsageError('--seed is a whole number from 0.');
      const { testBaseline, trainBaseline } = await import('../element-baseline.ts');
      if (train !== undefined && out !== undefined && test === undefined && model === undefined && !against) {
        const trained = await trainBaseline({ folder: train, keys, split, seed, out }, context.progress);
        context.result(trained);
        context.print(`trained     ${trained.tasks} tasks, ${trained.steps} steps`);
      } else if (test !== undefined && model !== undefined && train === undefined && out === undefined) {
        const models = [model, ...(against === undefined ? [] : [against])];
        const report = await testBaseline({ folder: test, keys, split, seed, models }, context.progress);
        context.result(report);
        const { score, difference } = report;
        if (!report.isSameRelease)
          context.print('The policy was trained on another release: the same people may be on both sides.');
        context.print(`tasks       ${score.tasks}, ${score.found.n} steps, ${score.unknown} not asked`);
        context.print(`found       ${said(score.found)}`);
        for (const [by, of] of named(score)) context.print(`  ${by.padEnd(24)}${said(of)}, ${of.n} steps`);
        for (const [name, of] of Object.entries(report.beside))
          context.print(`beside      ${name.padEnd(10)}${said(of)}`);
        for (const [name, of] of Object.entries(difference))
          context.print(`more than   ${name.padEnd(10)}${said(of)}`);
      } else throw new UsageError('Give either --train with --out, or --test with --model.');
    });
}

function registerPlay(evaluate: Command, context: CommandContext): void {
  withEndpoint(evaluate.command('play <dir>'))
    .summary('let a model inside the organisation answer the steps')
    .description(
      'Ask a model for an answer to each step of such a folder, and keep the answers for `eval steps --answers`. What is asked holds ' +
        'pictures and texts of recordings: the endpoint has to be inside, on this computer, a private address or a network ' +
        'given with --inside; anything else is refused before a byte leaves (spec/model-endpoint.md). A run that ended goes on ' +
        'where it was. What is no reply is kept apart in FILE.rejected.',
    )
    .requiredOption('--answers <file>', 'JSON lines, a new file or one to go on with')
    .action(async (folder: string, flags: EndpointFlags & { answers: string }) => {
      const { playSteps } = await import('../step-play.ts');
      const asking = { ...(await endpointOf(flags, context)), file: flags.answers };
      printAsked(context, await playSteps(folder, asking), flags.answers);
    });
}

type Named = Record<'byKind' | 'byApplication', Partial<Record<string, Measured>>>;
const named = ({ byKind, byApplication }: Named) =>
  [...Object.entries(byKind), ...Object.entries(byApplication)] as [string, Measured][];
const percent = (share: number) => (share * 100).toFixed(1);
const said = ({ mean, low, high }: Measured) => `${percent(mean)} % (${percent(low)} to ${percent(high)})`;
