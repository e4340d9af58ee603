import { type Demonstration, readDemonstration } from '../export/demonstration.ts';
import {
  ExportAccount,
  type ExportRecording,
  type ExportSink,
  instructionOf,
} from '../export/export-recording.ts';
import { holdRecording } from '../held-recording.ts';
import { type Course, readCourse } from '../subgoals.ts';
import { cutAtSubgoals, type TaskPart } from '../task-parts.ts';
import type { Candidate, CandidatePart } from './candidate.ts';
import { sketchOf } from './near-duplicate.ts';
import { type TaskQuality, taskQuality } from './task-quality.ts';

const NOWHERE: ExportSink = { write: async () => undefined, append: async () => undefined };

/** What a plan has to know of a recording; draws nothing. `person` is any name for her. */
export async function readCandidate(opened: ExportRecording, person: string): Promise<Candidate> {
  const recording = await holdRecording(opened);
  const { manifest } = recording;
  const course = await readCourse(recording);
  const cut = cutAtSubgoals(course);
  const whole = await shownOf(recording, course);
  const parts: CandidatePart[] = [];
  for (const part of cut.parts) {
    const { steps } = await shownOf(recording, course, part);
    const quality = qualityOf(recording, { steps, worked: whole.worked }, course, part);
    parts.push({ ...part, applications: originsOf(course, part), quality });
  }
  return {
    recording: manifest.id,
    person,
    template: manifest.task.kind === 'card' ? manifest.task.card.id : null,
    applications: originsOf(course),
    agreement: manifest.agreement,
    quality: qualityOf(recording, whole, course),
    content: manifest.parts.map(({ sha256 }) => sha256).join(','),
    sketch: sketchOf(whole.steps.map(({ action }) => action)),
    doing: course.doing,
    goal: instructionOf(manifest),
    parts,
    withoutSubgoal: cut.withoutSubgoal,
  };
}

function shownOf(recording: ExportRecording, { actions }: Course, part?: TaskPart): Promise<Demonstration> {
  return readDemonstration(recording, NOWHERE, new ExportAccount(), {
    frames: null,
    actions,
    ...(part ? { part } : {}),
  });
}

function originsOf({ origins, visited }: Course, part?: TaskPart): string[] {
  const within = part ? origins.slice(part.from, part.to) : [...visited];
  return [...new Set(within)].filter((origin) => origin !== null).sort();
}

function qualityOf(
  { manifest }: ExportRecording,
  { steps, worked }: Pick<Demonstration, 'steps' | 'worked'>,
  { actions, gaps }: Course,
  part?: TaskPart,
): TaskQuality {
  const { durationTicks, tickMicroseconds } = manifest.clock;
  const from = part && part.from > 0 ? (actions[part.from]?.t ?? 0) : 0;
  const to = part ? (actions[part.to]?.t ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const seconds = ((Math.min(to, durationTicks) - from) * tickMicroseconds) / 1e6;
  return taskQuality({ steps, worked, gaps: gaps.filter((t) => t >= from && t < to).length, seconds });
}
