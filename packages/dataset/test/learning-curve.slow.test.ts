import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plainRankers, policyRanker, trainElementPolicy } from '../src/eval/element-policy.ts';
import { ElementTally } from '../src/eval/element-score.ts';
import { type ElementTask, elementTask } from '../src/eval/element-step.ts';
import type { Measured } from '../src/eval/measured.ts';
import { releaseReader } from '../src/release/release-reading.ts';
import { seededDraws } from './made-up-office.ts';
import { made, zip } from './made-up-release.ts';
import { officeRecordings, ROWS } from './office-recordings.ts';

const PEOPLE = 40;
const EACH = 6;
const SIZES = [5, 15, 40, 110];
const SEEDS = [1, 2, 3];
const LEVELS = ['vault', 'release'] as const;
type Level = (typeof LEVELS)[number];

type Point = { size: number; level: Level; found: Measured; beside: Record<string, Measured> };

it('[EVA37] more released tasks make it find more in other people’s work, and the level release costs little', async () => {
  const points: Point[] = [];
  const costs: Measured[] = [];
  for (const size of SIZES) {
    const by = {} as Record<Level, ElementTally<'policy' | 'random' | 'frequent' | 'nearest'>[]>;
    for (const level of LEVELS) by[level] = [];
    for (const seed of SEEDS) {
      for (const level of LEVELS) by[level].push(await tallyOf(await sidesOf(level, seed), size, seed));
    }
    for (const level of LEVELS) {
      const mean = (name: 'policy' | 'random' | 'frequent' | 'nearest') =>
        overSeeds(by[level].map((tally) => tally.score(name, seededDraws(1)).found));
      const beside = { random: mean('random'), frequent: mean('frequent'), nearest: mean('nearest') };
      points.push({ size, level, found: mean('policy'), beside });
    }
    const [vault, release] = points.slice(-2) as [Point, Point];
    costs.push({ ...release.found, mean: vault.found.mean - release.found.mean });
  }
  const text = curvePage(points);
  console.log(text);
  if (process.env['ABOVEBOARD_WRITE_CURVE'])
    await writeFile(join(import.meta.dirname, '../../../docs/what-it-is-worth.md'), text);
  const released = points.filter(({ level }) => level === 'release');
  const [first, last] = [released[0], released.at(-1)] as [Point, Point];
  expect(last.found.low).toBeGreaterThan(first.found.high);
  for (const [i, point] of released.entries())
    if (i > 0) expect(point.found.mean).toBeGreaterThan(released[i - 1]?.found.mean ?? 1);
  for (const of of Object.values(last.beside)) expect(last.found.low).toBeGreaterThan(of.high);
  expect(costs.at(-1)?.mean).toBeLessThan(0.05);
}, 900_000);

const built = new Map<string, { train: ElementTask[]; test: ElementTask[] }>();

const rows = new Map<string, Set<string>>();
const rowsOf = (tasks: readonly ElementTask[]) =>
  new Set(
    tasks.flatMap(({ steps }) =>
      steps.flatMap(({ view }) => view.nodes.slice(-ROWS).map(({ name }) => name)),
    ),
  );

/** A release of everything, read back; the sides are those of its split by person. */
async function sidesOf(level: Level, seed: number) {
  const known = built.get(`${level} ${seed}`);
  if (known) return known;
  const { built: release, store } = await made(officeRecordings(PEOPLE, EACH, seed), {
    ask: { level },
    first: seed,
  });
  expect(release.manifest.tasks).toHaveLength(PEOPLE * EACH);
  const reader = releaseReader(store, release.manifest, release.keys, {
    subtle: crypto.subtle,
    gunzip: zip.gunzip,
  });
  const sides = { train: [] as ElementTask[], test: [] as ElementTask[] };
  for (const task of release.manifest.tasks)
    sides[task.splits.person as 'train' | 'test'].push(
      elementTask(await reader.task(task), await reader.trees(task)),
    );
  // The rows were given other words at the level release, or the two levels would be one.
  rows.set(`${level} ${seed}`, rowsOf(sides.test));
  if (level === 'release') expect(rows.get(`release ${seed}`)).not.toEqual(rows.get(`vault ${seed}`));
  built.set(`${level} ${seed}`, sides);
  return sides;
}

async function tallyOf({ train, test }: Awaited<ReturnType<typeof sidesOf>>, size: number, seed: number) {
  expect(train.length).toBeGreaterThanOrEqual(size);
  const policy = await trainElementPolicy(size, async (i) => train[i] as ElementTask, seededDraws(seed));
  const tally = new ElementTally({ policy: policyRanker(policy), ...plainRankers(policy) });
  for (const task of test) tally.add(task);
  return tally;
}

/** The mean over seeds; the bounds are the widest of any seed’s. */
function overSeeds(each: readonly Measured[]): Measured {
  return {
    mean: each.reduce((sum, { mean }) => sum + mean, 0) / each.length,
    low: Math.min(...each.map(({ low }) => low)),
    high: Math.max(...each.map(({ high }) => high)),
    n: each.reduce((sum, { n }) => sum + n, 0),
  };
}

function curvePage(points: readonly Point[]): string {
  const percent = (share: number) => (share * 100).toFixed(1);
  const said = ({ mean, low, high }: Measured) => `${percent(mean)} (${percent(low)} to ${percent(high)})`;
  const of = (size: number, level: Level) =>
    points.find((point) => point.size === size && point.level === level) as Point;
  const rows = SIZES.map((size) => {
    const [vault, release] = [of(size, 'vault'), of(size, 'release')];
    const { random, frequent, nearest } = release.beside as Record<string, Measured>;
    const beside = [random, frequent, nearest].map((one) => percent(one?.mean ?? 0)).join(' | ');
    return `| ${size} | ${said(release.found)} | ${said(vault.found)} | ${beside} |`;
  });
  return `# What a release teaches

Generated by \`ABOVEBOARD_WRITE_CURVE=1 npm run test:slow -- learning-curve\`; do not edit. Per cent of steps at which a ranker finds the thing
that was acted on ([spec/evaluation.md](../spec/evaluation.md), EVA30-EVA37), in the work of people whom it was not trained on.

| tasks trained on | at \`release\` | at \`vault\` | random | frequent | nearest |
|---|---|---|---|---|---|
${rows.join('\n')}

In brackets: the widest 95 % bounds of ${SEEDS.length} seeds, each by drawing tasks anew. The last three are at \`release\`. ${of(SIZES[0] as number, 'release').found.n} steps were asked for
each figure, all seeds together.

## How it was measured

${SEEDS.length} times ${PEOPLE * EACH} recordings of ${PEOPLE} made-up people on four task cards of a made-up office application: pages of some twenty-five things, three of
them filler that stands for a person's own rows. Half of what is opened is one of these rows, drawn; 15 % of all steps go astray. So nobody can
reach 100. Each set was built into a release at either level, whole, and read back with its keys; the
sides are those of the release's own split by person. The ranker is trained on the first so many tasks of one side and measured on
all of the other.

## What it does not show

- **The recordings are made up.** People and pages are drawn by a programme, which decides how much there is to learn. That the curve
  rises shows that releases carry what was there and that training works; it does not show how many tasks real work needs.
- The goal names what is worked on in a word that stands in the interface, at both levels. Goals in people's own words are harder.
- Nothing was drawn: trees are those of the state, without boxes, and the ranker does not use places on the screen.
- What is typed, and the kind of action, are not asked. Earlier steps are what people did: no mistake carries on.
- Within its bounds the ranker finds as much at \`release\` as at \`vault\`; that the mean is higher there was not looked into and is no gain to rely on.
- A linear ranker is the least that learns. A model that reads pictures may lose more, or less, at \`release\`.
`;
}
