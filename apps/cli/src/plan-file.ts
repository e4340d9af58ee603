import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { builtInFiles } from '@aboveboard/planner/catalogue/built-in';
import { checkCatalogue } from '@aboveboard/planner/catalogue/check';
import type { CostRow } from '@aboveboard/planner/catalogue/cost';
import type { Gpu } from '@aboveboard/planner/catalogue/gpu';
import type { Model } from '@aboveboard/planner/catalogue/model';
import { type Problem, sentence } from '@aboveboard/planner/problem';
import type { Figures } from '@aboveboard/planner/programme/figures';
import { type PlanAnswer, type PlanAsked, planScenario } from '@aboveboard/planner/scenario/plan';
import { htmlReport, markdownReport } from '@aboveboard/planner/scenario/report';
import { CommandFailure } from './command.ts';
import { measuredBy } from './measured-programme.ts';

export type OwnCatalogue = { models: Model[]; gpus: Gpu[]; costs: CostRow[] };

/** The text of a file, or of standard input for `-`. */
export async function readGiven(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

export function parseJson(given: string, where: string): unknown {
  try {
    return JSON.parse(given);
  } catch (error) {
    throw new CommandFailure(
      `${where} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Own catalogue files: checked like the built-in ones, and then before them by name. */
export async function readOwn(files: readonly string[]): Promise<OwnCatalogue> {
  const own: OwnCatalogue = { models: [], gpus: [], costs: [] };
  const wrong: string[] = [];
  for (const file of files) {
    const given = parseJson(await readGiven(file), file) as { kind?: string; rows?: unknown[] };
    const problems = checkCatalogue(file, given);
    wrong.push(...problems.map(sentence));
    if (problems.length > 0) continue;
    if (given.kind === 'models') own.models.push(...((given.rows ?? []) as Model[]));
    else if (given.kind === 'gpus') own.gpus.push(...((given.rows ?? []) as Gpu[]));
    else if (given.kind === 'costs') own.costs.push(...((given.rows ?? []) as CostRow[]));
    else wrong.push(`${file}: kind ${String(given.kind)} cannot be added; right: models, gpus, costs`);
  }
  if (wrong.length > 0) throw new CommandFailure(wrong.join('\n'));
  return own;
}

export type PlannedFile =
  | { ok: true; answers: PlanAnswer[]; report: (kind: 'html' | 'md' | 'json') => Promise<string> }
  | { ok: false; problems: Problem[]; sentences: string[] };

/** All scenarios of a plan file; all problems of all of them. */
export async function planFile(
  file: string,
  catalogues: readonly string[],
  figures: Figures | null = null,
): Promise<PlannedFile> {
  const given = parseJson(await readGiven(file), file) as { scenarios?: PlanAsked[] } & PlanAsked;
  if (typeof given !== 'object' || given === null) throw new CommandFailure(`${file} holds no plan.`);
  const own = await readOwn(catalogues);
  const scenarios = Array.isArray(given.scenarios) ? given.scenarios : [given];
  const answers: PlanAnswer[] = [];
  const problems: Problem[] = [];
  scenarios.forEach((scenario, i) => {
    const merged: PlanAsked = {
      ...scenario,
      ...(scenario.programme && figures ? { programme: measuredBy(scenario.programme, figures) } : {}),
      catalogue: {
        models: [...(scenario.catalogue?.models ?? []), ...own.models],
        gpus: [...(scenario.catalogue?.gpus ?? []), ...own.gpus],
        costs: [...(scenario.catalogue?.costs ?? []), ...own.costs],
      },
    };
    const planned = planScenario(merged);
    if (planned.ok) answers.push(planned.value);
    else {
      const where = scenarios.length > 1 ? `scenarios[${i}].` : '';
      problems.push(...planned.problems.map((problem) => ({ ...problem, at: `${where}${problem.at}` })));
    }
  });
  if (problems.length > 0) return { ok: false, problems, sentences: problems.map(sentence) };
  return {
    ok: true,
    answers,
    report: async (kind) =>
      kind === 'json'
        ? JSON.stringify(answers, null, 2)
        : kind === 'html'
          ? htmlReport(answers)
          : markdownReport(answers),
  };
}

/** What is wrong with the built-in files and those named, as sentences. */
export async function checkFiles(files: readonly string[]): Promise<string[]> {
  const sentences = Object.entries(builtInFiles).flatMap(([name, file]) =>
    checkCatalogue(name, file).map(sentence),
  );
  for (const file of files) {
    sentences.push(...checkCatalogue(file, parseJson(await readGiven(file), file)).map(sentence));
  }
  return sentences;
}
