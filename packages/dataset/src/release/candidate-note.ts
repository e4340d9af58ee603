import type { ExportRecording } from '../export/export-recording.ts';
import { holdRecording } from '../held-recording.ts';
import { textsOf } from '../text-census.ts';
import type { Candidate } from './candidate.ts';
import { readCandidate } from './candidate-reading.ts';

/** All that a plan and a census need of a recording, from one opening of it. Plaintext: it leaves a job sealed, or not at all. */
export type CandidateNote = { candidate: Candidate; texts: string[] };

export async function readNote(opened: ExportRecording, person: string): Promise<CandidateNote> {
  const recording = await holdRecording(opened);
  const candidate = await readCandidate(recording, person);
  return { candidate, texts: [...(await textsOf(recording))] };
}

/** Notes of many recordings in little: a text that several have is held once. */
export class HeldNotes {
  /** As they came: one that came twice is there twice (REL14). */
  readonly list: Candidate[] = [];
  readonly #candidates = new Map<string, Candidate>();
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #of = new Map<string, Uint32Array>();

  take({ candidate, texts }: CandidateNote): void {
    this.list.push(candidate);
    this.#candidates.set(candidate.recording, candidate);
    this.#of.set(
      candidate.recording,
      Uint32Array.from(texts, (text) => this.#numberOf(text)),
    );
  }

  get candidates(): ReadonlyMap<string, Candidate> {
    return this.#candidates;
  }

  readonly texts = (recording: string): string[] =>
    Array.from(this.#of.get(recording) ?? [], (number) => this.#texts[number] as string);

  #numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}
