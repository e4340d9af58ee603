import { type CandidateNote, HeldNotes, readNote } from '@aboveboard/dataset/release/candidate-note';
import { commonTexts, type ReleaseHead, releaseId } from '@aboveboard/dataset/release/release-build';
import type { PlannedTask, ReleasePlan } from '@aboveboard/dataset/release/release-plan';
import type { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import { openNote, sealNote } from '@aboveboard/dataset/release/sealed-note';
import { taskMaker } from '@aboveboard/dataset/release/task-making';
import { commonTextsOf } from '@aboveboard/dataset/text-census';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import type { FramePool } from '@aboveboard/server/rendering/frame-pool';
import { CommandFailure } from './command.ts';
import { releaseGzip } from './release-folder.ts';
import type { ReleaseSources } from './release-making.ts';
import type { Workbench } from './release-workbench.ts';

/**
 * The steps of a build that several processes share (REL90-REL92). `read` leaves what a plan needs of one recording, the plan is made of
 * those, `make` writes the tasks of one recording. Each can be done twice, or anew after a kill: it leaves the same bytes.
 */
export type BuildSteps = {
  read(number: number): Promise<void>;
  make(number: number): Promise<void>;
};

/** What `make` needs of the plan. */
type SharedPlan = { release: string; tasks: PlannedTask[]; common: string[] | null };

const PLAN = 'plan';
const noteName = (number: number) => `recording-${number}`;

export function buildSteps(
  sources: ReleaseSources,
  secret: ReleaseSecret,
  bench: Workbench,
  pool: Pick<FramePool, 'framesOf'> | null,
): BuildSteps {
  const sealing = { secret, subtle: nodeCiphers };
  let planned: Promise<{ tasks: PlannedTask[]; make: ReturnType<typeof taskMaker> }> | undefined;
  const said = new Map<string, CandidateNote['candidate']>();

  async function openPlan() {
    const sealed = await bench.note(PLAN);
    const plan = sealed && ((await openNote(sealed, PLAN, sealing)) as SharedPlan | null);
    if (!plan) throw new CommandFailure('The plan of this build is not there, or is another’s.');
    const { release, tasks, common } = plan;
    const make = taskMaker({ id: release, common: common && commonTextsOf(common) }, secret, {
      open: sources.open,
      candidate(id) {
        const candidate = said.get(id);
        if (!candidate) throw new CommandFailure('A recording of the plan is not there any more.');
        return candidate;
      },
      frames: (recording) =>
        recording.manifest.counts.states > 0 ? (pool?.framesOf(recording) ?? null) : null,
      gzip: releaseGzip.gzip,
      write: bench.write,
      kept: bench.kept,
      subtle: nodeCiphers,
    });
    return { tasks, make };
  }

  return {
    async read(number) {
      const id = idAt(sources, number);
      if (await noteAt(number, sources, secret, bench)) return;
      const note = await readNote(await sources.open(id), sources.person(id));
      await bench.leaveNote(noteName(number), await sealNote(note, noteName(number), sealing));
    },

    async make(number) {
      planned ??= openPlan();
      const { tasks, make } = await planned;
      const note = await noteAt(number, sources, secret, bench);
      if (!note) throw new CommandFailure('What was read of this recording is not there any more.');
      const { recording } = note.candidate;
      said.set(recording, note.candidate);
      try {
        for (const task of tasks) if (task.recording === recording) await make(task);
      } finally {
        said.delete(recording);
      }
    },
  };
}

/** What `read` left of a recording; null: nothing, or nothing that is of this build. */
export async function noteAt(
  number: number,
  sources: Pick<ReleaseSources, 'ids'>,
  secret: ReleaseSecret,
  bench: Pick<Workbench, 'note'>,
): Promise<CandidateNote | null> {
  const sealed = await bench.note(noteName(number));
  const sealing = { secret, subtle: nodeCiphers };
  const note = sealed && ((await openNote(sealed, noteName(number), sealing)) as CandidateNote | null);
  return note?.candidate.recording === idAt(sources, number) ? note : null;
}

/** Of what every `read` left. Throws CommandFailure when one is missing. */
export async function notesOf(
  sources: Pick<ReleaseSources, 'ids'>,
  secret: ReleaseSecret,
  bench: Pick<Workbench, 'note'>,
): Promise<HeldNotes> {
  const notes = new HeldNotes();
  for (const number of sources.ids.keys()) {
    const note = await noteAt(number, sources, secret, bench);
    if (!note) throw new CommandFailure('What was read of a recording is not there any more.');
    notes.take(note);
  }
  return notes;
}

/** For those who make the tasks. */
export async function leavePlan(
  { plan, head, notes }: { plan: ReleasePlan; head: ReleaseHead; notes: HeldNotes },
  secret: ReleaseSecret,
  bench: Pick<Workbench, 'leaveNote'>,
): Promise<void> {
  const open = () => Promise.reject(new TypeError('every recording was read'));
  const common = await commonTexts(plan, { open, texts: notes.texts });
  const shared: SharedPlan = {
    release: await releaseId(secret, head),
    tasks: plan.tasks,
    common: common?.list() ?? null,
  };
  await bench.leaveNote(PLAN, await sealNote(shared, PLAN, { secret, subtle: nodeCiphers }));
}

function idAt({ ids }: Pick<ReleaseSources, 'ids'>, number: number): string {
  const id = ids[number];
  if (id === undefined) throw new CommandFailure('There is no recording of that number in this build.');
  return id;
}
