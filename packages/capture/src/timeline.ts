import type { PauseCause, RecordedEvent } from '@aboveboard/protocol/event';
import { canonicalEvent, eventFaults } from '@aboveboard/protocol/event-check';
import { RecordingError } from '@aboveboard/protocol/fault';
import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  SOURCE_VIEWPORT_RESIZE,
  type StateChange,
} from '@aboveboard/protocol/state';
import type { Checkpoint } from './checkpoint.ts';
import { placeOf } from './document-identity.ts';
import type { AgentFrame, AgentItem } from './frame-message.ts';
import { FrameTree } from './frame-tree.ts';
import { hung, type InputItem, signalOf, type Untimed, withoutPlace } from './item-event.ts';
import { isWithin, speaksWithin } from './node-range.ts';
import { isNothing, type PageDocument, type QueuedItem } from './page-document.ts';
import type { RecordingSink } from './recording-sink.ts';
import type { SessionClock } from './session-clock.ts';
import type { Surface } from './surface.ts';

/** What the recorder itself has to say, beside the documents. */
export type OwnAct =
  | { act: 'task'; phase: 'start' | 'subgoal' | 'end'; text?: string }
  | { act: 'pause'; cause: PauseCause }
  | { act: 'resume' }
  | { act: 'lost' }
  | { act: 'front'; tab: number | null; allowed: boolean }
  | { act: 'zoom'; tab: number; zoom: number }
  | { act: 'closed'; tab: number };

/** A document's items wait this long for its first state, then they become a gap. */
export const HOLD = 3000;
/** And no more than this many. */
export const HELD_ITEMS = 20_000;
const RETRIES = 5;
/** A document that was seen for this long without a fault has no failures behind it. */
const CALM = 10_000;

/**
 * Puts the items of all documents and the recorder's own acts in one order and writes them (CAP20-CAP29):
 * frames hang in their parents' states, places are those of the tab, and what stands in a gap says so.
 */
export class Timeline {
  readonly clock: SessionClock;
  readonly #sink: RecordingSink;
  readonly #documents: Map<string, PageDocument>;
  readonly #surfaces: Map<number, Surface>;
  readonly #taken: (at: number) => boolean;
  readonly #frames: FrameTree;
  readonly #own: { at: number; act: OwnAct }[] = [];
  readonly #left = new Set<PageDocument>();
  #current: number | null = null;
  #now = 0;
  #front: number | null = null;
  #frontAllowed = true;
  #gap: Checkpoint['gap'] = null;

  constructor(
    sink: RecordingSink,
    clock: SessionClock,
    documents: Map<string, PageDocument>,
    surfaces: Map<number, Surface>,
    taken: (at: number) => boolean,
  ) {
    this.#sink = sink;
    this.clock = clock;
    this.#documents = documents;
    this.#frames = new FrameTree(documents);
    this.#surfaces = surfaces;
    this.#taken = taken;
  }

  own(at: number, act: OwnAct): void {
    this.#own.push({ at: Math.max(at, this.#own.at(-1)?.at ?? 0), act });
  }

  /** It will send nothing more; it is forgotten once its queue is empty. */
  leave(document: PageDocument): void {
    this.#left.add(document);
  }

  left(): PageDocument[] {
    const done = [...this.#left].filter((document) => document.queue.length === 0);
    for (const document of done) this.#left.delete(document);
    return done;
  }

  /** Something of this document is lost from `at` on. It begins anew where its states can't be used any more. */
  fault(document: PageDocument, reason: 'overload' | 'state-lost' | 'clock', at: number, now: number): void {
    const surface = this.#surface(document);
    if (reason !== 'clock') {
      if (document.liveSince !== null && now - document.liveSince >= CALM) document.failures = 0;
      document.broken = true;
      document.retryAt = now + 500 * 2 ** document.failures;
      document.failures += 1;
      if (surface?.top === document.identity.document && this.#front === surface.tab)
        this.#beginGap(at, 'state-lost');
    }
    const t = this.clock.tick(at);
    this.#sink.event({ kind: 'gap', t, until: t, reason });
  }

  /** Keeps what waits for a state that does not come within bounds. */
  bound(document: PageDocument, now: number): void {
    const first = document.queue[0];
    if (!first) return;
    if (document.broken) {
      document.dropQueue();
      return;
    }
    const waits = !document.live && this.#statesAsked(document);
    if (!waits || (document.queue.length <= HELD_ITEMS && first.at > now - HOLD)) return;
    document.dropQueue();
    this.fault(document, 'state-lost', first.at, now);
  }

  /** Documents that can begin anew now. */
  toRestart(now: number): PageDocument[] {
    return [...this.#documents.values()].filter(
      (document) =>
        document.broken &&
        document.failures <= RETRIES &&
        document.retryAt <= now &&
        document.send !== null &&
        !this.#left.has(document) &&
        this.#hasPlace(document),
    );
  }

  /** Everything up to `cut`, in order. */
  write(cut: number, now: number): void {
    this.#now = now;
    for (const document of this.#documents.values()) this.bound(document, now);
    for (;;) {
      const own = this.#own[0];
      const document = this.#nextDocument(cut);
      const at = document?.queue[0]?.at ?? Number.POSITIVE_INFINITY;
      if (own && own.at <= cut && own.at <= at) {
        this.#own.shift();
        this.#act(own.act, own.at);
      } else if (document) this.#writeNext(document);
      else return;
    }
  }

  #nextDocument(cut: number): PageDocument | null {
    let best: PageDocument | null = null;
    for (const document of this.#documents.values()) {
      const first = document.queue[0];
      if (!first || first.at > cut || !this.#ready(document, cut)) continue;
      if (!best || first.at < (best.queue[0]?.at ?? 0)) best = document;
    }
    return best;
  }

  #ready(document: PageDocument, cut: number): boolean {
    if (document.live || !this.#statesAsked(document)) return true;
    return this.#hasPlace(document) && document.bringStateForward(cut);
  }

  /** The top document always has one; a frame when its parent's state holds its element. */
  #hasPlace(document: PageDocument): boolean {
    if (document.identity.parent === null) return true;
    return this.#frames.frameOf(document) !== undefined && this.#frames.parent(document)?.live === true;
  }

  #writeNext(document: PageDocument): void {
    const queued = document.queue.shift();
    if (!queued) return;
    document.passed(queued);
    if (isNothing(queued.item) || !this.#taken(queued.at)) return;
    if (!document.permits.covers(signalOf(queued.item), queued.at)) return;
    const surface = this.#surface(document);
    if (!surface || !this.#stands(document, surface)) return;
    try {
      this.#item(document, surface, queued);
    } catch (error) {
      // Also what a writer that has failed throws; the gap throws it again, past here.
      if (!(error instanceof RecordingError)) throw error;
      this.#disbelieve(document, queued.at);
    }
  }

  /** What it said can't be in a recording (CAP31, CAP34): nothing more of it is read until it began anew. */
  #disbelieve(document: PageDocument, at: number): void {
    document.tell({ type: 'stop' });
    document.dropQueue();
    this.fault(document, 'state-lost', at, this.#now);
  }

  /** It is the surface's top document, or about to be, or hangs below it. */
  #stands(document: PageDocument, surface: Surface): boolean {
    if (document.identity.parent === null) {
      if (document.live) return surface.top === document.identity.document;
      if (this.#statesAsked(document)) return true;
      document.live = true;
      this.#open(document, surface, document.queue[0]?.at ?? this.clock.origin);
      return true;
    }
    const parent = this.#frames.parent(document);
    if (!parent || !this.#stands(parent, surface)) return false;
    return !document.live || document.attachedTo === null || this.#frames.frameOf(document) !== undefined;
  }

  #item(document: PageDocument, surface: Surface, { item, at }: QueuedItem): void {
    const waits = !document.live && this.#statesAsked(document);
    if (item.item === 'frames') {
      document.frames = item.frames.filter(({ node }) => isWithin(node, document.range));
    } else if (item.item === 'state') this.#state(document, surface, item.change, at);
    else if (item.item === 'geometry' || item.item === 'navigate') this.#ofTab(document, surface, item, at);
    else if (item.item === 'place' || waits) return;
    else if (item.item === 'frame') this.#frame(surface, item.frame, at);
    else if (item.item === 'event') this.#input(document, surface, item.event, at);
    else {
      const until = item.item === 'gap' ? Math.min(item.until, this.#now) : at;
      const event = withoutPlace(item, surface, this.clock.peek(until));
      if (!event) return;
      this.#stretch(surface, at);
      this.#event(event, at);
    }
  }

  #input(document: PageDocument, surface: Surface, input: InputItem, at: number): void {
    this.#stretch(surface, at);
    this.#bringToFront(surface, at);
    const event = { ...input, t: this.clock.tick(at) } as RecordedEvent;
    if ('x' in event && 'y' in event) {
      const offset = this.#frames.offset(document);
      event.x += offset.x;
      event.y += offset.y;
    }
    this.#sink.event(event);
  }

  #frame(surface: Surface, frame: AgentFrame, at: number): void {
    this.#stretch(surface, at);
    const item = { t: this.clock.tick(at), surface: surface.number, ...frame };
    this.#event({ kind: 'frame', surface: surface.number, index: this.#sink.frame(item) }, at);
  }

  /** What is true of the tab, whatever its state: a frame's own is of no interest. */
  #ofTab(
    document: PageDocument,
    surface: Surface,
    item: Extract<AgentItem, { item: 'geometry' | 'navigate' }>,
    at: number,
  ): void {
    if (document.identity.parent !== null) return;
    if (item.item === 'geometry') {
      // It is said again when the zoom changes and when a page opens: only what may be written is kept.
      const { number, zoom } = surface;
      const event = canonicalEvent({ kind: 'geometry', t: 0, surface: number, ...item.geometry, zoom });
      const faults = eventFaults(event, 'geometry');
      if (faults.length > 0) throw new RecordingError(faults);
      surface.geometry = item.geometry;
      if (surface.open) this.#geometry(surface, at);
    } else {
      this.#open(document, surface, at);
      const { path, cause } = item;
      const origin = placeOf(document.identity);
      this.#event({ kind: 'navigate', surface: surface.number, origin, path, cause }, at);
    }
  }

  #state(document: PageDocument, surface: Surface, change: StateChange, at: number): void {
    if (!speaksWithin(change, document.range)) {
      this.#disbelieve(document, at);
      return;
    }
    const top = document.identity.parent === null;
    const full = change.type === RRWEB_FULL_SNAPSHOT;
    if (top) this.#open(document, surface, at);
    else if (change.type === RRWEB_META) return;
    if (!full && !document.live && change.type !== RRWEB_META) return;
    if (!top && change.type === RRWEB_INCREMENTAL && change.data.source === SOURCE_VIEWPORT_RESIZE) return;
    const frame = top ? undefined : this.#frames.frameOf(document);
    if (!top && !frame) return;
    this.#stretch(surface, at);
    this.#writeState(surface, full && frame ? hung(change.data.node, frame.node) : change, at);
    if (full) {
      this.#framesBeginAnew(document, at);
      document.live = true;
      document.liveSince ??= this.#now;
      document.attachedTo = frame?.node ?? null;
    }
  }

  #writeState(surface: Surface, event: StateChange, at: number): void {
    const t = this.clock.tick(at);
    const index = this.#sink.state({ t, surface: surface.number, event });
    surface.lastState = index;
    this.#sink.event({ kind: 'state', t, surface: surface.number, index, settled: false });
  }

  /** The document's whole state was taken again, and the states of the frames in it went with the old one. */
  #framesBeginAnew(parent: PageDocument, at: number): void {
    for (const document of this.#documents.values()) {
      if (document.identity.parent !== parent.identity.document || !document.live) continue;
      // After a pause all of them are taken anew, and its new state may be here already.
      if (document.dropUntilState()) continue;
      document.broken = true;
      document.retryAt = at;
      document.dropQueue();
    }
  }

  #open(document: PageDocument, surface: Surface, at: number): void {
    if (!surface.open) {
      this.#stretch(surface, at);
      surface.open = true;
      this.#event({ kind: 'surface', surface: surface.number, phase: 'open', type: surface.type }, at);
      if (this.#front === surface.tab || this.#current === null) this.#bringToFront(surface, at);
    }
    if (surface.top === document.identity.document) return;
    surface.top = document.identity.document;
    for (const other of this.#documents.values()) {
      const older = other.surface === document.surface && other.live && this.#frames.root(other) !== document;
      if (older) this.leave(other);
    }
    if (surface.geometry) this.#geometry(surface, at);
  }

  #geometry(surface: Surface, at: number): void {
    if (!surface.geometry) return;
    this.#event({ kind: 'geometry', surface: surface.number, ...surface.geometry, zoom: surface.zoom }, at);
  }

  #act(act: OwnAct, at: number): void {
    switch (act.act) {
      case 'task':
        if (act.phase === 'end') this.#endGap(at);
        this.#event({ kind: 'task', phase: act.phase, ...(act.text ? { text: act.text } : {}) }, at);
        break;
      case 'pause':
        this.#endGap(at);
        this.#event({ kind: 'pause', cause: act.cause }, at);
        break;
      case 'resume':
        this.#event({ kind: 'resume' }, at);
        if (this.#frontIsUnseen()) this.#beginGap(at, 'not-allowed');
        break;
      case 'lost':
        this.#event({ kind: 'gap', until: this.clock.peek(at), reason: 'state-lost' }, at);
        break;
      case 'front':
        this.#bringTab(act.tab, act.allowed, at);
        break;
      case 'zoom':
        this.#zoom(act.tab, act.zoom, at);
        break;
      case 'closed':
        this.#close(act.tab, at);
        break;
    }
  }

  #zoom(tab: number, zoom: number, at: number): void {
    const surface = this.#surfaces.get(tab);
    if (!surface || surface.zoom === zoom) return;
    surface.zoom = zoom;
    if (surface.open && this.#taken(at)) this.#geometry(surface, at);
  }

  #bringTab(tab: number | null, allowed: boolean, at: number): void {
    this.#front = tab;
    this.#frontAllowed = allowed;
    if (!this.#taken(at)) return;
    const surface = tab === null ? undefined : this.#surfaces.get(tab);
    if (!allowed) this.#beginGap(at, 'not-allowed');
    if (!allowed || !surface?.open) return;
    this.#endGap(at);
    this.#bringToFront(surface, at);
  }

  #frontIsUnseen(): boolean {
    if (!this.#frontAllowed) return true;
    return this.#front !== null && !this.#surfaces.get(this.#front)?.open;
  }

  #close(tab: number, at: number): void {
    const surface = this.#surfaces.get(tab);
    if (!surface) return;
    for (const document of this.#documents.values()) if (document.identity.tab === tab) this.leave(document);
    this.#surfaces.delete(tab);
    if (this.#current === surface.number) this.#current = null;
    if (surface.open && this.#taken(at)) {
      this.#event({ kind: 'surface', surface: surface.number, phase: 'close', type: surface.type }, at);
    }
  }

  /** Input belongs to the surface of the last focus event (REC: events carry no surface of their own). */
  #bringToFront(surface: Surface, at: number): void {
    if (this.#current === surface.number) return;
    this.#current = surface.number;
    this.#event({ kind: 'focus', scope: 'surface', surface: surface.number }, at);
  }

  #beginGap(at: number, reason: 'not-allowed' | 'state-lost'): void {
    this.#gap ??= { from: at, reason };
  }

  /** Before something is written at `at`: a gap ends where the tab in front is seen again, else it is cut there. */
  #stretch(surface: Surface, at: number): void {
    if (!this.#gap) return;
    const reason = this.#gap.reason;
    this.#endGap(at);
    if (this.#front !== null && this.#front !== surface.tab) this.#beginGap(at, reason);
  }

  #endGap(at: number): void {
    const gap = this.#gap;
    if (!gap) return;
    this.#gap = null;
    const t = this.clock.tick(Math.min(gap.from, at));
    const until = this.clock.tick(at);
    if (until > t) this.#sink.event({ kind: 'gap', t, until, reason: gap.reason });
  }

  #event(event: Untimed<RecordedEvent>, at: number): void {
    this.#sink.event({ ...event, t: this.clock.tick(at) } as RecordedEvent);
  }

  #statesAsked(document: PageDocument): boolean {
    return document.permits.allowed('states');
  }

  #surface(document: PageDocument): Surface | undefined {
    return this.#surfaces.get(document.identity.tab);
  }

  saved(): Pick<Checkpoint, 'origin' | 'lastTick' | 'current' | 'front' | 'frontAllowed' | 'gap'> {
    const { origin, last } = this.clock;
    return {
      origin,
      lastTick: last,
      current: this.#current,
      front: this.#front,
      frontAllowed: this.#frontAllowed,
      gap: this.#gap,
    };
  }

  restore(checkpoint: Pick<Checkpoint, 'current' | 'front' | 'frontAllowed' | 'gap'>): void {
    this.#current = checkpoint.current;
    this.#front = checkpoint.front;
    this.#frontAllowed = checkpoint.frontAllowed;
    this.#gap = checkpoint.gap;
  }
}
