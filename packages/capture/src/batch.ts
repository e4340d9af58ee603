import type { AgentItem, AgentMessage } from './frame-message.ts';

/**
 * What waits to be sent and what was sent but is not durable yet (AGT30-AGT34). Bounded: when the session
 * does not keep up, what comes is dropped and a gap says so; nothing that was sent is ever dropped.
 */
export type Batches = {
  put(item: AgentItem): void;
  /** Sends what is due: items younger than a frame wait, because coalesced moves come late and out of order. */
  flush(everything?: boolean): void;
  /** More is due than one batch takes. */
  readonly behind: boolean;
  acknowledge(seq: number): void;
  /** Sends again all that is not acknowledged, after a new connection. */
  resend(): void;
  /** Something was dropped since this was last asked. */
  takeOverflow(): { from: number } | null;
  /** Weight that is waiting or unacknowledged. */
  readonly held: number;
  /** Bytes of it, about: counted from what takes the space (nodes, texts of style sheets), not measured. */
  readonly bytes: number;
};

/** Sent at most this often, in milliseconds. */
export const BATCH_EVERY = 250;
const BATCH_ITEMS = 2_000;
/** Weight is one for an event and one for every node; a post of this much stays far below 50 ms. */
const BATCH_WEIGHT = 4_000;
const HELD_WEIGHT = 400_000;
/** An event with its wrapping; a node with its attributes. */
const BYTES_PER_WEIGHT = 250;
/** Moves of a frame arrive up to this many milliseconds after they happened. */
const LATE = 30;

type Waiting = { item: AgentItem; weight: number };

export function createBatches(post: (message: AgentMessage) => void, now: () => number): Batches {
  let waiting: Waiting[] = [];
  const sent: { seq: number; items: AgentItem[]; weight: number }[] = [];
  let next = 0;
  let held = 0;
  let overflow: { from: number } | null = null;

  const put = (item: AgentItem): void => {
    const weight = weightOf(item);
    if (overflow || held + weight > HELD_WEIGHT) {
      overflow ??= { from: item.at };
      return;
    }
    held += weight;
    waiting.push({ item, weight });
  };
  const send = (items: Waiting[]): void => {
    const batch = {
      seq: next++,
      items: items.map((w) => w.item),
      weight: items.reduce((sum, w) => sum + w.weight, 0),
    };
    sent.push(batch);
    post({ type: 'batch', seq: batch.seq, items: batch.items });
  };
  return {
    put,
    flush(everything = false) {
      if (waiting.length === 0) return;
      waiting.sort((a, b) => a.item.at - b.item.at);
      const until = everything ? Number.POSITIVE_INFINITY : now() - LATE;
      do {
        let count = 0;
        let weight = 0;
        for (const { item, weight: own } of waiting) {
          if (item.at > until || count === BATCH_ITEMS || (count > 0 && weight + own > BATCH_WEIGHT)) break;
          weight += own;
          count++;
        }
        if (count === 0) return;
        send(waiting.slice(0, count));
        waiting = waiting.slice(count);
      } while (everything && waiting.length > 0);
    },
    acknowledge(seq) {
      while (sent[0] && sent[0].seq <= seq) held -= (sent.shift() as { weight: number }).weight;
    },
    resend() {
      for (const { seq, items } of sent) post({ type: 'batch', seq, items });
    },
    takeOverflow() {
      if (!overflow || held > HELD_WEIGHT / 2) return null;
      const taken = overflow;
      overflow = null;
      return taken;
    },
    get behind() {
      return (waiting[0]?.item.at ?? Number.POSITIVE_INFINITY) <= now() - LATE;
    },
    get held() {
      return held;
    },
    get bytes() {
      return held * BYTES_PER_WEIGHT;
    },
  };
}

function weightOf(item: AgentItem): number {
  if (item.item !== 'state') return 1;
  const { change } = item;
  if (change.type === 2) return 1_000;
  if (change.type !== 3) return 1;
  const data = change.data;
  if (data.source === 0) return 1 + data.adds.length + data.texts.length + data.attributes.length;
  if (data.source === 8) return 1 + (data.adds?.length ?? 0) + (data.replaceSync?.length ?? 0) / 100;
  return 1;
}
