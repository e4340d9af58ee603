import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askControl } from '@aboveboard/planner/control/score';
import { readCost } from '@aboveboard/planner/cost/inputs';
import { planCost } from '@aboveboard/planner/cost/montecarlo';
import type { DeployAnswer } from '@aboveboard/planner/deploy/files';
import { askDeploy } from '@aboveboard/planner/deploy/question';
import { askMemory } from '@aboveboard/planner/memory/question';
import { askFinetune } from '@aboveboard/planner/memory/tune-question';
import type { Checked, Problem } from '@aboveboard/planner/problem';
import type { Figures } from '@aboveboard/planner/programme/figures';
import { askProgramme } from '@aboveboard/planner/programme/sizing';
import { shippedTable } from '@aboveboard/planner/speed/predict';
import { askSpeed } from '@aboveboard/planner/speed/question';
import { askThroughput } from '@aboveboard/planner/speed/throughput-question';
import { measuredBy } from './measured-programme.ts';
import { type OwnCatalogue, readGiven, readOwn } from './plan-file.ts';
import { modelFromFiles } from './plan-model.ts';

type Line = Record<string, unknown>;
type Asked<T> = T extends (asked: infer A, ...rest: never[]) => unknown ? A : never;

/** Each filter by its name: one line's object in, its answer out. */
const answers: Record<string, (line: Line, own: OwnCatalogue) => Checked<object>> = {
  memory: (line, own) => askMemory(line, own),
  finetune: (line, own) => askFinetune(line, own),
  speed: (line, own) => askSpeed(line as Asked<typeof askSpeed>, shippedTable(), own),
  throughput: (line, own) => askThroughput(line as Asked<typeof askThroughput>, own),
  cost: (line, own) => {
    const read = readCost(line, own.costs, own.gpus);
    return read.ok ? { ok: true, value: planCost(read.value) } : read;
  },
  control: (line) => askControl(line),
  deploy: (line, own) => askDeploy(line, own),
  programme: (line, own) => askProgramme(line, own),
};

export type Reply = object | { line: number; problems: Problem[] };

/** One reply a line, in order; a line that cannot be answered is answered by its problems. */
export async function filterLines(
  filter: string,
  file: string,
  catalogues: readonly string[],
  options: { out?: string; digests?: boolean; figures?: Figures | null } = {},
): Promise<Reply[]> {
  const answer = answers[filter];
  if (!answer) throw new RangeError(`no filter ${filter}`);
  const own = await readOwn(catalogues);
  const { figures } = options;
  const measured: typeof answer = (line, entries) =>
    answer(figures ? (measuredBy(line, figures) as Line) : line, entries);
  const lines = (await readGiven(file)).split('\n').filter((line) => line.trim() !== '');
  const replies: Reply[] = [];
  for (const [i, line] of lines.entries())
    replies.push(await reply(line, i + 1, measured, own, options.digests));
  const first = replies[0];
  if (options.out && first && 'files' in first) await writeFiles(options.out, first as DeployAnswer);
  return replies;
}

async function reply(
  line: string,
  number: number,
  answer: (line: Line, own: OwnCatalogue) => Checked<object>,
  own: OwnCatalogue,
  digests?: boolean,
): Promise<Reply> {
  let asked: unknown;
  try {
    asked = JSON.parse(line);
  } catch {
    return { line: number, problems: [{ code: 'corrupt', at: `line ${number}`, message: 'is not JSON' }] };
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return {
      line: number,
      problems: [{ code: 'corrupt', at: `line ${number}`, message: 'is not a JSON object' }],
    };
  }
  const model = await modelFromFiles((asked as Line)['model'], digests);
  if (model && !model.ok) return { line: number, problems: model.problems };
  const whole = model ? { ...asked, model: model.value } : (asked as Line);
  const checked = answer(whole, own);
  return checked.ok ? checked.value : { line: number, problems: checked.problems };
}

async function writeFiles(out: string, deployed: DeployAnswer): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const { path, text, mode } of deployed.files) {
    await writeFile(join(out, path), text, { mode: Number.parseInt(mode, 8), flag: 'wx' });
  }
}
