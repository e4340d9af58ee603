import { hex } from '@aboveboard/consent/canonical-json';
import { type CommonTexts, TextCensus } from '../text-census.ts';
import { atOnce } from './at-once.ts';
import type { Refusal } from './candidate.ts';
import { CARD_NAME, cardPage } from './card-page.ts';
import { digestOf, type KeyedTask } from './kept-tasks.ts';
import {
  type CardedManifest,
  manifestBytes,
  type ReleaseManifest,
  type ReleaseRisk,
  type ReleaseTaskEntry,
} from './release-manifest.ts';
import type { PlannedTask, ReleasePlan } from './release-plan.ts';
import type { ReleaseSecret } from './release-secret.ts';
import { type MeasuredRisk, riskRefusals } from './risk-refusals.ts';
import { type TaskWorkshop, taskMaker } from './task-making.ts';

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
export type ReleaseWorkshop = TaskWorkshop & {
  /** What recordings show, where they were read for the plan; else each is opened once more. */
  texts?: (recording: string) => Iterable<string>;
  /** How many tasks are made at once; one unless told. The bytes are the same. */
  atOnce?: number;
  progress?(done: number, of: number): void;
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
  await requireAllowed(plan, risk, workshop.subtle);
  const id = await releaseId(secret, head);
  const make = taskMaker({ id, common: await commonTexts(plan, workshop) }, secret, workshop);
  const built = new Map<string, KeyedTask>();
  await atOnce(byRecording(plan.tasks), workshop.atOnce ?? 1, async (planned) => {
    built.set(planned.id, await make(planned));
    workshop.progress?.(built.size, plan.tasks.length);
  });
  return wholeRelease({ id, plan, head, risk }, (task) => built.get(task) as KeyedTask, workshop);
}

export function releaseId(secret: ReleaseSecret, { name, version }: ReleaseHead): Promise<string> {
  return secret.id('release', name, String(version));
}

/** Throws ReleaseRefused, with every rule that refuses (REL16). */
export async function requireAllowed(
  plan: ReleasePlan,
  risk: MeasuredRisk | null,
  subtle: Pick<SubtleCrypto, 'digest'>,
): Promise<void> {
  const refusals = [...plan.refusals, ...(await riskRefusals(plan, risk, subtle))];
  if (refusals.length > 0) throw new ReleaseRefused(refusals);
}

/** Texts that a cohort of the plan's people have (MASK38); null at `vault`, which shows what was recorded. */
export async function commonTexts(
  { level, least, tasks }: Pick<ReleasePlan, 'level' | 'least' | 'tasks'>,
  { open, texts }: Pick<ReleaseWorkshop, 'open' | 'texts'>,
): Promise<CommonTexts | null> {
  if (level === 'vault') return null;
  const census = new TextCensus({ minimum: least });
  const counted = new Set<string>();
  for (const { person, recording } of tasks) {
    if (counted.has(recording)) continue;
    counted.add(recording);
    if (texts) census.countTexts(person, texts(recording));
    else await census.count(person, await open(recording));
  }
  return census.common();
}

/** The card, written, and the manifest of tasks that are made, whoever made them. */
export async function wholeRelease(
  of: { id: string; plan: ReleasePlan; head: ReleaseHead; risk: MeasuredRisk | null },
  made: (task: string) => KeyedTask,
  { write, subtle }: Pick<ReleaseWorkshop, 'write' | 'subtle'>,
): Promise<BuiltRelease> {
  const { id, plan, head, risk } = of;
  const keys: Record<string, string> = {};
  const tasks: ReleaseTaskEntry[] = [];
  const counts = noCounts(plan.tasks.length);
  for (const planned of plan.tasks) {
    const { said, key } = made(planned.id);
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
  await write(CARD_NAME, page);
  const card = { sha256: await digestOf(page, subtle), bytes: page.length };
  const manifest: ReleaseManifest = { ...carded, card };
  return { manifest, bytes: manifestBytes(manifest), keys };
}

/** A recording is opened for all of its tasks in a row; in a release they lie apart. */
function byRecording(tasks: readonly PlannedTask[]): PlannedTask[] {
  return [...tasks].sort((a, b) => (a.recording < b.recording ? -1 : a.recording > b.recording ? 1 : 0));
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

function noCounts(tasks: number): ReleaseManifest['counts'] {
  return { tasks, steps: 0, trees: 0, pictures: 0, keptPoints: 0, gaps: { trees: 0, pictures: 0 } };
}

function tens(count: number): number {
  return 10 * Math.floor(count / 10);
}
