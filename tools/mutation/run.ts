import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';
import { EQUIVALENT } from './equivalent.ts';
import { type Mutant, mutantsOf, mutated } from './mutants.ts';
import { TARGETS, type Target, type Tried } from './targets.ts';

/**
 * `node tools/mutation/run.ts [--only NAME] [--every N] [--survivors]`: every mutant of the files in targets.ts, one after another, in one
 * worker, until a test fails (docs/adr/0028). No file is written: the mutant is put in where the source is loaded.
 * Keeps what it found in bench/results/mutation.json, target by target; `--survivors` tries again only those that are there.
 * What equivalent.ts names with a reason is not tried, is counted by itself, and is no part of the share.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'bench/results/mutation.json');
const LEAST = 0.9;

type Survivor = { file: string; line: number; kind: string; was: string; instead: string };
/** `made`: how many there are; `equivalent`: of these, the same program; `mutants`: how many of the rest were tried. */
type Outcome = {
  made: number;
  equivalent: number;
  mutants: number;
  killed: number;
  share: number;
  survivors: Survivor[];
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, every: { type: 'string' }, survivors: { type: 'boolean' } },
});
const outcomes: Record<string, Outcome> = {};
for (const target of TARGETS) {
  if (values.only && values.only !== target.name) continue;
  outcomes[target.name] = values.survivors
    ? await again(target)
    : await mutate(target, Number(values.every ?? 1));
  keep({ ...kept(), ...outcomes });
}
const missed = Object.entries(outcomes).filter(([, { share }]) => share < LEAST);
for (const [name, { share }] of missed) console.log(`missed: ${name} ${(share * 100).toFixed(1)} %`);
process.exit(missed.length > 0 ? 1 : 0);

function kept(): Record<string, Outcome> {
  if (!existsSync(RESULTS)) return {};
  return (JSON.parse(readFileSync(RESULTS, 'utf8')) as { targets: Record<string, Outcome> }).targets;
}

function keep(targets: Record<string, Outcome>): void {
  mkdirSync(join(ROOT, 'bench/results'), { recursive: true });
  const { version: node } = process;
  writeFileSync(RESULTS, `${JSON.stringify({ name: 'mutation', node, targets }, null, 2)}\n`);
}

/** The survivors of last time, under the tests of now. */
async function again(target: Target): Promise<Outcome> {
  const before = kept()[target.name];
  if (!before) throw new Error(`${target.name} was never tried`);
  const survivors: Survivor[] = [];
  let equivalent = 0;
  for (const one of before.survivors) {
    const tried = target.files.find(({ path }) => path === one.file);
    const path = join(ROOT, one.file);
    const text = readFileSync(path, 'utf8');
    const mutants = mutantsOf(path, text).filter((mutant) => same(survivor(one.file, mutant), one));
    if (!tried || mutants.length === 0)
      throw new Error(`${one.file}:${one.line} is not as it was; try the whole`);
    if (mutants.every((mutant) => isEquivalent(one.file, text, mutant))) {
      equivalent++;
      continue;
    }
    for (const mutant of mutants) {
      if (await fails(tried, { path, text: mutated(text, mutant) })) continue;
      survivors.push(one);
      break;
    }
  }
  const mutants = before.mutants - equivalent;
  const killed = mutants - survivors.length;
  console.log(`${target.name}: ${before.survivors.length - survivors.length - equivalent} more killed`);
  return {
    ...before,
    equivalent: (before.equivalent ?? 0) + equivalent,
    mutants,
    killed,
    share: killed / mutants,
    survivors,
  };
}

/** By the line's own text and not by its number, so that lines may move. */
function isEquivalent(file: string, text: string, mutant: Mutant): boolean {
  const line = text.split('\n')[mutant.line - 1]?.trim() ?? '';
  return EQUIVALENT.some(
    (one) =>
      one.file === file &&
      line.includes(one.line) &&
      one.was === mutant.was &&
      (one.instead === undefined || one.instead === mutant.instead),
  );
}

function same(a: Survivor, b: Survivor): boolean {
  return a.line === b.line && a.was === b.was && a.instead === b.instead;
}

async function mutate(target: Target, every: number): Promise<Outcome> {
  const survivors: Survivor[] = [];
  let [tried, made, equivalent] = [0, 0, 0];
  for (const file of target.files) {
    if (await fails(file, null))
      throw new Error(`the tests of ${file.path} fail before anything was changed`);
    const path = join(ROOT, file.path);
    const text = readFileSync(path, 'utf8');
    for (const mutant of mutantsOf(path, text)) {
      if (isEquivalent(file.path, text, mutant)) {
        equivalent++;
        made++;
        continue;
      }
      if (made++ % every !== 0) continue;
      tried++;
      if (!(await fails(file, { path, text: mutated(text, mutant) }))) {
        survivors.push(survivor(file.path, mutant));
        console.log(`  ${file.path}:${mutant.line} ${mutant.was} -> ${mutant.instead}`);
      }
    }
  }
  const killed = tried - survivors.length;
  const share = tried === 0 ? 0 : killed / tried;
  const beside = equivalent > 0 ? `, ${equivalent} equivalent beside them` : '';
  console.log(`${target.name}: ${killed} of ${tried} killed, ${(share * 100).toFixed(1)} %${beside}`);
  for (const one of EQUIVALENT.filter(({ file }) => target.files.some(({ path }) => path === file)))
    console.log(`  equivalent: ${one.file} ${one.was} -> ${one.instead ?? 'any'}: ${one.why}`);
  return { made, equivalent, mutants: tried, killed, share, survivors };
}

async function fails(
  { tests, only }: Tried,
  mutant: { path: string; text: string } | null,
): Promise<boolean> {
  const vitest = await createVitest(
    'test',
    {
      root: ROOT,
      config: false,
      watch: false,
      include: [...tests],
      reporters: [{}],
      maxWorkers: 1,
      pool: 'forks',
      // Else Vitest takes what it transformed from the unchanged file.
      fsModuleCache: false,
      bail: 1,
      ...(only === undefined ? {} : { testNamePattern: only }),
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
    {
      plugins: [
        {
          name: 'mutant',
          enforce: 'pre',
          load: (id) => (mutant && id.split('?')[0] === mutant.path ? mutant.text : null),
        },
      ],
    },
  );
  try {
    const found = await vitest.globTestSpecifications();
    const order = (path: string) => tests.findIndex((test) => path.endsWith(test));
    // The quickest first; most mutants fall there.
    for (const one of found.sort((a, b) => order(a.moduleId) - order(b.moduleId))) {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications([one]);
      if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) return true;
    }
    if (found.length !== tests.length) throw new Error('a test of the list is not there');
    return false;
  } finally {
    await vitest.close();
  }
}

function survivor(file: string, { line, kind, was, instead }: Mutant): Survivor {
  const short = (text: string) =>
    (text.length > 160 ? `${text.slice(0, 157)}...` : text).replace(/\s+/g, ' ');
  return { file, line, kind, was: short(was), instead: short(instead) };
}
