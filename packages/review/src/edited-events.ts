import type { GapEvent, RecordedEvent, SelectEvent, TextEvent } from '@aboveboard/protocol/event';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import {
  type Circumstances,
  circumstancesAfter,
  circumstancesAtStart,
  wordsBetween,
} from './circumstances.ts';
import type { CutClock } from './cut-clock.ts';
import type { Cut } from './edit-list.ts';

/** What is done to each event that stays. */
export type EventEdits = {
  clock: CutClock;
  durationTicks: number;
  /** Words for every task event with words; null: subgoals pass `words` and the start keeps its own. */
  task: string | null;
  words: (text: string) => string;
  /** True: the text of this event closes (a masked node, or none named within a masked range). */
  closesText: (event: TextEvent | SelectEvent) => boolean;
  /** New number of a state or frame; null: it is not in the result. */
  stateNumber: (index: number) => number | null;
  frameNumber: (index: number) => number | null;
  /** Numbers of the snapshots that stand at the end of this cut. */
  statesAtEnd: (cut: Cut) => readonly { surface: number; index: number }[];
  /** Further events of the result, in the original's time, in order: what masks counted. */
  added: readonly RecordedEvent[];
};

/**
 * The events of the result (spec/review.md, REV5, REV11-REV16, REV23), one at a time in order. What comes
 * out is in order too. It holds what has been said and what is the case, never past events.
 */
export class EditedEvents {
  readonly #edits: EventEdits;
  readonly #out: (event: RecordedEvent) => void;
  #said: Circumstances = circumstancesAtStart();
  #is: Circumstances = circumstancesAtStart();
  /** Keys and buttons that went down in a cut and were not seen to go up. */
  readonly #pressed = new Map<string, number>();
  readonly #due: Due[] = [];
  /** What the mask events in cuts counted, by rule (REV16). */
  readonly uncounted = new Map<string, number>();

  constructor(edits: EventEdits, out: (event: RecordedEvent) => void) {
    this.#edits = edits;
    this.#out = out;
    for (const cut of edits.clock.cuts) {
      this.#later(cut.from, () => this.#gap(cut.from, Math.min(cut.to, edits.durationTicks), 'cut'));
      this.#later(cut.to, () => this.#afterCut(cut));
    }
    for (const event of edits.added) {
      // Never within a cut: what is said there would be cut with it.
      const t = edits.clock.cutAt(event.t)?.to ?? event.t;
      this.#later(t, () => this.#out({ ...event, t: edits.clock.map(t) }));
    }
  }

  next(event: RecordedEvent): void {
    this.#flush(event.t);
    this.#is = circumstancesAfter(this.#is, event);
    const cut = this.#edits.clock.cutAt(event.t);
    if (event.kind === 'gap') this.#pieces(event);
    else if (cut) this.#inCut(event);
    else this.#outside(event);
  }

  /** All that is still to be said up to the end of the recording. */
  end(durationTicks: number): void {
    this.#flush(durationTicks);
  }

  #flush(t: number): void {
    while (this.#due[0] && this.#due[0].t <= t) this.#due.shift()?.run();
  }

  #later(t: number, run: () => void): void {
    const at = this.#due.findIndex((due) => due.t > t);
    this.#due.splice(at < 0 ? this.#due.length : at, 0, { t, run });
  }

  #gap(from: number, until: number, reason: GapEvent['reason']): void {
    const { clock } = this.#edits;
    this.#out({ kind: 'gap', t: clock.map(from), until: clock.map(until), reason });
  }

  #pieces(gap: GapEvent): void {
    for (const piece of this.#edits.clock.outside(gap.t, gap.until)) {
      if (piece.from === gap.t) this.#gap(piece.from, piece.until, gap.reason);
      else this.#later(piece.from, () => this.#gap(piece.from, piece.until, gap.reason));
    }
  }

  #inCut(event: RecordedEvent): void {
    if (event.kind === 'mask') {
      this.uncounted.set(event.rule, (this.uncounted.get(event.rule) ?? 0) + event.count);
    }
    const press = pressOf(event);
    if (!press || (event.kind === 'keydown' && event.repeat)) return;
    const held = this.#pressed.get(press.of) ?? 0;
    this.#pressed.set(press.of, Math.max(0, held + (press.down ? 1 : -1)));
  }

  #outside(event: RecordedEvent): void {
    const press = pressOf(event);
    if (press) {
      const held = this.#pressed.get(press.of) ?? 0;
      if (press.down) this.#pressed.delete(press.of);
      else if (held > 0) {
        this.#pressed.set(press.of, held - 1);
        return;
      }
    }
    const edited = this.#edited(event);
    if (!edited) return;
    this.#said = circumstancesAfter(this.#said, event);
    this.#out({ ...edited, t: this.#edits.clock.map(event.t) });
  }

  #edited(event: RecordedEvent): RecordedEvent | null {
    if (event.kind === 'state') {
      const index = this.#edits.stateNumber(event.index);
      return index === null ? null : { ...event, index };
    }
    if (event.kind === 'frame') {
      const index = this.#edits.frameNumber(event.index);
      return index === null ? null : { ...event, index };
    }
    if (event.kind === 'task' && event.text !== undefined) {
      const { task, words } = this.#edits;
      return { ...event, text: event.phase !== 'subgoal' && task !== null ? task : words(event.text) };
    }
    if (event.kind === 'text' && event.value.open && this.#edits.closesText(event)) {
      return { ...event, value: closed(event.value) };
    }
    if (event.kind === 'select' && this.#edits.closesText(event)) {
      const { option: _, ...rest } = event;
      return { ...rest, value: closed(event.value) };
    }
    return event;
  }

  #afterCut(cut: Cut): void {
    const t = this.#edits.clock.map(cut.to);
    for (const event of wordsBetween(this.#said, this.#is, t)) this.#out(event);
    this.#said = this.#is;
    for (const { surface, index } of this.#edits.statesAtEnd(cut)) {
      this.#out({ kind: 'state', t, surface, index, settled: false });
    }
  }
}

function closed(value: TextEvent['value']): TextEvent['value'] {
  return value.open ? { open: false, length: textBucket(value.text.length), script: 'other' } : value;
}

type Due = { t: number; run: () => void };

function pressOf(event: RecordedEvent): { of: string; down: boolean } | null {
  if (event.kind === 'keydown' || event.kind === 'keyup') {
    return { of: `key ${event.key} ${event.name ?? ''}`, down: event.kind === 'keydown' };
  }
  if (event.kind === 'down' || event.kind === 'up') {
    return { of: `${event.pointer} ${event.button}`, down: event.kind === 'down' };
  }
  return null;
}
