import { expect, test } from 'vitest';
import { createBatches } from '../src/batch.ts';
import type { AgentItem, AgentMessage } from '../src/frame-message.ts';

const move = (at: number): AgentItem => ({ at, item: 'event', event: { kind: 'move', x: at % 7, y: 1 } });
const nodes = (at: number, count: number): AgentItem => {
  const adds = Array.from({ length: count }, (_, i) => ({
    parentId: 1,
    nextId: null,
    node: { type: 3 as const, id: i + 2, textContent: 'x' },
  }));
  return {
    at,
    item: 'state',
    change: { type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds } },
  };
};

function batches() {
  const posted: AgentMessage[] = [];
  const clock = { now: 1_000 };
  return {
    posted,
    clock,
    batches: createBatches(
      (message) => posted.push(message),
      () => clock.now,
    ),
  };
}
const seqs = (posted: AgentMessage[]) => posted.map((m) => (m.type === 'batch' ? m.seq : -1));
const times = (posted: AgentMessage[]) =>
  posted.flatMap((m) => (m.type === 'batch' ? m.items.map((i) => i.at) : []));

test('[AGT31] items are sent in order of time; what is younger than a frame waits', () => {
  const { posted, clock, batches: b } = batches();
  for (const at of [900, 890, 910, 995]) b.put(move(at));
  b.flush();
  expect(times(posted)).toEqual([890, 900, 910]);
  b.put(move(960));
  clock.now = 1_100;
  b.flush();
  expect(times(posted)).toEqual([890, 900, 910, 960, 995]);
});

test('[AGT30] what is not acknowledged is sent again, as it was', () => {
  const { posted, batches: b } = batches();
  b.put(move(1));
  b.flush(true);
  b.put(move(2));
  b.flush(true);
  b.acknowledge(0);
  b.resend();
  expect(seqs(posted)).toEqual([0, 1, 1]);
  expect(posted[2]).toEqual(posted[1]);
});

test('[AGT31] a batch has a bounded number of items and of nodes', () => {
  const { posted, batches: b } = batches();
  for (let i = 0; i < 5_000; i++) b.put(move(i / 10));
  b.flush();
  expect(posted[0]).toMatchObject({ type: 'batch', items: { length: 2_000 } });
  expect(b.behind).toBe(true);
  b.flush(true);
  b.put(nodes(900, 3_000));
  b.put(nodes(901, 3_000));
  const before = posted.length;
  b.flush();
  expect((posted[before] as { items: unknown[] }).items).toHaveLength(1);
});

test('[AGT32] over the limit what comes is dropped, and what was sent never is', () => {
  const { posted, batches: b } = batches();
  for (let i = 0; i < 130; i++) b.put(nodes(i, 4_000));
  expect(b.held).toBeLessThanOrEqual(400_000);
  expect(b.takeOverflow()).toBeNull();
  b.flush(true);
  const sent = posted.length;
  b.resend();
  expect(posted).toHaveLength(sent * 2);
  b.acknowledge(sent);
  expect(b.held).toBe(0);
  expect(b.takeOverflow()).toEqual({ from: sent });
  b.put(move(500));
  b.flush(true);
  expect(seqs(posted).at(-1)).toBe(sent);
});
