import { hex } from '@aboveboard/consent/canonical-json';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { readDemonstration } from '../export/demonstration.ts';
import { ExportAccount, type ExportRecording, type ExportSink } from '../export/export-recording.ts';
import type { FrameSource } from '../frame-source.ts';
import { holdRecording } from '../held-recording.ts';
import { ShownTrees } from '../shown-tree.ts';
import { surrogatedRecording } from '../surrogated-recording.ts';
import type { CommonTexts } from '../text-census.ts';
import type { Candidate } from './candidate.ts';
import { ClosedWords } from './closed-words.ts';
import {
  type BuiltTask,
  digestOf,
  type KeptTasks,
  type KeyedTask,
  keptTask,
  markOf,
  shardKey,
} from './kept-tasks.ts';
import { pictureTar } from './picture-tar.ts';
import { type ReleaseTaskEntry, shardName } from './release-manifest.ts';
import type { PlannedTask } from './release-plan.ts';
import type { ReleaseCiphers, ReleaseSecret } from './release-secret.ts';
import { releasedPictures } from './released-pictures.ts';
import { taskLines } from './released-task.ts';
import { treeLines } from './released-trees.ts';
import { type ShardKind, sealShard } from './shard.ts';

/** What making tasks needs from outside. */
export type TaskWorkshop = {
  /** A recording of the plan, opened; what a candidate said of it. */
  open(recording: string): Promise<ExportRecording>;
  candidate(recording: string): Pick<Candidate, 'template' | 'applications' | 'quality'>;
  /** Pictures of the recording as it is given, which is as the release shows it; null: none are drawn. */
  frames(recording: ExportRecording): FrameSource | null;
  /** The same bytes for the same bytes, whatever the machine and the time. */
  gzip(bytes: Uint8Array): Uint8Array;
  write(name: string, bytes: Uint8Array): Promise<void>;
  subtle: ReleaseCiphers;
  /** For a build that can go on after it was interrupted (REL5). */
  kept?: KeptTasks;
};

/** `common`: what enough people of the plan have (MASK38); null: the level shows what was recorded. */
export type TaskRelease = { id: string; common: Pick<CommonTexts, 'has'> | null };

/**
 * Makes the tasks of one release, in any order and in any number of processes: a task depends on the release, its recording and
 * the secret alone (REL2). Tasks of one recording in a row open it once.
 */
export function taskMaker(
  release: TaskRelease,
  secret: ReleaseSecret,
  workshop: TaskWorkshop,
): (planned: PlannedTask) => Promise<KeyedTask> {
  const shown = releasedShow(release, secret, workshop);
  return async (planned) =>
    (await keptTask(release.id, planned, secret, workshop)) ??
    (await builtTask(release.id, { planned, shown }, secret, workshop));
}

async function builtTask(
  release: string,
  { planned, shown }: { planned: PlannedTask; shown: (task: PlannedTask) => Promise<Shown> },
  secret: ReleaseSecret,
  workshop: TaskWorkshop,
): Promise<KeyedTask> {
  const account = new ExportAccount();
  const contents = await contentsOf(planned, shown, account, workshop);
  const { key, shards } = await sealedSet(release, planned.id, contents.plain, secret, workshop);
  const { frames: pictures, keptPoints } = account;
  const { steps, trees, gaps } = contents;
  const said: BuiltTask = {
    entry: { id: planned.id, splits: planned.splits, shards },
    counts: { steps, trees, pictures, keptPoints, gaps },
  };
  await workshop.kept?.keep({ ...said, mark: await markOf(said, release, secret) });
  return { said, key };
}

/** `closed`: what nothing may show that is made of it; null: it is as recorded. */
type Shown = { recording: ExportRecording; movement: Drawing | null; closed: ClosedWords | null };

/** How a recording is shown in the release: with an id, a salt and draws of its own. */
function releasedShow(
  { common }: TaskRelease,
  secret: ReleaseSecret,
  workshop: TaskWorkshop,
): (task: PlannedTask) => Promise<Shown> {
  // The promise is kept, not what it comes to: tasks that are made at once wait for one opening.
  let last: { recording: string; held: Promise<ExportRecording> } | undefined;
  const renamed = async ({ id, recording }: PlannedTask): Promise<ExportRecording> => {
    if (last?.recording !== recording)
      last = { recording, held: workshop.open(recording).then(holdRecording) };
    const held = await last.held;
    return { ...held, manifest: { ...held.manifest, id } };
  };
  if (common === null)
    return async (task) => ({ recording: await renamed(task), movement: null, closed: null });
  const salt = secret.bytes('salt of surrogates').then((bytes) => hex(bytes.subarray(0, 16)));
  return async (task) => {
    const recorded = await renamed(task);
    const surrogated = surrogatedRecording(recorded, { salt: await salt, task: task.id, common });
    const recording = await holdRecording(surrogated);
    return {
      recording,
      movement: new Drawing(await secret.bytes('movement', task.id)),
      closed: await ClosedWords.read(recorded, recording),
    };
  };
}

async function contentsOf(
  task: PlannedTask,
  show: (task: PlannedTask) => Promise<Shown>,
  account: ExportAccount,
  workshop: TaskWorkshop,
): Promise<
  Omit<BuiltTask['counts'], 'pictures' | 'keptPoints'> & { plain: { kind: ShardKind; bytes: Uint8Array }[] }
> {
  const { recording, movement, closed } = await show(task);
  const pictures: { name: string; bytes: Uint8Array }[] = [];
  const sink: ExportSink = {
    async write(name, bytes) {
      pictures.push({ name: name.replace(/^images\//, ''), bytes });
    },
    // Where frames lie in time: the steps say all of it that a release says.
    append: async () => undefined,
  };
  const drawn = workshop.frames(recording);
  const frames = drawn && releasedPictures(closed ? closed.framesOf(drawn) : drawn);
  const interfaces = new ShownTrees(closed?.isIn);
  const shown = await readDemonstration(recording, sink, account, {
    frames,
    boxes: true,
    interfaces,
    ...(movement ? { movement } : {}),
    ...(task.part ? { part: task.part } : {}),
  });
  const candidate = workshop.candidate(task.recording);
  const { template } = candidate;
  const { applications, quality } = task.part ?? candidate;
  const { pace: _, ...said } = quality;
  const lines = taskLines({ ...shown, template, applications, quality: said });
  const trees = interfaces.list();
  const zipped = (text: string) => workshop.gzip(new TextEncoder().encode(text));
  const withTree = trees.reduce((sum, { steps }) => sum + steps.length, 0);
  return {
    steps: shown.steps.length,
    trees: trees.length,
    gaps: {
      trees: shown.steps.length - withTree,
      pictures: shown.steps.filter(({ picture }) => picture === null).length,
    },
    plain: [
      { kind: 'steps', bytes: zipped(lines) },
      ...(trees.length > 0 ? [{ kind: 'trees' as const, bytes: zipped(treeLines(shown.id, trees)) }] : []),
      ...(pictures.length > 0 ? [{ kind: 'pictures' as const, bytes: pictureTar(pictures) }] : []),
    ],
  };
}

async function sealedSet(
  release: string,
  task: string,
  plain: readonly { kind: ShardKind; bytes: Uint8Array }[],
  secret: ReleaseSecret,
  { subtle, write }: TaskWorkshop,
): Promise<{ key: Uint8Array; shards: ReleaseTaskEntry['shards'] }> {
  const digests = await Promise.all(plain.map(({ bytes }) => digestOf(bytes, subtle)));
  const key = await shardKey(digests, { release, task }, secret);
  const shards: ReleaseTaskEntry['shards'] = [];
  for (const [i, { kind, bytes }] of plain.entries()) {
    const sealed = await sealShard(bytes, key, { release, task, kind }, subtle);
    const sha256 = await digestOf(sealed, subtle);
    await write(shardName(sha256), sealed);
    shards.push({
      kind,
      sha256,
      bytes: sealed.length,
      plain: { sha256: digests[i] as string, bytes: bytes.length },
    });
  }
  return { key, shards };
}
