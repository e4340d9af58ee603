import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter, type WriterOptions } from '@aboveboard/protocol/recording-writer';
import type { StateItem } from '@aboveboard/protocol/state';
import { CutClock } from './cut-clock.ts';
import { checkEdits, type EditBounds } from './edit-check.ts';
import { type Cut, type EditList, type MaskEdit, touchesCut } from './edit-list.ts';
import { EditedEvents } from './edited-events.ts';
import { EditedStates } from './edited-states.ts';
import { findMaskedNodes, type HitTest, type MaskedNodes } from './masked-nodes.ts';
import type { ReviewAction } from './review-action.ts';

export type ApplyOptions = {
  recording: OpenedRecording;
  edits: EditList;
  /** The steps of the original, for the reasons. */
  actions: readonly ReviewAction[];
  /** A fresh id, a sealer under a fresh key, and a store that holds nothing yet (REV10). */
  target: Omit<WriterOptions, 'tickMicroseconds'>;
  hitTest: HitTest;
  /** The masks of the host for words that a person wrote: the task, subgoals, reasons. */
  words: (text: string) => string;
  /** Aborted: throws its reason; what stands in the target is no recording. */
  signal?: AbortSignal;
};

export class EditError extends Error {
  override readonly name = 'EditError';
  readonly rule: string;
  /** The mask that could not be applied, as it stands in the list. */
  readonly mask: number | null;
  constructor(rule: string, message: string, mask: number | null = null) {
    super(`${rule}: ${message}`);
    this.rule = rule;
    this.mask = mask;
  }
}

/**
 * Writes the result of an edit list (spec/review.md, REV10-REV27) and gives its manifest. Reads the original
 * part by part, three times at most; holds one tree a surface, never the recording. The original is left as
 * it is: destroying it and its key is the host's, once the result is durable.
 *
 * Throws EditError where a mask meets nothing (REV26) and RecordingError where the original can't be read;
 * what then stands in the target is no recording, and the caller throws it away.
 */
export async function applyEdits(options: ApplyOptions): Promise<Manifest> {
  const { recording, edits, actions } = options;
  const { manifest } = recording;
  const bounds: EditBounds = {
    durationTicks: manifest.clock.durationTicks,
    actions: actions.length,
    taskKind: manifest.task.kind,
  };
  const checked = checkEdits(edits, bounds);
  if (!checked.ok) throw new EditError('REV1', checked.faults.map((f) => `${f.at} ${f.message}`).join('; '));
  const sound = checked.value;
  const clock = new CutClock(sound);
  const masked = await findMasked(options, sound.masks);
  const gone = await surfacesGoneAt(recording, clock);

  const writer = new RecordingWriter({
    // Nothing has to be durable at once, and much of a state was in an earlier one: few large parts deflate best.
    gather: { events: 8192, stateBytes: 2_097_152 },
    ...options.target,
    tickMicroseconds: manifest.clock.tickMicroseconds,
  });
  const states = new EditedStates(
    {
      clock,
      closed: masked.closed,
      isGone: (surface, cut) => gone.get(cut)?.has(surface) === true,
      durationTicks: manifest.clock.durationTicks,
    },
    (item) => writer.state(item),
  );
  const frames = new KeptFrames(writer, clock, sound.masks);
  const events = new EditedEvents(
    {
      clock,
      durationTicks: manifest.clock.durationTicks,
      task: sound.task === null ? null : options.words(sound.task),
      words: options.words,
      closesText: closesText(sound.masks, masked),
      stateNumber: (index) => states.number(index),
      frameNumber: (index) => frames.number(index),
      statesAtEnd: (cut) => states.atEnd(cut),
      added: maskEvents(sound.masks, masked.hits),
    },
    (event) => writer.event(event),
  );
  for await (const item of inOrder(recording)) {
    options.signal?.throwIfAborted();
    states.endCuts(item.t);
    if (item.of === 'state') states.next(item.state);
    else if (item.of === 'frame') frames.next(item.frame);
    else events.next(item.event);
    await writer.ready();
  }
  options.signal?.throwIfAborted();
  states.endCuts(Number.MAX_SAFE_INTEGER);
  events.end(manifest.clock.durationTicks);
  return writer.finish(fieldsOf(options, sound, masked, events));
}

async function findMasked(options: ApplyOptions, masks: readonly MaskEdit[]): Promise<MaskedNodes> {
  if (masks.length === 0) return { closed: new Map(), hits: [] };
  const masked = await findMaskedNodes(options.recording.states(), masks, options.hitTest);
  const missed = masked.hits.indexOf(0);
  if (missed >= 0) throw new EditError('REV26', 'a mask meets nothing in its range', missed);
  return masked;
}

/** Which surfaces are closed when a cut ends: nothing of them is written there. */
async function surfacesGoneAt(
  recording: OpenedRecording,
  clock: CutClock,
): Promise<ReadonlyMap<Cut, ReadonlySet<number>>> {
  const gone = new Map<Cut, ReadonlySet<number>>();
  if (clock.cuts.length === 0) return gone;
  const closed = new Set<number>();
  let next = 0;
  const pass = (t: number) => {
    for (let cut = clock.cuts[next]; cut && cut.to < t; cut = clock.cuts[next]) {
      gone.set(cut, new Set(closed));
      next += 1;
    }
  };
  for await (const columns of recording.eventColumns()) {
    for (const event of columns.others) {
      if (event.kind !== 'surface') continue;
      pass(event.t);
      if (event.phase === 'close') closed.add(event.surface);
      else closed.delete(event.surface);
    }
  }
  pass(Number.MAX_SAFE_INTEGER);
  return gone;
}

/** What was typed or chosen in a closed node closes; so does what names no node while a mask lasts (REV23). */
function closesText(masks: readonly MaskEdit[], { closed }: MaskedNodes) {
  return (event: { t: number; node?: number; option?: number }): boolean => {
    const { node, option } = event;
    if (node === undefined) return masks.some((mask) => mask.from <= event.t && event.t < mask.to);
    // Which surface an event was in is not always known: a number that any surface closed is closed.
    return [...closed.values()].some(
      (nodes) => nodes.has(node) || (option !== undefined && nodes.has(option)),
    );
  };
}

function maskEvents(masks: readonly MaskEdit[], hits: readonly number[]): RecordedEvent[] {
  return masks
    .map((mask, i): RecordedEvent => {
      return { kind: 'mask', t: mask.from, rule: ruleOf(mask), count: hits[i] ?? 0 };
    })
    .sort((a, b) => a.t - b.t);
}

function ruleOf(mask: MaskEdit): string {
  return mask.kind === 'element' ? 'review.element' : 'review.rectangle';
}

function fieldsOf(
  { recording, actions, words }: ApplyOptions,
  edits: EditList,
  masked: MaskedNodes,
  events: EditedEvents,
) {
  const { manifest } = recording;
  const { class: kind, week, agreement, receipt, software, signals, origin } = manifest;
  const counts = new Map(manifest.masks.map(({ rule, count }) => [rule, count]));
  for (const [rule, count] of events.uncounted) counts.set(rule, (counts.get(rule) ?? 0) - count);
  edits.masks.forEach((mask, i) => {
    counts.set(ruleOf(mask), (counts.get(ruleOf(mask)) ?? 0) + (masked.hits[i] ?? 0));
  });
  const task =
    manifest.task.kind === 'free'
      ? { kind: 'free' as const, text: words(edits.task ?? manifest.task.text) }
      : manifest.task;
  const kept = actions.filter((action) => !touchesCut(edits.cuts, action.from, action.to));
  const reasons = edits.reasons.flatMap(({ action, text }) => {
    const index = kept.findIndex((step) => step.index === action);
    return index < 0 ? [] : [{ action: index, text: words(text) }];
  });
  return {
    class: kind,
    week,
    task,
    outcome: { worked: edits.worked, reasons },
    agreement,
    receipt,
    software,
    signals,
    masks: [...counts].filter(([, count]) => count > 0).map(([rule, count]) => ({ rule, count })),
    ...(origin ? { origin } : {}),
  };
}

/** Frames outside of cuts and of masked stretches: review does not edit pixels (REV15, REV25). */
class KeptFrames {
  readonly #writer: RecordingWriter;
  readonly #clock: CutClock;
  readonly #masks: readonly MaskEdit[];
  readonly #numbers = new Map<number, number>();
  #next = 0;

  constructor(writer: RecordingWriter, clock: CutClock, masks: readonly MaskEdit[]) {
    this.#writer = writer;
    this.#clock = clock;
    this.#masks = masks;
  }

  next(frame: FrameItem): void {
    const number = this.#next++;
    const { t, surface } = frame;
    if (this.#clock.cutAt(t)) return;
    if (this.#masks.some((m) => m.surface === surface && m.from <= t && t < m.to)) return;
    this.#numbers.set(number, this.#writer.frame({ ...frame, t: this.#clock.map(t) }));
  }

  number(original: number): number | null {
    return this.#numbers.get(original) ?? null;
  }
}

type Ordered = { t: number } & (
  | { of: 'state'; state: StateItem }
  | { of: 'frame'; frame: FrameItem }
  | { of: 'event'; event: RecordedEvent }
);

/** All items in order of time; at one tick states, then frames, then the events that speak of them. */
async function* inOrder(recording: OpenedRecording): AsyncGenerator<Ordered> {
  const streams = [
    flat(recording.states(), (state): Ordered => ({ t: state.t, of: 'state', state })),
    flat(recording.frames(), (frame): Ordered => ({ t: frame.t, of: 'frame', frame })),
    flat(recording.events(), (event): Ordered => ({ t: event.t, of: 'event', event })),
  ];
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let first = -1;
    for (let i = 0; i < heads.length; i += 1) {
      const head = heads[i];
      if (!head || head.done) continue;
      const best = heads[first];
      if (!best || best.done || head.value.t < best.value.t) first = i;
    }
    const [head, stream] = [heads[first], streams[first]];
    if (!head || head.done || !stream) return;
    yield head.value;
    heads[first] = await stream.next();
  }
}

async function* flat<T>(
  parts: AsyncIterable<readonly T[]>,
  as: (item: T) => Ordered,
): AsyncGenerator<Ordered, undefined> {
  for await (const part of parts) for (const item of part) yield as(item);
}
