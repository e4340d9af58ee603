import { createReadStream, existsSync } from 'node:fs';
import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { playedActions } from '@aboveboard/dataset/eval/bench-action';
import { readBenchTask, readPlayedAction } from '@aboveboard/dataset/eval/bench-check';
import { type BenchComparison, compareBench } from '@aboveboard/dataset/eval/bench-comparison';
import { PLAYERS, type PlayerName } from '@aboveboard/dataset/eval/bench-players';
import { type BenchScore, type Player, scoreBench, scoredSteps } from '@aboveboard/dataset/eval/bench-score';
import type { BenchTask, PlayedAction } from '@aboveboard/dataset/eval/bench-task';
import { missesPage, worstMisses } from '@aboveboard/dataset/eval/misses-page';
import { anthropic } from '@aboveboard/dataset/export/anthropic';
import { NO_PICTURE } from '@aboveboard/dataset/export/demonstration';
import type { Dialect, PictureSize } from '@aboveboard/dataset/export/dialect';
import { openai } from '@aboveboard/dataset/export/openai';
import { pyautogui } from '@aboveboard/dataset/export/pyautogui';
import { uiTars } from '@aboveboard/dataset/export/ui-tars';
import { seeded } from '@aboveboard/planner/speed/seeded';
import { CommandFailure, UsageError } from './command.ts';

const DIALECTS: readonly Dialect[] = [pyautogui, openai, anthropic, uiTars];
/** A task file, or a line of answers, is no longer than this. */
const LONGEST = 16 * 1024 * 1024;

export type StepReport = {
  score: BenchScore;
  players: Record<PlayerName, BenchScore>;
  /** Beside other answers to the same steps; null: none were given. */
  against: { score: BenchScore; comparison: BenchComparison } | null;
};
/** On a page: a picture is at most so large, and all of them. What is beyond is told in words. */
const MOST_MISSES = 40;
const MOST_BYTES = { each: 8 * 2 ** 20, all: 64 * 2 ** 20 };

/** Where the answers come from: a file of JSON lines, or one of the players that see nothing. */
export type Answers = { file: string } | { player: PlayerName };

export async function evaluateSteps(
  folder: string,
  from: Answers,
  seed: number,
  { against, page, progress }: { against?: string; page?: string; progress: (line: string) => void },
): Promise<StepReport> {
  if (page !== undefined && existsSync(page))
    throw new UsageError('--page names a file that is there already.');
  const tasks = await readTasks(folder);
  const player =
    'player' in from
      ? playerNamed(from.player)(tasks, seeded(seed))
      : await answersOf(from.file, tasks, join(folder, 'images'));
  const score = (by: Player) =>
    scoreBench(tasks, by, seeded(seed), (done) => progress(`task ${done} of ${tasks.length}`));
  const names = Object.keys(PLAYERS) as PlayerName[];
  const other = against === undefined ? null : await answersOf(against, tasks, join(folder, 'images'));
  if (page !== undefined) await writeMisses(page, folder, tasks, player);
  return {
    score: score(player),
    against: other && {
      score: score(other),
      comparison: compareBench(tasks, { one: player, other }, seeded(seed)),
    },
    players: Object.fromEntries(
      names.map((name) => [name, score(playerNamed(name)(tasks, seeded(seed)))]),
    ) as StepReport['players'],
  };
}

async function writeMisses(
  page: string,
  folder: string,
  tasks: readonly BenchTask[],
  player: Player,
): Promise<void> {
  const all = worstMisses(tasks, player, Number.POSITIVE_INFINITY);
  const steps = tasks.reduce((sum, task) => sum + [...scoredSteps(task, player)].length, 0);
  let left = MOST_BYTES.all;
  const png = async (image: string) => {
    const path = join(folder, 'images', image);
    const { size } = await stat(path).catch(() => ({ size: Number.POSITIVE_INFINITY }));
    if (size > Math.min(MOST_BYTES.each, left)) return null;
    left -= size;
    return new Uint8Array(await readFile(path));
  };
  const text = await missesPage(all.slice(0, MOST_MISSES), { steps, missed: all.length }, png);
  await writeFile(page, text, { mode: 0o600, flag: 'wx' });
}

function playerNamed(name: PlayerName): (tasks: readonly BenchTask[], random: () => number) => Player {
  return PLAYERS[name];
}

/** All faults of all files are told at once, and then nothing is scored. */
export async function readTasks(folder: string): Promise<BenchTask[]> {
  const inside = join(folder, 'tasks');
  const names = await readdir(inside).catch(() => null);
  if (names === null)
    throw new UsageError('There is no folder tasks/ in there: export with --format agentnet-bench.');
  const tasks: BenchTask[] = [];
  const faults: string[] = [];
  const ids = new Set<string>();
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const path = join(inside, name);
    const { size } = await stat(path);
    const parsed = size > LONGEST ? null : parsedJson(await readFile(path, 'utf8'));
    const read = parsed === null ? null : readBenchTask(parsed.value);
    if (read === null) faults.push(`${name}: is no JSON of at most 16 MB`);
    else if (!read.ok)
      faults.push(...read.faults.map(({ rule, at, message }) => `${name}: ${rule} at ${at}: ${message}`));
    else if (ids.has(read.value.task_id)) faults.push(`${name}: a task of this id is there already`);
    else {
      ids.add(read.value.task_id);
      tasks.push(read.value);
    }
  }
  if (faults.length > 0) throw new CommandFailure(`Nothing was scored:\n${faults.join('\n')}`);
  if (tasks.length === 0) throw new CommandFailure('There is no task in tasks/.');
  return tasks;
}

/** Lines `{task_id, step_num, actions}` or `{task_id, step_num, dialect, calls}`; a faulty one refuses the file, with all faults. */
async function answersOf(file: string, tasks: readonly BenchTask[], images: string): Promise<Player> {
  if (!(await stat(file).catch(() => null))?.isFile()) throw new UsageError('--answers is no file.');
  const steps = new Map(
    tasks.flatMap(({ task_id: id, steps }) => steps.map((step) => [`${id}/${step.step_num}`, step])),
  );
  const answers = new Map<string, readonly PlayedAction[]>();
  const faults: string[] = [];
  let line = 0;
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    line++;
    if (text.trim() === '') continue;
    const parsed = text.length > LONGEST ? null : parsedJson(text);
    const told = (parsed?.value ?? {}) as Record<string, unknown>;
    const key = `${told['task_id']}/${told['step_num']}`;
    const step = steps.get(key);
    const played = !step
      ? 'is for no step of these tasks'
      : answers.has(key)
        ? 'is a second answer to that step'
        : await playedBy(told, step.image === null ? null : join(images, step.image));
    if (typeof played === 'string') faults.push(`line ${line}: ${parsed === null ? 'is no JSON' : played}`);
    else answers.set(key, played);
    if (faults.length >= 100) break;
  }
  if (faults.length > 0) throw new CommandFailure(`Nothing was scored:\n${faults.join('\n')}`);
  return (task, step) => answers.get(`${task.task_id}/${step.step_num}`) ?? null;
}

async function playedBy(
  told: Record<string, unknown>,
  image: string | null,
): Promise<readonly PlayedAction[] | string> {
  const { actions, dialect: name, calls } = told;
  if (Array.isArray(actions)) {
    const played: PlayedAction[] = [];
    for (const one of actions) {
      const read = readPlayedAction(one);
      if (typeof read === 'string') return `an action ${read}`;
      played.push(read);
    }
    return played;
  }
  const dialect = DIALECTS.find((one) => one.name === name);
  if (!dialect || !Array.isArray(calls)) return 'has neither actions nor a dialect with calls';
  const read = dialect.read(calls, image === null ? NO_PICTURE : await pictureSize(image));
  // What is not the dialect is an answer that does nothing: models say such things.
  return read === null ? [] : read.flatMap((action) => playedActions(action).actions);
}

/** From the header of a PNG, of which nothing else is read. */
async function pictureSize(path: string): Promise<PictureSize> {
  const file = await open(path).catch(() => null);
  if (!file) throw new CommandFailure('A picture that a task names is not in images/.');
  try {
    const head = Buffer.alloc(24);
    await file.read(head, 0, 24, 0);
    const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)];
    const isPng = head.subarray(12, 16).toString('latin1') === 'IHDR';
    if (!isPng || width === 0 || height === 0 || width > 100_000 || height > 100_000)
      throw new CommandFailure('A picture that a task names is no PNG.');
    return { width, height };
  } finally {
    await file.close();
  }
}

function parsedJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}
