import { createHash } from 'node:crypto';
import type { ExportRecording } from '@aboveboard/dataset/export/export-recording';
import type { Candidate } from '@aboveboard/dataset/release/candidate';
import { readCandidate } from '@aboveboard/dataset/release/candidate-reading';
import {
  type BuiltRelease,
  buildRelease,
  type ReleaseHead,
  type ReleaseWorkshop,
} from '@aboveboard/dataset/release/release-build';
import { planRelease, type ReleaseAsk, type ReleasePlan } from '@aboveboard/dataset/release/release-plan';
import { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import type { MeasuredRisk } from '@aboveboard/dataset/release/risk-refusals';
import type { FramePool } from '@aboveboard/server/rendering/frame-pool';
import { CommandFailure } from './command.ts';
import { releaseGzip } from './release-folder.ts';

/** Recordings that a grant covers, and whose each is: known to this job alone. */
export type ReleaseSources = {
  ids: readonly string[];
  open(id: string): Promise<ExportRecording>;
  person(id: string): string;
};

/** Where a release is written; `kept`: of a build that can go on. */
export type ReleasePlace = Pick<ReleaseWorkshop, 'write' | 'kept'>;

export type PlannedRelease = { plan: ReleasePlan; candidates: ReadonlyMap<string, Candidate> };

export async function planFrom(
  sources: ReleaseSources,
  secret: Uint8Array,
  ask: ReleaseAsk,
  progress: (line: string) => void,
): Promise<PlannedRelease> {
  const candidates: Candidate[] = [];
  for (const [i, id] of sources.ids.entries()) {
    progress(`recording ${i + 1} of ${sources.ids.length}`);
    candidates.push(await readCandidate(await sources.open(id), sources.person(id)));
  }
  const plan = await planRelease(candidates, new ReleaseSecret(secret, crypto.subtle), ask);
  return { plan, candidates: new Map(candidates.map((one) => [one.recording, one])) };
}

/**
 * Writes shards, then has `logged` put the digest of the manifest into the log of uses, then the manifest (REL1, T13). The
 * secret is overwritten, however it ends (REL3).
 */
export async function makeRelease(
  sources: ReleaseSources,
  of: { secret: Uint8Array; ask: ReleaseAsk; head: ReleaseHead; risk: MeasuredRisk | null },
  place: ReleasePlace,
  outside: {
    /** Before the manifest is written: its digest, and the recordings that are in it. */
    logged: (digest: string, recordings: readonly string[]) => Promise<void>;
    progress: (line: string) => void;
    /** What draws the pictures; without it there are none. */
    pool?: Pick<FramePool, 'framesOf'> | null;
    /** How many tasks are made at once. */
    atOnce?: number;
  },
): Promise<BuiltRelease & { digest: string }> {
  const { secret, ask, head, risk } = of;
  try {
    const { plan, candidates } = await planFrom(sources, secret, ask, outside.progress);
    const built = await buildRelease(plan, new ReleaseSecret(secret, crypto.subtle), head, risk, {
      open: sources.open,
      candidate(id) {
        const candidate = candidates.get(id);
        if (!candidate) throw new CommandFailure('A recording of the plan is not there any more.');
        return candidate;
      },
      // Nothing was shown: nothing can be drawn.
      frames: (recording) =>
        recording.manifest.counts.states > 0 ? (outside.pool?.framesOf(recording) ?? null) : null,
      atOnce: outside.atOnce ?? 1,
      gzip: releaseGzip.gzip,
      write: (name, bytes) => place.write(name, bytes),
      ...(place.kept ? { kept: place.kept } : {}),
      subtle: crypto.subtle,
      progress: (done, all) => outside.progress(`task ${done} of ${all}`),
    });
    const digest = createHash('sha256').update(built.bytes).digest('hex');
    // Several tasks may be of one (MOV50).
    await outside.logged(digest, [...new Set(plan.tasks.map(({ recording }) => recording))]);
    await place.write('release.json', built.bytes);
    return { ...built, digest };
  } finally {
    secret.fill(0);
  }
}
