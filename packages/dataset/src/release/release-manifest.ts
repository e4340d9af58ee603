import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { Checked, Fault } from '@aboveboard/protocol/fault';
import type { RiskThreshold } from '../risk/risk-report.ts';
import type { ReleaseLevel } from './release-plan.ts';
import type { TaskSplits } from './release-splits.ts';
import { SHARD_KINDS, type ShardKind } from './shard.ts';

/** What a release is (spec/release.md): once written it is never changed. Its own digest is what it is known by. */
export type ReleaseManifest = {
  format: 'aboveboard-release';
  formatVersion: 1;
  /** Drawn for this release, as every id in it. */
  id: string;
  name: string;
  version: number;
  level: ReleaseLevel;
  purpose: string;
  software: { name: string; version: string };
  /** What drew the pictures; not there where none were asked for. */
  drawnBy?: string;
  agreements: { id: string; version: number; digest: string }[];
  /** `people` is rounded down to tens (T15). */
  cohort: { least: number; people: number };
  risk: ReleaseRisk | null;
  /** Which came to nothing is said by null at the tasks. Counts of tasks by rule, rounded down to tens. */
  leftOut: { rule: string; count: number }[];
  counts: {
    tasks: number;
    steps: number;
    trees: number;
    pictures: number;
    keptPoints: number;
    gaps: ShownGaps;
  };
  tasks: ReleaseTaskEntry[];
  /** Of `card.html` (REL60); releases from before there were cards have none. */
  card?: { sha256: string; bytes: number };
};
/** A manifest before its card: what a card is made of, and of nothing else (REL60). */
export type CardedManifest = Omit<ReleaseManifest, 'card'>;
/** Steps that have no picture before them, and no tree (REL47): none was asked for, or there could be none. */
export type ShownGaps = { pictures: number; trees: number };
export type ReleaseRisk = {
  /** Of the whole report, which goes beside the card. */
  report: string;
  naming: number;
  linking: number;
  threshold: RiskThreshold;
};
export type ReleaseTaskEntry = { id: string; splits: TaskSplits; shards: ShardEntry[] };
/** `sha256` and `bytes` are of what lies in `shards/`, `plain` of what is in it. */
export type ShardEntry = {
  kind: ShardKind;
  sha256: string;
  bytes: number;
  plain: { sha256: string; bytes: number };
};

export const MANIFEST_NAME = 'release.json';
const MOST_BYTES = 256 * 1024 * 1024;

export function shardName(sha256: string): string {
  return `shards/${sha256}.bin`;
}

/** Name of what is in a shard, in a set that `dataset export --format shards` wrote. */
export function plainName({ kind, plain }: Pick<ShardEntry, 'kind' | 'plain'>): string {
  return `plain/${plain.sha256}.${kind === 'pictures' ? 'tar' : 'jsonl.gz'}`;
}

export function manifestBytes(manifest: ReleaseManifest): Uint8Array<ArrayBuffer> {
  return canonicalBytes(manifest);
}

/** All the faults of a manifest from outside. One spelling only: what two readers could read differently is refused. */
export function readReleaseManifest(bytes: Uint8Array): Checked<ReleaseManifest> {
  const faults: Fault[] = [];
  const wrong = (rule: string, at: string, message: string) => faults.push({ rule, at, message });
  const value = bytes.length > MOST_BYTES ? null : parsed(bytes);
  if (value === null) return refused('REL50', 'manifest', 'is no JSON object of at most 256 MB');
  if (!isSame(bytes, value)) wrong('REL50', 'manifest', 'is not in canonical form');
  if (value['format'] !== 'aboveboard-release' || value['formatVersion'] !== 1)
    return refused('REL51', 'manifest.format', 'is not a release of version 1');
  const manifest = value as unknown as ReleaseManifest;
  checkHead(manifest, wrong);
  if (!Array.isArray(manifest.tasks)) {
    wrong('REL51', 'manifest.tasks', 'is no list');
    return { ok: false, faults };
  }
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const [i, task] of manifest.tasks.entries()) {
    const at = `manifest.tasks[${i}]`;
    if (!isTask(task)) {
      wrong('REL51', at, 'is no task');
      continue;
    }
    if (ids.has(task.id)) wrong('REL52', `${at}.id`, 'is there already');
    ids.add(task.id);
    const kinds = task.shards.map(({ kind }) => kind);
    if (!kinds.includes('steps') || new Set(kinds).size < kinds.length)
      wrong('REL52', `${at}.shards`, 'do not have its steps once, and nothing twice');
    for (const { sha256 } of task.shards) {
      if (names.has(sha256)) wrong('REL52', `${at}.shards`, 'has a shard that is another one too');
      names.add(sha256);
    }
  }
  if (manifest.counts?.tasks !== manifest.tasks.length)
    wrong('REL52', 'manifest.counts.tasks', 'is not how many there are');
  return faults.length === 0 ? { ok: true, value: manifest } : { ok: false, faults };
}

type Wrong = (rule: string, at: string, message: string) => void;

function checkHead(manifest: ReleaseManifest, wrong: Wrong): void {
  const { id, name, version, level, purpose, software, agreements, cohort, risk, leftOut, counts } = manifest;
  const need = (ok: boolean, at: string, message: string) => {
    if (!ok) wrong('REL51', `manifest.${at}`, message);
  };
  need(isId(id), 'id', 'is no id');
  need(isText(name) && /^[a-z0-9][a-z0-9-]{0,63}$/.test(name), 'name', 'is no name');
  need(isCount(version) && version > 0, 'version', 'is no version');
  need(['vault', 'release', 'open'].includes(level), 'level', 'is no level');
  need(isText(purpose), 'purpose', 'is no text');
  need(isText(software?.name) && isText(software?.version), 'software', 'has no name and version');
  need(manifest.drawnBy === undefined || isText(manifest.drawnBy), 'drawnBy', 'is no text');
  const agreed = (one: ReleaseManifest['agreements'][number]) =>
    isText(one?.id) && isCount(one.version) && isDigest(one.digest);
  need(Array.isArray(agreements) && agreements.every(agreed), 'agreements', 'is no list of versions');
  need(isCount(cohort?.least) && isCount(cohort?.people), 'cohort', 'has no counts');
  if (isCount(cohort?.people) && level !== 'vault' && (cohort.people < 10 || cohort.least < 10))
    wrong('REL10', 'manifest.cohort', 'is no cohort');
  const { card } = manifest;
  need(
    card === undefined || (isDigest(card?.sha256) && isCount(card.bytes)),
    'card',
    'has no digest and length',
  );
  const isShare = (share: unknown) => typeof share === 'number' && share >= 0 && share <= 1;
  const measured =
    risk !== null && isDigest(risk?.report) && [risk.naming, risk.linking].every((share) => isShare(share));
  need(risk === null || measured, 'risk', 'has no figures');
  if (level !== 'vault' && risk === null) wrong('REL15', 'manifest.risk', 'was not measured');
  const rules = (one: { rule: string; count: number }) => isText(one?.rule) && isCount(one.count);
  need(Array.isArray(leftOut) && leftOut.every(rules), 'leftOut', 'is no list of counts');
  const { tasks, steps, trees, pictures, keptPoints, gaps } = counts ?? {};
  const figures = [tasks, steps, trees, pictures, keptPoints, gaps?.pictures, gaps?.trees];
  need(figures.every(isCount), 'counts', 'has no counts');
}

function isTask(task: unknown): task is ReleaseTaskEntry {
  const { id, splits, shards } = (task ?? {}) as Partial<ReleaseTaskEntry>;
  const isSide = (side: unknown) => side === null || side === 'train' || side === 'test';
  const sides = [splits?.person, splits?.application, splits?.template];
  return isId(id) && sides.every(isSide) && Array.isArray(shards) && shards.every(isShard);
}

function isShard(shard: unknown): boolean {
  const { kind, sha256, bytes, plain } = (shard ?? {}) as Partial<ShardEntry>;
  const isKind = isText(kind) && Object.hasOwn(SHARD_KINDS, kind);
  return isKind && isDigest(sha256) && isCount(bytes) && isDigest(plain?.sha256) && isCount(plain?.bytes);
}

function refused(rule: string, at: string, message: string): Checked<ReleaseManifest> {
  return { ok: false, faults: [{ rule, at, message }] };
}

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function isSame(bytes: Uint8Array, value: Record<string, unknown>): boolean {
  try {
    const again = canonicalBytes(value);
    return again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
  } catch {
    return false;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1000;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isDigest = (value: unknown): value is string => isText(value) && /^[0-9a-f]{64}$/.test(value);
const isId = (value: unknown): value is string => isText(value) && /^[A-Za-z0-9_-]{22}$/.test(value);
