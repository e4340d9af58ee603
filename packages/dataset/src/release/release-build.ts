import { hex } from '@aboveboard/consent/canonical-json';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { readDemonstration } from '../export/demonstration.ts';
import { ExportAccount, type ExportRecording, type ExportSink } from '../export/export-recording.ts';
import type { FrameSource } from '../frame-source.ts';
import { holdRecording } from '../held-recording.ts';
import { ShownTrees } from '../shown-tree.ts';
import { surrogatedRecording } from '../surrogated-recording.ts';
import { TextCensus } from '../text-census.ts';
import { atOnce } from './at-once.ts';
import type { Candidate, Refusal } from './candidate.ts';
import { CARD_NAME, type CardedManifest, cardPage } from './card-page.ts';
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
import {
  manifestBytes,
  type ReleaseManifest,
  type ReleaseRisk,
  type ReleaseTaskEntry,
  shardName,
} from './release-manifest.ts';
import type { PlannedTask, ReleasePlan } from './release-plan.ts';
import type { ReleaseSecret } from './release-secret.ts';
import { releasedPictures } from './released-pictures.ts';
import { taskLines } from './released-task.ts';
import { treeLines } from './released-trees.ts';
import { type MeasuredRisk, riskRefusals } from './risk-refusals.ts';
import { type ShardKind, sealShard } from './shard.ts';

/** Refused, with every rule that refuses (REL16). Nothing was written. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ rule, message }) => `${rule}: ${message}`).join('; '));
    this.refusals = refusals;
  }
}

export type ReleaseHead = Pick<ReleaseManifest, 'name' | 'version' | 'purpose' | 'software' | 'drawnBy'>;

/** What building needs from outside. */
export type ReleaseWorkshop = {
  /** A recording of the plan, opened; what a candidate said of it. */
  open(recording: string): Promise<ExportRecording>;
  candidate(recording: string): Candidate;
  /** Pictures of the recording as it is given, which is as the release shows it; null: none are drawn. */
  frames(recording: ExportRecording): FrameSource | null;
  /** The same bytes for the same bytes, whatever the machine and the time. */
  gzip(bytes: Uint8Array): Uint8Array;
  write(name: string, bytes: Uint8Array): Promise<void>;
  subtle: SubtleCrypto;
  /** How many tasks are made at once; one unless told. The bytes are the same. */
  atOnce?: number;
  progress?(done: number, of: number): void;
  /** For a build that can go on after it was interrupted (REL5). */
  kept?: KeptTasks;
};

/** `keys` by task, hex: whoever has one reads that task. They are no part of the release. */
export type BuiltRelease = { manifest: ReleaseManifest; bytes: Uint8Array; keys: Record<string, string> };

/**
 * Writes the shards of a plan and gives its manifest, which the caller writes last: without it there is no release. The same plan,
 * secret, recordings and software give the same bytes (REL2). Throws ReleaseRefused before anything is written.
 */
export async function buildRelease(
  plan: ReleasePlan,
  secret: ReleaseSecret,
  head: ReleaseHead,
  risk: MeasuredRisk | null,
  workshop: ReleaseWorkshop,
): Promise<BuiltRelease> {
  const refusals = [...plan.refusals, ...(await riskRefusals(plan, risk, workshop.subtle))];
  if (refusals.length > 0) throw new ReleaseRefused(refusals);
  const id = await secret.id('release', head.name, String(head.version));
  const shown = await releasedShow(plan, secret, workshop);
  const built = new Map<PlannedTask, KeyedTask>();
  await atOnce(byRecording(plan.tasks), workshop.atOnce ?? 1, async (planned) => {
    const task =
      (await keptTask(id, planned, secret, workshop)) ??
      (await builtTask(id, { planned, shown }, secret, workshop));
    built.set(planned, task);
    workshop.progress?.(built.size, plan.tasks.length);
  });
  const keys: Record<string, string> = {};
  const tasks: ReleaseTaskEntry[] = [];
  const counts = noCounts(plan.tasks.length);
  for (const planned of plan.tasks) {
    const { said, key } = built.get(planned) as KeyedTask;
    keys[planned.id] = hex(key);
    tasks.push(said.entry);
    counts.steps += said.counts.steps;
    counts.trees += said.counts.trees;
    counts.pictures += said.counts.pictures;
    counts.keptPoints += said.counts.keptPoints;
    counts.gaps.trees += said.counts.gaps.trees;
    counts.gaps.pictures += said.counts.gaps.pictures;
  }
  const carded: CardedManifest = {
    format: 'aboveboard-release',
    formatVersion: 1,
    id,
    ...head,
    level: plan.level,
    agreements: plan.agreements,
    cohort: { least: plan.least, people: tens(plan.people) },
    risk: risk && releaseRisk(risk),
    leftOut: plan.leftOut.map(({ rule, count }) => ({ rule, count: tens(count) })),
    counts,
    tasks,
  };
  const page = cardPage(carded);
  await workshop.write(CARD_NAME, page);
  const card = { sha256: await digestOf(page, workshop.subtle), bytes: page.length };
  const manifest: ReleaseManifest = { ...carded, card };
  return { manifest, bytes: manifestBytes(manifest), keys };
}

/** A recording is opened for all of its tasks in a row; in a release they lie apart. */
function byRecording(tasks: readonly PlannedTask[]): PlannedTask[] {
  return [...tasks].sort((a, b) => (a.recording < b.recording ? -1 : a.recording > b.recording ? 1 : 0));
}

async function builtTask(
  release: string,
  { planned, shown }: { planned: PlannedTask; shown: (task: PlannedTask) => Promise<Shown> },
  secret: ReleaseSecret,
  workshop: ReleaseWorkshop,
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

function releaseRisk({ report, digest, threshold }: MeasuredRisk): ReleaseRisk {
  const naming = report.naming.find(({ length }) => length === 5)?.found;
  const linking = report.linking.find(({ length }) => length === 5)?.found;
  return {
    report: digest,
    naming: naming?.attackers[naming.best]?.share ?? 1,
    linking: linking?.attackers[linking.best]?.share ?? 1,
    threshold,
  };
}

/** `closed`: what nothing may show that is made of it; null: it is as recorded. */
type Shown = { recording: ExportRecording; movement: Drawing | null; closed: ClosedWords | null };

/** How a recording is shown at the plan's level: with an id, a salt and draws of this release's own. */
async function releasedShow(
  plan: ReleasePlan,
  secret: ReleaseSecret,
  workshop: ReleaseWorkshop,
): Promise<(task: PlannedTask) => Promise<Shown>> {
  let last: { recording: string; held: ExportRecording } | undefined;
  const renamed = async ({ id, recording }: PlannedTask): Promise<ExportRecording> => {
    if (last?.recording !== recording)
      last = { recording, held: await holdRecording(await workshop.open(recording)) };
    const { held } = last;
    return { ...held, manifest: { ...held.manifest, id } };
  };
  if (plan.level === 'vault')
    return async (task) => ({ recording: await renamed(task), movement: null, closed: null });
  const census = new TextCensus({ minimum: plan.least });
  const counted = new Set<string>();
  for (const task of plan.tasks) {
    if (counted.has(task.recording)) continue;
    counted.add(task.recording);
    await census.count(task.person, await workshop.open(task.recording));
  }
  const common = census.common();
  const salt = hex((await secret.bytes('salt of surrogates')).subarray(0, 16));
  return async (task) => {
    const recorded = await renamed(task);
    const recording = await holdRecording(surrogatedRecording(recorded, { salt, task: task.id, common }));
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
  workshop: ReleaseWorkshop,
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
  { subtle, write }: ReleaseWorkshop,
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

function noCounts(tasks: number): ReleaseManifest['counts'] {
  return { tasks, steps: 0, trees: 0, pictures: 0, keptPoints: 0, gaps: { trees: 0, pictures: 0 } };
}

function tens(count: number): number {
  return 10 * Math.floor(count / 10);
}
