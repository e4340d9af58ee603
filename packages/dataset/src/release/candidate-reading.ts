import type { RecordedEvent } from '@aboveboard/protocol/event';
import { readDemonstration } from '../export/demonstration.ts';
import { ExportAccount, type ExportRecording, type ExportSink } from '../export/export-recording.ts';
import type { Candidate } from './candidate.ts';
import { sketchOf } from './near-duplicate.ts';
import { taskQuality } from './task-quality.ts';

const NOWHERE: ExportSink = { write: async () => undefined, append: async () => undefined };

/** What a plan has to know of a recording; draws nothing. `person` is any name for her. */
export async function readCandidate(recording: ExportRecording, person: string): Promise<Candidate> {
  const { manifest } = recording;
  const origins = new Set<string>();
  let gaps = 0;
  const see = (event: RecordedEvent) => {
    if (event.kind === 'navigate') origins.add(event.origin);
    else if (event.kind === 'gap') gaps++;
  };
  const seen: ExportRecording = {
    manifest,
    states: () => recording.states(),
    async *events() {
      for await (const events of recording.events()) {
        events.forEach(see);
        yield events;
      }
    },
  };
  const { steps, worked } = await readDemonstration(seen, NOWHERE, new ExportAccount(), { frames: null });
  const { durationTicks, tickMicroseconds } = manifest.clock;
  return {
    recording: manifest.id,
    person,
    template: manifest.task.kind === 'card' ? manifest.task.card.id : null,
    applications: [...origins].sort(),
    agreement: manifest.agreement,
    quality: taskQuality({ steps, worked, gaps, seconds: (durationTicks * tickMicroseconds) / 1e6 }),
    sketch: sketchOf(steps.map(({ action }) => action)),
  };
}
