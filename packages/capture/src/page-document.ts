import type { Gate, GateContext } from '@aboveboard/consent/gate';
import { RRWEB_FULL_SNAPSHOT, RRWEB_META } from '@aboveboard/protocol/state';
import type { SavedDocument } from './checkpoint.ts';
import type { DocumentIdentity, FramePlace } from './document-identity.ts';
import type { AgentItem, SessionMessage } from './frame-message.ts';
import type { NodeRange } from './node-range.ts';
import { Permits } from './permits.ts';
import { NODES_PER_DOCUMENT } from './surface.ts';

/** An item with the batch that it came in, and the time that counts (never before the one before it). */
export type QueuedItem = { at: number; item: AgentItem; seq: number; last: boolean };

/** `generation` says which of a document's agents is meant. */
export type SendToAgent = (message: SessionMessage, generation: number) => void;

/** One document that an agent speaks for: its queue, what was taken of it, where it stands in its surface. */
export class PageDocument {
  readonly identity: DocumentIdentity;
  readonly permits: Permits;
  readonly surface: number;
  /** Counts agents over the recording: messages of an agent that was replaced are not this one's. */
  generation: number;
  /** 0: no agent was started yet. */
  firstNodeId = 0;
  /** Null while its port is closed. */
  send: SendToAgent | null = null;

  readonly queue: QueuedItem[] = [];
  /** The next batch expected. */
  nextSeq = 0;
  /** Durable position: all of every batch before `seq`, and the first `items` of that one. */
  written = { seq: 0, items: 0 };
  acknowledged = -1;
  #lastAt = 0;
  /** Items of the batch at `written.seq` that were durable before a restart, not to be taken again. */
  #skip = 0;

  /** Its first state was written. */
  live = false;
  place: number | null = null;
  frames: FramePlace[] = [];
  /** The node of its frame in the parent, once its state hangs there. */
  attachedTo: number | null = null;
  /** Its states can't be used as they are; it has to begin anew. */
  broken = false;
  retryAt = 0;
  /** When its agent last said what it takes of the computer, or began. */
  usedAt = 0;
  /** In a row. */
  failures = 0;
  /** When the present agent's first state was written. */
  liveSince: number | null = null;

  constructor(
    identity: DocumentIdentity,
    ask: { gate: Gate; mode: GateContext['mode'] },
    given: { surface: number; generation: number },
  ) {
    this.identity = identity;
    this.permits = new Permits(ask.gate, ask.mode, identity.target);
    this.surface = given.surface;
    this.generation = given.generation;
  }

  /** The node ids that its present agent may speak of. */
  get range(): NodeRange {
    return { low: this.firstNodeId, end: this.firstNodeId + NODES_PER_DOCUMENT };
  }

  tell(message: SessionMessage): void {
    this.send?.(message, this.generation);
  }

  /** False: a batch is missing in between. A batch that is known already is left aside. */
  take(seq: number, items: readonly AgentItem[], now: number): boolean {
    if (seq < this.nextSeq) return true;
    if (seq > this.nextSeq) return false;
    this.nextSeq += 1;
    const skip = seq === this.written.seq ? this.#skip : 0;
    this.#skip = 0;
    if (items.length <= skip) {
      this.queue.push({ at: this.#lastAt, item: NOTHING, seq, last: true });
      return true;
    }
    for (const [index, item] of items.entries()) {
      if (index < skip) continue;
      // A clock that runs ahead is the page's to forge: nothing happens later than it is heard of.
      this.#lastAt = Math.max(this.#lastAt, Math.min(item.at, now));
      this.queue.push({ at: this.#lastAt, item, seq, last: index === items.length - 1 });
    }
    return true;
  }

  /** The position after `queued` was written or left aside. */
  passed(queued: QueuedItem): void {
    if (queued.last) this.written = { seq: queued.seq + 1, items: 0 };
    else {
      const items = this.written.seq === queued.seq ? this.written.items : 0;
      this.written = { seq: queued.seq, items: items + 1 };
    }
  }

  /** Gives up what waits. */
  dropQueue(): void {
    for (const queued of this.queue) this.passed(queued);
    this.queue.length = 0;
  }

  /** Gives up what comes before its next full state, and waits for its place again. False: there is none. */
  dropUntilState(): boolean {
    const at = this.queue.findIndex((q) => isFullState(q.item));
    if (at === -1) return false;
    for (const queued of this.queue.splice(0, at)) this.passed(queued);
    this.live = false;
    this.attachedTo = null;
    return true;
  }

  /**
   * Moves the first full state to the front, so that it stands before the events of the time that it took to
   * make it. False: it has not come yet, or is not due. What is moved is due as a whole, so that it is
   * written as a whole and a position counted in a batch stays true.
   */
  bringStateForward(cut: number): boolean {
    const at = this.queue.findIndex((q) => isFullState(q.item));
    const state = this.queue[at];
    if (!state || state.at > cut) return false;
    const early = this.queue.slice(0, at + 1).filter((q) => !belongsToFirstState(q.item));
    if (early.length === 0) return true;
    const states = this.queue.slice(0, at + 1).filter((q) => belongsToFirstState(q.item));
    const time = this.queue[0]?.at ?? 0;
    const reordered = [...states.map((q) => ({ ...q, at: time })), ...early];
    // The batch positions stay where they were: they are counted, not looked up.
    for (const [index, queued] of reordered.entries()) {
      const place = this.queue[index];
      if (place) this.queue[index] = { ...queued, seq: place.seq, last: place.last };
    }
    return true;
  }

  /** A new agent is about to speak for it. */
  restart(generation: number): void {
    this.queue.length = 0;
    this.generation = generation;
    this.firstNodeId = 0;
    this.nextSeq = 0;
    this.written = { seq: 0, items: 0 };
    this.acknowledged = -1;
    this.#skip = 0;
    this.live = false;
    this.liveSince = null;
    this.frames = [];
    this.attachedTo = null;
    this.broken = false;
  }

  saved(): SavedDocument {
    return {
      identity: this.identity,
      surface: this.surface,
      generation: this.generation,
      firstNodeId: this.firstNodeId,
      written: { ...this.written },
      live: this.live,
      place: this.place,
      frames: this.frames,
      attachedTo: this.attachedTo,
      permits: this.permits.saved(),
    };
  }

  resume(saved: SavedDocument): void {
    this.firstNodeId = saved.firstNodeId;
    this.nextSeq = saved.written.seq;
    this.written = { ...saved.written };
    this.acknowledged = saved.written.seq - 1;
    this.#skip = saved.written.items;
    this.live = saved.live;
    this.place = saved.place;
    this.frames = saved.frames;
    this.attachedTo = saved.attachedTo;
    this.permits.restore(saved.permits);
  }
}

/** Stands for what was durable already, or is not to be taken; keeps its place in the batch. */
export const NOTHING: AgentItem = { at: 0, item: 'settled' };
export function isNothing(item: AgentItem): boolean {
  return item === NOTHING;
}

function isFullState(item: AgentItem): boolean {
  return item.item === 'state' && item.change.type === RRWEB_FULL_SNAPSHOT;
}

function belongsToFirstState(item: AgentItem): boolean {
  if (item.item !== 'state')
    return item.item === 'place' || item.item === 'navigate' || item.item === 'geometry';
  return item.change.type === RRWEB_META || item.change.type === RRWEB_FULL_SNAPSHOT;
}
