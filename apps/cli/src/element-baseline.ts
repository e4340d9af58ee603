import { readFile, stat, writeFile } from 'node:fs/promises';
import {
  type ElementPolicy,
  plainRankers,
  policyRanker,
  trainElementPolicy,
} from '@aboveboard/dataset/eval/element-policy';
import { readElementPolicy } from '@aboveboard/dataset/eval/element-policy-check';
import { type ElementScore, ElementTally } from '@aboveboard/dataset/eval/element-score';
import { type ElementTask, elementTask } from '@aboveboard/dataset/eval/element-step';
import type { Measured } from '@aboveboard/dataset/eval/measured';
import type { ReleaseManifest } from '@aboveboard/dataset/release/release-manifest';
import { ReleaseDamaged, releaseReader } from '@aboveboard/dataset/release/release-reading';
import type { TaskSplits } from '@aboveboard/dataset/release/release-splits';
import { seeded } from '@aboveboard/planner/speed/seeded';
import { CommandFailure, UsageError } from './command.ts';
import { readManifestIn, readReleaseKeys, releaseFolder, releaseGzip } from './release-folder.ts';

type Side = { folder: string; keys: string; split: keyof TaskSplits; seed: number };
type Progress = (line: string) => void;

const LARGEST_POLICY = 16 * 2 ** 20;

/** The policy is written when it is whole; a file that is there is left alone. */
export async function trainBaseline(
  { out, ...side }: Side & { out: string },
  progress: Progress,
): Promise<ElementPolicy['trained']> {
  const { manifest, count, read } = await openSide(side, 'train');
  if (manifest.level === 'vault')
    throw new CommandFailure(
      'Refused by REL17: what is at the level vault does not leave it, and a policy holds some of it.',
    );
  const learnt = await trainElementPolicy(count, read, seeded(side.seed), (done, of) =>
    progress(`task ${done} of ${of}`),
  );
  if (learnt.trained.steps === 0)
    throw new CommandFailure('Nothing to learn from: no tree of this release shows what was acted on.');
  const policy: ElementPolicy = {
    format: 'aboveboard-element-policy',
    formatVersion: 1,
    release: manifest.id,
    level: manifest.level,
    seed: side.seed,
    ...learnt,
  };
  await writeFile(out, `${JSON.stringify(policy)}\n`, { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new UsageError('--out is there already.') : error;
    },
  );
  return learnt.trained;
}

export type BaselineReport = {
  /** Otherwise nobody can say that the people are different ones. */
  isSameRelease: boolean;
  score: ElementScore;
  beside: Record<string, Measured>;
  /** How much more the policy finds than each of the others, at the same steps. */
  difference: Record<string, Measured>;
};

export async function testBaseline(
  { models, ...side }: Side & { models: readonly string[] },
  progress: Progress,
): Promise<BaselineReport> {
  const [policy, other] = await Promise.all(models.map(policyIn));
  if (!policy) throw new UsageError('--model is no file.');
  const { manifest, count, read } = await openSide(side, 'test');
  const tally = new ElementTally<string>({
    policy: policyRanker(policy),
    ...plainRankers(policy),
    ...(other ? { other: policyRanker(other) } : {}),
  });
  for (let index = 0; index < count; index++) {
    progress(`task ${index + 1} of ${count}`);
    tally.add(await read(index));
  }
  const beside = ['random', 'frequent', 'nearest', ...(other ? ['other'] : [])];
  const each = (of: (name: string) => Measured) => Object.fromEntries(beside.map((name) => [name, of(name)]));
  return {
    isSameRelease: [policy, ...(other ? [other] : [])].every(({ release }) => release === manifest.id),
    score: tally.score('policy', seeded(side.seed)),
    beside: each((name) => tally.score(name, seeded(side.seed)).found),
    difference: each((name) => tally.difference('policy', name, seeded(side.seed))),
  };
}

async function openSide({ folder, keys: file, split }: Side, which: 'train' | 'test') {
  const { manifest } = await readManifestIn(folder);
  const keys = await readReleaseKeys(file, manifest.id);
  const tasks = manifest.tasks.filter(({ splits }) => splits[split] === which);
  if (tasks.length === 0)
    throw new CommandFailure(`This release has no split by ${split}: it has too few for two sides (REL21).`);
  const reader = releaseReader(releaseFolder(folder), manifest, keys, {
    subtle: crypto.subtle,
    gunzip: releaseGzip.gunzip,
  });
  const read = async (index: number): Promise<ElementTask> => {
    const task = tasks[index] as ReleaseManifest['tasks'][number];
    try {
      return elementTask(await reader.task(task), await reader.trees(task));
    } catch (error) {
      throw error instanceof ReleaseDamaged ? new CommandFailure(`REL54: ${error.message}.`) : error;
    }
  };
  return { manifest, count: tasks.length, read };
}

async function policyIn(file: string): Promise<ElementPolicy> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new UsageError('A policy that was named is no file.');
  if (found.size > LARGEST_POLICY) throw new CommandFailure('EVA35: a policy has no more than 16 MB.');
  const read = readElementPolicy(await readFile(file, 'utf8'));
  if (read.ok) return read.value;
  const faults = read.faults.map(({ rule, at, message }) => `${rule} at ${at}: ${message}`);
  throw new CommandFailure(`The policy is faulty:\n${faults.join('\n')}`);
}
