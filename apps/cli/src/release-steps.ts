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
 * The steps of a build that several processes share (REL90-REL92). `read` leaves what a plan needs of recordings, the plan is made of
 * those, `make` writes the tasks of recordings: from one number to another, both of them among them. Each can be done twice, or anew
 * after a kill: it leaves the same bytes.
 */
export type BuildSteps = {
  read(from: number, to: number): Promise<void>;
  make(from: number, to: number): Promise<void>;
};

/** What `make` needs of the plan. */
type SharedPlan = { release: string; tasks: PlannedTask[]; common: string[] | null };

const PLAN = 'plan';

/** Recordings that lie side by side, by their places in the build; both ends are in it. */
export type Shelf = { from: number; to: number };
const shelfName = ({ from, to }: Shelf) => `recordings-${from}-${to}`;
/** So many that what surrounds the work is little beside it, and so few that workers end together. */
const MOST_ON_A_SHELF = 16;
const LEAST_SHELVES = 64;

/** All recordings of a build, as they are read: the same for each of its processes. */
export function shelvesOf({ ids }: Pick<ReleaseSources, 'ids'>): Shelf[] {
  const size = Math.max(1, Math.min(MOST_ON_A_SHELF, Math.floor(ids.length / LEAST_SHELVES)));
  const shelves: Shelf[] = [];
  for (let from = 0; from < ids.length; from += size)
    shelves.push({ from, to: Math.min(from + size, ids.length) - 1 });
  return shelves;
}

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

  const shelves = shelvesOf(sources);
  let last: { shelf: Shelf; notes: Promise<CandidateNote[] | null> } | undefined;
  async function noteOf(number: number): Promise<CandidateNote> {
    const shelf = shelves.find(({ from, to }) => from <= number && number <= to);
    if (shelf && last?.shelf !== shelf) last = { shelf, notes: notesAt(shelf, sources, secret, bench) };
    const note = shelf && (await last?.notes)?.[number - shelf.from];
    if (!note) throw new CommandFailure('What was read of this recording is not there any more.');
    return note;
  }

  return {
    async read(from, to) {
      const shelf = { from, to };
      if (await notesAt(shelf, sources, secret, bench)) return;
      const notes: CandidateNote[] = [];
      for (const id of idsOn(shelf, sources))
        notes.push(await readNote(await sources.open(id), sources.person(id)));
      await bench.leaveNote(shelfName(shelf), await sealNote(notes, shelfName(shelf), sealing));
    },

    async make(from, to) {
      planned ??= openPlan();
      const { tasks, make } = await planned;
      for (let number = from; number <= to; number++) {
        const { candidate } = await noteOf(number);
        said.set(candidate.recording, candidate);
        try {
          for (const task of tasks) if (task.recording === candidate.recording) await make(task);
        } finally {
          said.delete(candidate.recording);
        }
      }
    },
  };
}

/** What `read` left of recordings; null: nothing, or nothing that is of this build. */
export async function notesAt(
  shelf: Shelf,
  sources: Pick<ReleaseSources, 'ids'>,
  secret: ReleaseSecret,
  bench: Pick<Workbench, 'note'>,
): Promise<CandidateNote[] | null> {
  const ids = idsOn(shelf, sources);
  const sealed = await bench.note(shelfName(shelf));
  const sealing = { secret, subtle: nodeCiphers };
  const notes = sealed && ((await openNote(sealed, shelfName(shelf), sealing)) as CandidateNote[] | null);
  const isWhole = notes?.length === ids.length && ids.every((id, i) => notes[i]?.candidate.recording === id);
  return isWhole ? notes : null;
}

/** Of what every `read` left. Throws CommandFailure when one is missing. */
export async function notesOf(
  sources: Pick<ReleaseSources, 'ids'>,
  secret: ReleaseSecret,
  bench: Pick<Workbench, 'note'>,
): Promise<HeldNotes> {
  const notes = new HeldNotes();
  for (const shelf of shelvesOf(sources)) {
    const read = await notesAt(shelf, sources, secret, bench);
    if (!read) throw new CommandFailure('What was read of a recording is not there any more.');
    for (const note of read) notes.take(note);
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

function idsOn({ from, to }: Shelf, { ids }: Pick<ReleaseSources, 'ids'>): readonly string[] {
  if (!(from >= 0 && from <= to && to < ids.length))
    throw new CommandFailure('There are no recordings of those numbers in this build.');
  return ids.slice(from, to + 1);
}
