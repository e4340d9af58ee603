import { Drawing } from '@aboveboard/redact/movement/drawing';
import { PointerTrack, type SampleKind } from '@aboveboard/redact/movement/pointer-sample';
import { shuffled } from './attack-splits.ts';
import type { AttackedTask } from './attacked-task.ts';
import { seedKey } from './seed-key.ts';

/**
 * The same tasks, dealt out to the same people and sessions by chance: there is nothing to find in them. What attackers find
 * there, in the same configuration, is what luck and their own faults give (RISK7).
 */
export function noSignal(tasks: readonly AttackedTask[], seed: number): AttackedTask[] {
  const order = shuffled(tasks, new Drawing(seedKey('no signal', seed)));
  return tasks.map(({ person, session }, i) => {
    const { track, tokens } = order[i] as AttackedTask;
    return { person, session, track, tokens };
  });
}

/** Tasks of the same session, one after the other, as one. */
export function joinedSessions(tasks: readonly AttackedTask[]): AttackedTask[] {
  const sessions = new Map<number, AttackedTask & { end: number }>();
  for (const { person, session, track, tokens } of tasks) {
    let whole = sessions.get(session);
    if (whole === undefined) {
      whole = { person, session, track: new PointerTrack(), tokens: [], end: 0 };
      sessions.set(session, whole);
    }
    const from = whole.end - (track.t[0] ?? 0);
    for (let i = 0; i < track.length; i++) {
      const kind = track.kind[i] as SampleKind;
      whole.track.sample(from + (track.t[i] as number), track.x[i] as number, track.y[i] as number, kind);
    }
    whole.end = from + (track.t[track.length - 1] ?? 0) + BETWEEN_MS;
    whole.tokens = [...whole.tokens, ...tokens];
  }
  return [...sessions.values()].map(({ person, session, track, tokens }) => ({
    person,
    session,
    track,
    tokens,
  }));
}

const BETWEEN_MS = 2000;
