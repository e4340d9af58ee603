import { createHash } from 'node:crypto';
import type { ExportRecording } from '@aboveboard/dataset/export/export-recording';
import { HeldNotes, readNote } from '@aboveboard/dataset/release/candidate-note';
import {
  type BuiltRelease,
  buildRelease,
  type ReleaseHead,
  type ReleaseWorkshop,
} from '@aboveboard/dataset/release/release-build';
import type { ReleaseManifest } from '@aboveboard/dataset/release/release-manifest';
import { planRelease, type ReleaseAsk, type ReleasePlan } from '@aboveboard/dataset/release/release-plan';
import { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import type { MeasuredRisk } from '@aboveboard/dataset/release/risk-refusals';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import type { FramePool } from '@aboveboard/server/rendering/frame-pool';
import { CommandFailure } from './command.ts';
import { releaseGzip } from './release-folder.ts';
import type { TaskOrigin } from './release-origins.ts';

/** Recordings that a grant covers, and whose each is: known to this job alone. */
export type ReleaseSources = {
  ids: readonly string[];
  open(id: string): Promise<ExportRecording>;
  person(id: string): string;
};

/** Before the manifest is written: its digest, the recordings that are in it, of which each task was made, and what it says. */
export type Logged = (
  digest: string,
  recordings: readonly string[],
  tasks: readonly TaskOrigin[],
  manifest: ReleaseManifest,
) => Promise<void>;

/** Where a release is written; `kept`: of a build that can go on. */
export type ReleasePlace = Pick<ReleaseWorkshop, 'write' | 'kept'>;

export type PlannedRelease = { plan: ReleasePlan } & Pick<HeldNotes, 'candidates' | 'texts'>;

export async function planFrom(
  sources: ReleaseSources,
  secret: Uint8Array,
  ask: ReleaseAsk,
  progress: (line: string) => void,
): Promise<PlannedRelease> {
  const notes = new HeldNotes();
  for (const [i, id] of sources.ids.entries()) {
    progress(`recording ${i + 1} of ${sources.ids.length}`);
    notes.take(await readNote(await sources.open(id), sources.person(id)));
  }
  const { candidates, texts } = notes;
  const plan = await planRelease(notes.list, new ReleaseSecret(secret, nodeCiphers), ask);
  return { plan, candidates, texts };
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
    logged: Logged;
    progress: (line: string) => void;
    /** What draws the pictures; without it there are none. */
    pool?: Pick<FramePool, 'framesOf'> | null;
    /** How many tasks are made at once. */
    atOnce?: number;
  },
): Promise<BuiltRelease & { digest: string }> {
  const { secret, ask, head, risk } = of;
  try {
    const { plan, candidates, texts } = await planFrom(sources, secret, ask, outside.progress);
    const built = await buildRelease(plan, new ReleaseSecret(secret, nodeCiphers), head, risk, {
      open: sources.open,
      texts,
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
      subtle: nodeCiphers,
      progress: (done, all) => outside.progress(`task ${done} of ${all}`),
    });
    const digest = createHash('sha256').update(built.bytes).digest('hex');
    // Several tasks may be of one (MOV50).
    const recordings = [...new Set(plan.tasks.map(({ recording }) => recording))];
    await outside.logged(digest, recordings, plan.tasks, built.manifest);
    await place.write('release.json', built.bytes);
    return { ...built, digest };
  } finally {
    secret.fill(0);
  }
}
