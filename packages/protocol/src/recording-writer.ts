import type { RecordedEvent } from './event.ts';
import { EventColumns } from './event-columns.ts';
import { encodeEvents } from './event-segment.ts';
import { RecordingError } from './fault.ts';
import { encodeFrames, type FrameItem, frameFaults } from './frame-segment.ts';
import type { Manifest, PartEntry, PartKind } from './manifest.ts';
import { checkManifest } from './manifest-check.ts';
import type { PartStore, ReplacementPart } from './part.ts';
import { type PartCodec, placed, sealPart } from './part-codec.ts';
import { type GroupItems, PartGroup, type Segment, spanOf } from './part-group.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import { type Spool, walkSpool } from './spool.ts';
import type { StateItem } from './state.ts';
import { checkStates } from './state-check.ts';
import { encodeStates } from './state-segment.ts';

export type WriterOptions = PartCodec & {
  /** Id of the recording: 16 random bytes, base64url. */
  id: string;
  tickMicroseconds: 100 | 1000;
  store: PartStore;
  limits?: Partial<RecordingLimits>;
  /** How much is gathered before a part is written without being asked for. */
  gather?: Partial<Gather>;
  /** `regroup` will be called now and then: what was written since the last time is held for it. */
  regroups?: boolean;
};

export type Gather = {
  events: number;
  stateBytes: number;
  frameBytes: number;
  /** Parts that are not yet durable when `ready` begins to wait. */
  waiting: number;
};
export const DEFAULT_GATHER: Readonly<Gather> = {
  events: 500,
  stateBytes: 262_144,
  frameBytes: 1_048_576,
  waiting: 8,
};

/**
 * Puts these parts in the place of all parts from `from` on: as one act, durable before it resolves, so that a crash
 * leaves the old ones or the new ones. False: not now, and nothing was changed.
 */
export type ReplaceParts = (from: number, parts: readonly ReplacementPart[]) => Promise<boolean>;

/** The fields of a manifest that only the recorder knows; the writer computes the others. */
export type ManifestFields = Omit<Manifest, 'format' | 'version' | 'id' | 'clock' | 'parts' | 'counts'>;

/**
 * Writes one recording (REC70-REC77). Items are gathered in memory and written as sealed parts: states and
 * frames before the events that speak of them, so that whatever is durable makes sense by itself. Not for
 * concurrent use with another writer on the same store.
 *
 * `event`, `state` and `frame` take their item at once and never block; await `ready()` between items when
 * the source can wait. The first failure of the store or sealer is thrown by every later call: what was
 * durable stays so, and a new writer can `resume`.
 */
export class RecordingWriter {
  readonly #options: WriterOptions;
  readonly #limits: RecordingLimits;
  readonly #gather: Gather;
  #parts: PartEntry[] = [];
  #counts = { events: 0, states: 0, frames: 0 };
  /** Last tick of each stream, and of all with the ends of gaps. */
  #last: Record<PartKind, number> = { events: 0, states: 0, frames: 0 };
  #end = 0;
  #behind: Record<PartKind, boolean> = { events: false, states: false, frames: false };
  #events = new EventColumns();
  #eventBytes = 0;
  #states: StateItem[] = [];
  #stateBytes = 0;
  #frames: FrameItem[] = [];
  #frameBytes = 0;
  #group = new PartGroup(0);
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | null = null;
  #finished = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#limits = limitsWith(options.limits);
    this.#gather = { ...DEFAULT_GATHER, ...options.gather };
  }

  /**
   * Goes on with a spool that was left unfinished: verifies all of it, a part at a time, and continues at
   * the next index. What was lost in between is for the caller to record, as a `gap` of `recorder-stopped`
   * from `lastTick`. RecordingError where a part is missing or damaged (then recoverRecording) or where the
   * recording is finished.
   */
  static async resume(options: WriterOptions): Promise<RecordingWriter> {
    const writer = new RecordingWriter(options);
    const spool = await walkSpool(options, writer.#limits, (part, index, bytes) => {
      const items = part.kind === 'events' ? { kind: part.kind, columns: part.decoded.columns } : part;
      writer.#gathered(items, index, bytes);
    });
    if (spool.lost) throw new RecordingError([spool.lost]);
    if (spool.tickMicroseconds !== null && spool.tickMicroseconds !== options.tickMicroseconds) {
      throw new RecordingError([
        { rule: 'REC77', at: 'spool', message: 'was begun with ticks of another length' },
      ]);
    }
    writer.#adopt(spool);
    return writer;
  }

  /** The last tick of anything that was given to the writer, the end of a gap included. */
  get lastTick(): number {
    return this.#end;
  }

  get counts(): Readonly<Manifest['counts']> {
    return { ...this.#counts };
  }

  /** A time before the last event's becomes the last one's, and a `gap` of `clock` says so (REC37). */
  event(event: RecordedEvent): void {
    this.#mustBeOpen();
    const t = this.#forward('events', event.t);
    if (t === event.t) this.#push(event);
    else
      this.#push(event.kind === 'gap' ? { ...event, t, until: Math.max(t, event.until) } : { ...event, t });
  }

  /**
   * Gives the item's index, which a `state` event refers to. RecordingError, with the writer as it was,
   * where the item is not legal: it comes out of a page's process, and one illegal state would make the
   * part that holds it unreadable.
   */
  state(item: StateItem): number {
    this.#mustBeOpen();
    const checked = checkStates([item], this.#limits);
    if (!checked.ok) throw new RecordingError(checked.faults);
    const size = roughSize(item);
    if (size > this.#limits.partBytes / 4) this.#mustFit(item);
    const t = this.#forward('states', item.t);
    this.#states.push(t === item.t ? item : { ...item, t });
    this.#stateBytes += size;
    this.#counts.states += 1;
    if (this.#stateBytes >= this.#gather.stateBytes || this.#states.length >= this.#limits.statesInPart)
      this.#roll();
    return this.#counts.states - 1;
  }

  /** Gives the item's index, which a `frame` event refers to. RecordingError where the item is not legal. */
  frame(item: FrameItem): number {
    this.#mustBeOpen();
    const faults = frameFaults(item, this.#limits);
    if (faults.length > 0) throw new RecordingError(faults);
    const t = this.#forward('frames', item.t);
    this.#frames.push(t === item.t ? item : { ...item, t });
    this.#frameBytes += item.bytes.length;
    this.#counts.frames += 1;
    if (this.#frameBytes >= this.#gather.frameBytes || this.#frames.length >= this.#limits.framesInPart)
      this.#roll();
    return this.#counts.frames - 1;
  }

  /** Resolves when few enough parts wait for the store. */
  async ready(): Promise<void> {
    if (this.#waiting >= this.#gather.waiting) await this.#tail;
    this.#mustBeOpen();
  }

  /** Everything that was given before is durable when it resolves. */
  async flush(): Promise<void> {
    this.#mustBeOpen();
    this.#roll();
    await this.#tail;
    this.#throwFailure();
  }

  /**
   * Writes the last durable parts anew as few large ones, when there is enough of them or `whatever` there is
   * (REC90); parts that are given meanwhile come after them. Gives how many parts there are then, or null where
   * nothing changed.
   */
  async regroup(replace: ReplaceParts, when: 'enough' | 'whatever' = 'enough'): Promise<number | null> {
    this.#mustBeOpen();
    if (when === 'enough' && !this.#group.isEnough) return null;
    let parts: number | null = null;
    this.#tail = this.#tail.then(async () => {
      if (this.#failure) return;
      try {
        parts = await this.#rewrite(replace);
      } catch (error) {
        this.#failure = { error };
      }
    });
    await this.#tail;
    this.#throwFailure();
    return parts;
  }

  /** Writes what is left and then the manifest; the recording is complete and durable when it resolves. */
  async finish(fields: ManifestFields): Promise<Manifest> {
    await this.flush();
    const manifest: Manifest = {
      format: 'aboveboard-recording',
      version: 1,
      id: this.#options.id,
      ...fields,
      clock: { tickMicroseconds: this.#options.tickMicroseconds, durationTicks: this.#end },
      parts: this.#parts,
      counts: this.counts,
    };
    const checked = checkManifest(manifest, this.#limits);
    if (!checked.ok) throw new RecordingError(checked.faults);
    this.#finished = true;
    const label = { recording: this.#options.id, index: this.#parts.length, kind: 'manifest' as const };
    const bytes = new TextEncoder().encode(JSON.stringify(manifest));
    const { sealed } = await sealPart(bytes, label, this.#options);
    await this.#options.store.put(label, sealed);
    return manifest;
  }

  #adopt({ parts, counts, last, end }: Spool): void {
    this.#parts = parts;
    this.#counts = counts;
    this.#last = last;
    this.#end = end;
  }

  #forward(kind: PartKind, t: number): number {
    const last = this.#last[kind];
    const isBehind = t < last;
    if (isBehind && !this.#behind[kind]) {
      // The first event after a jump carries the gap; until the source has caught up it is one jump.
      const now = this.#last.events;
      this.#push({ kind: 'gap', t: now, until: now, reason: 'clock' });
    }
    this.#behind[kind] = isBehind;
    const time = Math.max(t, this.#last[kind]);
    if (kind !== 'events') this.#passed(kind, time, time);
    return time;
  }

  /** A part has room for it, beside what may be gathered already, even where deflating saves nothing. */
  #mustFit(item: StateItem): void {
    if (encodeStates([item]).length <= this.#limits.partBytes * (15 / 16)) return;
    throw new RecordingError([{ rule: 'REC87', at: 'state', message: 'is too large for a part' }]);
  }

  #push(event: RecordedEvent): void {
    this.#events.push(event);
    this.#counts.events += 1;
    this.#eventBytes +=
      event.kind === 'text' || event.kind === 'select' || event.kind === 'task' ? roughSize(event) : 64;
    this.#passed('events', event.t, event.kind === 'gap' ? event.until : event.t);
    if (this.#events.length >= this.#gather.events || this.#eventBytes >= this.#gather.stateBytes)
      this.#roll();
  }

  #passed(kind: PartKind, t: number, end: number): void {
    this.#last[kind] = Math.max(this.#last[kind], t);
    this.#end = Math.max(this.#end, end);
  }

  /** Turns what is gathered into parts, in the order that REC74 asks for. */
  #roll(): void {
    const states = this.#states;
    const frames = this.#frames;
    const events = this.#events;
    this.#states = [];
    this.#frames = [];
    this.#events = new EventColumns();
    this.#stateBytes = 0;
    this.#frameBytes = 0;
    this.#eventBytes = 0;
    if (states.length > 0) {
      this.#part(
        { ...spanOf(states), encode: () => encodeStates(states) },
        { kind: 'states', items: states },
      );
    }
    if (frames.length > 0) {
      this.#part(
        { ...spanOf(frames), encode: () => encodeFrames(frames) },
        { kind: 'frames', items: frames },
      );
    }
    if (events.length > 0) {
      const ticks = { from: events.t[0] as number, to: events.last };
      const encode = () => encodeEvents(events, this.#options);
      this.#part({ count: events.length, ...ticks, encode }, { kind: 'events', columns: events });
    }
  }

  #part(segment: Omit<Segment, 'kind'>, items: GroupItems): void {
    this.#waiting += 1;
    this.#tail = this.#tail.then(async () => {
      if (this.#failure) return;
      try {
        const index = this.#parts.length;
        const { entry, sealed, segmentBytes } = await this.#sealed({ ...segment, kind: items.kind }, index);
        await this.#options.store.put(this.#label(entry), sealed);
        this.#parts.push(entry);
        this.#gathered(items, index, segmentBytes);
      } catch (error) {
        this.#failure = { error: placed(error, `part ${this.#parts.length}`) };
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  /** Holds what a part says. Where nobody regroups in time it begins anew, so that memory is bounded. */
  #gathered(items: GroupItems, index: number, bytes: number): void {
    if (!this.#options.regroups) return;
    if (this.#group.isFull) this.#group = new PartGroup(index);
    this.#group.add(items, bytes);
  }

  async #rewrite(replace: ReplaceParts): Promise<number | null> {
    const { from, parts, bytes } = this.#group;
    const segments = this.#group.segments(this.#options.tickMicroseconds);
    const mayBe = segments.every(({ kind, count }) => count <= mostItems(kind, this.#limits));
    const entries: PartEntry[] = [];
    const written: ReplacementPart[] = [];
    if (mayBe && parts > segments.length && bytes <= this.#limits.partBytes) {
      for (const segment of segments) {
        const { entry, sealed } = await this.#sealed(segment, from + entries.length);
        entries.push(entry);
        written.push({ label: this.#label(entry), sealed });
      }
    }
    // They are few already, or too many or too large to be one part: they stay as they are.
    if (written.length === 0 || written.some(({ sealed }) => sealed.length > this.#limits.partBytes)) {
      if (this.#group.isEnough) this.#group = new PartGroup(this.#parts.length);
      return null;
    }
    if (!(await replace(from, written))) return null;
    this.#parts.splice(from, this.#parts.length - from, ...entries);
    this.#group = new PartGroup(this.#parts.length);
    return this.#parts.length;
  }

  async #sealed({ kind, count, from, to, encode }: Segment, index: number) {
    if (index >= this.#limits.parts) {
      throw new RecordingError([
        { rule: 'REC87', at: `part ${index}`, message: 'the recording has too many parts' },
      ]);
    }
    const segment = encode();
    if (segment.length > this.#limits.inflatedBytes) {
      throw new RecordingError([{ rule: 'REC87', at: `part ${index}`, message: 'the part is too large' }]);
    }
    const label = { recording: this.#options.id, index, kind };
    const { sealed, bytes, sha256 } = await sealPart(segment, label, this.#options);
    const entry: PartEntry = { kind, index, from, to, count, bytes, sha256 };
    return { entry, sealed, segmentBytes: segment.length };
  }

  #label({ index, kind }: PartEntry) {
    return { recording: this.#options.id, index, kind };
  }

  #mustBeOpen(): void {
    this.#throwFailure();
    if (this.#finished) throw new TypeError('the recording is finished');
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

function mostItems(kind: PartKind, limits: RecordingLimits): number {
  return { events: limits.eventsInPart, states: limits.statesInPart, frames: limits.framesInPart }[kind];
}

/** About how many bytes a JSON-like value takes; no copy is made of it. */
function roughSize(value: unknown): number {
  if (typeof value === 'string') return value.length + 4;
  if (typeof value !== 'object' || value === null) return 4;
  let size = 8;
  for (const inner of Object.values(value)) size += roughSize(inner);
  return size;
}
