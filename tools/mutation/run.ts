import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';
import { type Mutant, mutantsOf, mutated } from './mutants.ts';
import { TARGETS, type Target } from './targets.ts';

/**
 * `node tools/mutation/run.ts [--only NAME] [--every N] [--survivors]`: every mutant of the files in targets.ts, one after another, in one
 * worker, until a test fails (docs/adr/0028). No file is written: the mutant is put in where the source is loaded.
 * Keeps what it found in bench/results/mutation.json, target by target; `--survivors` tries again only those that are there.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'bench/results/mutation.json');
const LEAST = 0.9;

type Survivor = { file: string; line: number; kind: string; was: string; instead: string };
/** `made`: how many there are; `mutants`: how many of them were tried. */
type Outcome = { made: number; mutants: number; killed: number; share: number; survivors: Survivor[] };

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
  for (const one of before.survivors) {
    const path = join(ROOT, one.file);
    const text = readFileSync(path, 'utf8');
    const mutants = mutantsOf(path, text).filter((mutant) => same(survivor(one.file, mutant), one));
    for (const mutant of mutants) {
      if (await fails(target, { path, text: mutated(text, mutant) })) continue;
      survivors.push(one);
      break;
    }
  }
  const killed = before.mutants - survivors.length;
  console.log(`${target.name}: ${before.survivors.length - survivors.length} more killed`);
  return { ...before, killed, share: killed / before.mutants, survivors };
}

function same(a: Survivor, b: Survivor): boolean {
  return a.line === b.line && a.was === b.was && a.instead === b.instead;
}

async function mutate(target: Target, every: number): Promise<Outcome> {
  if (await fails(target, null))
    throw new Error(`the tests of ${target.name} fail before anything was changed`);
  const survivors: Survivor[] = [];
  let tried = 0;
  let made = 0;
  for (const file of target.files) {
    const path = join(ROOT, file);
    const text = readFileSync(path, 'utf8');
    for (const mutant of mutantsOf(path, text)) {
      if (made++ % every !== 0) continue;
      tried++;
      if (!(await fails(target, { path, text: mutated(text, mutant) }))) {
        survivors.push(survivor(file, mutant));
        console.log(`  ${file}:${mutant.line} ${mutant.was} -> ${mutant.instead}`);
      }
    }
  }
  const killed = tried - survivors.length;
  const share = tried === 0 ? 0 : killed / tried;
  console.log(`${target.name}: ${killed} of ${tried} killed, ${(share * 100).toFixed(1)} %`);
  return { made, mutants: tried, killed, share, survivors };
}

async function fails({ tests }: Target, mutant: { path: string; text: string } | null): Promise<boolean> {
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
