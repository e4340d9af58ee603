import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../src/event.ts';
import { EventColumns } from '../src/event-columns.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import { PartGroup } from '../src/part-group.ts';
import { openRecording, recoverRecording } from '../src/recording-reader.ts';
import { RecordingWriter, type ReplaceParts } from '../src/recording-writer.ts';
import type { StateItem } from '../src/state.ts';
import { makeRun } from './arbitrary-state.ts';
import { collected, SAMPLE_FIELDS, sampleOptions } from './sample-recording.ts';

const options = (store = new MemoryPartStore()) => ({ ...sampleOptions(store), regroups: true });
const move = (t: number): RecordedEvent => ({ kind: 'move', t, x: t % 700, y: t % 400 });
const into =
  (store: MemoryPartStore): ReplaceParts =>
  (from, parts) =>
    store.replaceFrom(from, parts);

/** Thirty flushes of a state and some moves each. */
async function many(writer: RecordingWriter): Promise<{ events: RecordedEvent[]; states: StateItem[] }> {
  const states = makeRun(5, 30);
  const events: RecordedEvent[] = [];
  for (const [i, state] of states.entries()) {
    const index = writer.state(state);
    const t = state.t;
    for (const event of [
      { kind: 'state', t, surface: 3, index, settled: i % 2 === 0 } as const,
      move(t),
      move(t),
    ]) {
      writer.event(event);
      events.push(event);
    }
    await writer.flush();
  }
  return { events, states };
}

describe('regrouping', () => {
  test('[REC90] many small parts become one of each kind that hold the same, and take less room', async () => {
    const { store, ...rest } = options();
    const writer = new RecordingWriter({ ...rest, store });
    const { events, states } = await many(writer);
    const before = await store.list();
    expect(before.length).toBeGreaterThan(40);
    expect(await writer.regroup(into(store))).toBe(null);
    expect(await store.list()).toEqual(before);
    expect(await writer.regroup(into(store), 'whatever')).toBe(2);
    const after = await store.list();
    expect(after.map(({ kind }) => kind)).toEqual(['states', 'events']);
    const bytes = (parts: typeof after) => parts.reduce((sum, part) => sum + part.bytes, 0);
    expect(bytes(after)).toBeLessThan(bytes(before) / 2);
    writer.event(move(1_000_000));
    const manifest = await writer.finish(SAMPLE_FIELDS);
    expect(manifest.parts.map(({ kind, count }) => [kind, count])).toEqual([
      ['states', states.length],
      ['events', events.length],
      ['events', 1],
    ]);
    const opened = await openRecording({ ...rest, store });
    expect(await collected(opened.events())).toEqual([...events, move(1_000_000)]);
    expect(await collected(opened.states())).toEqual(states);
  });

  test('[REC90] when there is enough it happens without being told, and what was regrouped is left alone', async () => {
    const { store, ...rest } = options();
    const writer = new RecordingWriter({ ...rest, store });
    const froms: number[] = [];
    const replace: ReplaceParts = (from, parts) => {
      froms.push(from);
      return store.replaceFrom(from, parts);
    };
    for (let t = 0; t < 40_000; t++) {
      writer.event(move(t));
      if (t % 200 === 0) {
        await writer.flush();
        await writer.regroup(replace);
      }
    }
    expect(froms).toEqual([0, 1]);
    await writer.finish(SAMPLE_FIELDS);
    const opened = await openRecording({ ...rest, store });
    expect(opened.manifest.parts.slice(0, 2).every(({ count }) => count > 16_000)).toBe(true);
    expect((await collected(opened.events())).map(({ t }) => t)).toEqual(
      Array.from({ length: 40_000 }, (_, t) => t),
    );
  });

  test('[REC90] refused, nothing has changed; failed, what was durable is as it was', async () => {
    const { store, ...rest } = options();
    const writer = new RecordingWriter({ ...rest, store });
    const { events } = await many(writer);
    const before = await store.list();
    expect(await writer.regroup(async () => false, 'whatever')).toBe(null);
    expect(await store.list()).toEqual(before);
    const full = async () => {
      throw new Error('the disk is full');
    };
    await expect(writer.regroup(full, 'whatever')).rejects.toThrow('the disk is full');
    await expect(writer.flush()).rejects.toThrow('the disk is full');
    const { parts, lost, ...rescued } = await recoverRecording({ ...rest, store });
    expect(lost).toBe(null);
    expect(parts).toHaveLength(before.length);
    expect((await collected(rescued.events())).slice(0, -1)).toEqual(events);
  });

  test.each([
    ['items', { statesInPart: 12 }],
    ['bytes', { partBytes: 700 }],
  ])('[REC87] what would be one part of too many %s stays as it is, and is read', async (_, limits) => {
    const { store, ...rest } = { ...options(), limits };
    const writer = new RecordingWriter({ ...rest, store });
    const { events, states } = await many(writer);
    const before = await store.list();
    expect(await writer.regroup(into(store), 'whatever')).toBe(null);
    expect(await store.list()).toEqual(before);
    const again = await RecordingWriter.resume({ ...rest, store });
    expect(again.counts).toEqual({ events: events.length, states: states.length, frames: 0 });
  });

  test('[REC77] a writer that resumes regroups the parts that were there before it', async () => {
    const { store, ...rest } = options();
    const { events, states } = await many(new RecordingWriter({ ...rest, store }));
    const again = await RecordingWriter.resume({ ...rest, store });
    expect(await again.regroup(into(store), 'whatever')).toBe(2);
    await again.finish(SAMPLE_FIELDS);
    const opened = await openRecording({ ...rest, store });
    expect(await collected(opened.events())).toEqual(events);
    expect(await collected(opened.states())).toEqual(states);
  });

  test('[REC90] whatever is written, flushed, regrouped, killed and resumed in whatever order is there once', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('events' as const), count: fc.integer({ min: 1, max: 60 }) }),
      },
      { weight: 3, arbitrary: fc.constant({ do: 'states' as const }) },
      { weight: 4, arbitrary: fc.constant({ do: 'flush' as const }) },
      { weight: 2, arbitrary: fc.constant({ do: 'regroup' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'die' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'die before regrouping' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'die after regrouping' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { store, ...rest } = options();
        let writer = new RecordingWriter({ ...rest, store });
        const states = makeRun(7, 40);
        const durable: { events: number[]; states: number } = { events: [], states: 0 };
        let waiting: typeof durable = { events: [], states: 0 };
        let t = 0;
        const flush = async () => {
          await writer.flush();
          durable.events.push(...waiting.events);
          durable.states += waiting.states;
          waiting = { events: [], states: 0 };
        };
        const rise = async () => {
          writer = await RecordingWriter.resume({ ...rest, store });
          waiting = { events: [], states: 0 };
          t = Math.max(t, writer.lastTick);
        };
        for (const act of steps) {
          if (act.do === 'events') {
            for (let i = 0; i < act.count; i++) {
              writer.event(move(++t));
              waiting.events.push(t);
            }
          } else if (act.do === 'states') {
            const next = states[durable.states + waiting.states];
            if (next) {
              writer.state({ ...next, t: ++t });
              waiting.states++;
            }
          } else if (act.do === 'flush') await flush();
          else if (act.do === 'die') await rise();
          else {
            await flush();
            const dies: ReplaceParts = async (from, parts) => {
              if (act.do === 'die after regrouping') await store.replaceFrom(from, parts);
              throw new Error('killed');
            };
            const done = writer.regroup(act.do === 'regroup' ? into(store) : dies, 'whatever');
            await done.catch(() => undefined);
            if (act.do !== 'regroup') await rise();
          }
        }
        await flush();
        await writer.finish(SAMPLE_FIELDS);
        const opened = await openRecording({ ...rest, store });
        expect((await collected(opened.events())).map((event) => event.t)).toEqual(durable.events);
        expect((await collected(opened.states())).map(({ event }) => event)).toEqual(
          states.slice(0, durable.states).map(({ event }) => event),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('what a group holds is bounded', () => {
    const columns = EventColumns.of(Array.from({ length: 1000 }, (_, t) => move(t)));
    const group = new PartGroup(0);
    let added = 0;
    for (; !group.isFull; added++) group.add({ kind: 'events', columns }, 5000);
    expect(added).toBeLessThan(40);
    const heavy = new PartGroup(0);
    for (added = 0; !heavy.isFull; added++) heavy.add({ kind: 'states', items: [] }, 1_000_000);
    expect(added).toBe(5);
    const light = new PartGroup(0);
    const items = makeRun(1, 20);
    for (added = 0; !light.isFull; added++) light.add({ kind: 'states', items }, 1);
    expect(added * items.length).toBeLessThan(33_000);
  });
});
