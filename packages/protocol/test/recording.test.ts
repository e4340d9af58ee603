import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../src/event.ts';
import type { Manifest } from '../src/manifest.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import type { PartLabel } from '../src/part.ts';
import { sealPart } from '../src/part-codec.ts';
import { openRecording, recoverRecording } from '../src/recording-reader.ts';
import { RecordingWriter, type WriterOptions } from '../src/recording-writer.ts';
import type { StateItem } from '../src/state.ts';
import { makeRun } from './arbitrary-state.ts';
import { ruleOf } from './rule-of.ts';
import { collected, SAMPLE_FIELDS, SAMPLE_ID, sampleOptions, sampleRecording } from './sample-recording.ts';

const move = (t: number): RecordedEvent => ({ kind: 'move', t, x: t, y: 0 });

/** The same store with some parts left out, changed or put in the place of others. */
async function altered(
  store: MemoryPartStore,
  change: (label: PartLabel, sealed: Uint8Array) => [PartLabel, Uint8Array] | null,
): Promise<MemoryPartStore> {
  const copy = new MemoryPartStore();
  for (const { index, kind } of await store.list()) {
    const part = await store.get(index);
    const put = change({ recording: SAMPLE_ID, index, kind }, part?.sealed ?? new Uint8Array());
    if (put) await copy.put(...put);
  }
  return copy;
}

/** The same recording under a manifest that was sealed by someone who holds the key. */
async function withManifest(options: WriterOptions, manifest: Manifest): Promise<WriterOptions> {
  const copy = new MemoryPartStore();
  for (const { index, kind } of await options.store.list()) {
    const part = await options.store.get(index);
    if (part && kind !== 'manifest') await copy.put({ recording: SAMPLE_ID, index, kind }, part.sealed);
  }
  const label = { recording: SAMPLE_ID, index: (await copy.list()).length, kind: 'manifest' as const };
  await copy.put(
    label,
    (await sealPart(new TextEncoder().encode(JSON.stringify(manifest)), label, options)).sealed,
  );
  return { ...options, store: copy };
}

describe('writing and reading', () => {
  test('[REC70] what was written is read, of every kind', async () => {
    const { options, manifest, events, states, frames } = await sampleRecording();
    expect(manifest.counts).toEqual({ events: events.length, states: states.length, frames: 1 });
    const opened = await openRecording(options);
    expect(opened.manifest).toEqual(manifest);
    expect(await collected(opened.events())).toEqual(events);
    expect(await collected(opened.states())).toEqual(states);
    expect(await collected(opened.frames())).toEqual(frames);
    let rows = 0;
    for await (const columns of opened.eventColumns()) rows += columns.length;
    expect(rows).toBe(events.length);
  });

  test('[REC74] states and frames are durable before the events that speak of them', async () => {
    const { manifest } = await sampleRecording();
    const kinds = manifest.parts.map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(['states', 'frames', 'events']);
  });

  test('a range opens only the parts that reach into it', async () => {
    const { options, events } = await sampleRecording(5000);
    const opened: number[] = [];
    const counting = {
      put: options.store.put.bind(options.store),
      list: options.store.list.bind(options.store),
      get: (index: number) => {
        opened.push(index);
        return options.store.get(index);
      },
    };
    const recording = await openRecording({ ...options, store: counting });
    opened.length = 0;
    const range = { from: 100_000, to: 101_000 };
    const got = await collected(recording.events(range));
    expect(got).toEqual(events.filter(({ t }) => t >= range.from && t <= range.to));
    expect(opened).toHaveLength(1);
  });

  test('an empty recording is one', async () => {
    const options = sampleOptions();
    const manifest = await new RecordingWriter(options).finish(SAMPLE_FIELDS);
    expect(manifest.parts).toEqual([]);
    expect(await collected((await openRecording(options)).events())).toEqual([]);
  });

  test('[REC37] a source that jumps back is clamped, with one gap for the jump', async () => {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    for (const t of [10, 20, 5, 6, 7, 30, 29]) writer.event(move(t));
    await writer.finish(SAMPLE_FIELDS);
    const events = await collected((await openRecording(options)).events());
    expect(events.map(({ kind, t }) => `${kind} ${t}`)).toEqual([
      'move 10',
      'move 20',
      'gap 20',
      'move 20',
      'move 20',
      'move 20',
      'move 30',
      'gap 30',
      'move 30',
    ]);
    expect(events[2]).toEqual({ kind: 'gap', t: 20, until: 20, reason: 'clock' });
  });

  test('[REC37] states that jump back are clamped too, and a gap that is clamped still ends after it begins', async () => {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    const [first, second] = makeRun(1, 2) as [ReturnType<typeof makeRun>[0], ReturnType<typeof makeRun>[0]];
    writer.state({ ...first, t: 50 });
    writer.state({ ...second, t: 40 });
    writer.event(move(60));
    writer.event({ kind: 'gap', t: 10, until: 12, reason: 'overload' });
    await writer.finish(SAMPLE_FIELDS);
    const opened = await openRecording(options);
    expect((await collected(opened.states())).map(({ t }) => t)).toEqual([50, 50]);
    expect((await collected(opened.events())).at(-1)).toEqual({
      kind: 'gap',
      t: 60,
      until: 60,
      reason: 'overload',
    });
  });

  test('an illegal event is refused and leaves the writer as it was', async () => {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    writer.event(move(1));
    expect(await ruleOf(() => writer.event({ kind: 'move', t: 2, x: Number.NaN, y: 0 }))).toBe('REC21');
    writer.event(move(3));
    expect((await writer.finish(SAMPLE_FIELDS)).counts.events).toBe(2);
  });

  test('[REC58] a state from a page that attacks is refused, and what was written stays readable', async () => {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    const [meta, full] = makeRun(3, 0) as [StateItem, StateItem];
    writer.state(meta);
    const hostile = structuredClone(full) as unknown as {
      event: { data: { node: { childNodes: object[] } } };
    };
    hostile.event.data.node.childNodes.push({
      type: 2,
      id: 999,
      tagName: 'script',
      attributes: {},
      childNodes: [],
    });
    expect(await ruleOf(() => writer.state(hostile as unknown as StateItem))).toBe('REC58');
    const frame = {
      t: 0,
      surface: 1,
      mime: 'image/png' as const,
      width: 1,
      height: 1,
      bytes: new Uint8Array(1),
    };
    expect(await ruleOf(() => writer.frame({ ...frame, mime: 'text/html' as 'image/png' }))).toBe('REC66');
    expect(await ruleOf(() => writer.frame({ ...frame, bytes: new Uint8Array() }))).toBe('REC66');
    expect(await ruleOf(() => writer.frame({ ...frame, width: 0.5 }))).toBe('REC66');
    expect(writer.state(full)).toBe(1);
    await writer.finish(SAMPLE_FIELDS);
    expect(await collected((await openRecording(options)).states())).toEqual([meta, full]);
  });

  test('memory is bounded: a writer that is slower than its source makes it wait', async () => {
    const options = sampleOptions();
    let [begun, done, most] = [0, 0, 0];
    const slow = {
      get: options.store.get.bind(options.store),
      list: options.store.list.bind(options.store),
      put: async (label: PartLabel, sealed: Uint8Array) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await options.store.put(label, sealed);
        done += 500;
      },
    };
    const writer = new RecordingWriter({ ...options, store: slow });
    for (let t = 0; t < 20_000; t += 1) {
      await writer.ready();
      writer.event(move(t));
      begun += 1;
      most = Math.max(most, begun - done);
    }
    await writer.finish(SAMPLE_FIELDS);
    expect(most).toBeLessThanOrEqual(9 * 500);
  });

  test('a store that fails ends the writer with its error; what was durable stays', async () => {
    const options = sampleOptions();
    let room = 2;
    const full = {
      get: options.store.get.bind(options.store),
      list: options.store.list.bind(options.store),
      put: async (label: PartLabel, sealed: Uint8Array) => {
        if (room-- === 0) throw new Error('disk full');
        await options.store.put(label, sealed);
      },
    };
    const writer = new RecordingWriter({ ...options, store: full });
    for (let t = 0; t < 2000; t += 1) writer.event(move(t));
    await expect(writer.flush()).rejects.toThrow('disk full');
    expect(() => writer.event(move(3000))).toThrow('disk full');
    await expect(writer.finish(SAMPLE_FIELDS)).rejects.toThrow('disk full');
    expect((await recoverRecording(options)).counts.events).toBe(1000);
  });

  test('[REC2] a manifest that would not be legal is not written', async () => {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    expect(await ruleOf(() => writer.finish({ ...SAMPLE_FIELDS, class: 'own' }))).toBe('REC5');
    expect(await options.store.list()).toEqual([]);
    expect(await ruleOf(() => writer.finish({ ...SAMPLE_FIELDS, week: '2026-W54' }))).toBe('REC6');
    await writer.finish(SAMPLE_FIELDS);
    expect(() => writer.event(move(1))).toThrow(TypeError);
  });
});

describe('spools', () => {
  async function spool(flushes: number): Promise<ReturnType<typeof sampleOptions>> {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    for (let i = 0; i < flushes; i += 1) {
      writer.event(move(i * 100));
      await writer.flush();
    }
    return options;
  }

  test('[REC76] a spool without a manifest gives what is there and a closing gap', async () => {
    const recovered = await recoverRecording(await spool(3));
    expect(recovered.lost).toBeNull();
    expect(recovered.tickMicroseconds).toBe(100);
    expect(await collected(recovered.events())).toEqual([
      move(0),
      move(100),
      move(200),
      { kind: 'gap', t: 200, until: 200, reason: 'recorder-stopped' },
    ]);
  });

  test.each([0, 1, 2, 3])('[REC76] a spool that misses part %i gives what was before it', async (missing) => {
    const options = await spool(4);
    const store = await altered(options.store, (label, sealed) =>
      label.index === missing ? null : [label, sealed],
    );
    const recovered = await recoverRecording({ ...options, store });
    expect(recovered.counts.events).toBe(missing);
    expect(recovered.lost?.rule).toBe(missing === 3 ? undefined : 'REC78');
  });

  test.each([0, 1, 2, 3])(
    '[REC76] a spool whose part %i is damaged gives what was before it',
    async (damaged) => {
      const options = await spool(4);
      const store = await altered(options.store, (label, sealed) => {
        if (label.index === damaged) sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1;
        return [label, sealed];
      });
      const recovered = await recoverRecording({ ...options, store });
      expect(recovered.counts.events).toBe(damaged);
      expect(recovered.lost).toMatchObject({ rule: 'REC79', at: `part ${damaged}` });
      expect(await ruleOf(() => RecordingWriter.resume({ ...options, store }))).toBe('REC79');
    },
  );

  test('[REC77] a writer goes on where another was killed', async () => {
    const options = await spool(2);
    const writer = await RecordingWriter.resume(options);
    expect(writer.lastTick).toBe(100);
    writer.event({ kind: 'gap', t: writer.lastTick, until: 900, reason: 'recorder-stopped' });
    writer.event(move(900));
    await writer.finish(SAMPLE_FIELDS);
    const opened = await openRecording(options);
    expect((await collected(opened.events())).map(({ t }) => t)).toEqual([0, 100, 100, 900]);
  });

  test('[REC77] a finished recording is not resumed, nor one with ticks of another length', async () => {
    expect(await ruleOf(async () => RecordingWriter.resume((await sampleRecording(3)).options))).toBe(
      'REC77',
    );
    const options = await spool(1);
    expect(await ruleOf(() => RecordingWriter.resume({ ...options, tickMicroseconds: 1000 }))).toBe('REC77');
  });

  test('[REC75] whatever was flushed is there after a crash at any later write', async () => {
    for (let crash = 1; crash <= 6; crash += 1) {
      const options = sampleOptions();
      let writes = 0;
      const dying = {
        get: options.store.get.bind(options.store),
        list: options.store.list.bind(options.store),
        put: async (label: PartLabel, sealed: Uint8Array) => {
          if (++writes >= crash) throw new Error('killed');
          await options.store.put(label, sealed);
        },
      };
      const writer = new RecordingWriter({ ...options, store: dying });
      let flushed = 0;
      try {
        for (let i = 0; i < 5; i += 1) {
          writer.event(move(i));
          await writer.flush();
          flushed += 1;
        }
        await writer.finish(SAMPLE_FIELDS);
      } catch (error) {
        expect(error).toHaveProperty('message', 'killed');
      }
      expect((await recoverRecording(options)).counts.events).toBe(flushed);
    }
  });
});

describe('what a reader refuses', () => {
  test.each<[string, string, (label: PartLabel, sealed: Uint8Array) => [PartLabel, Uint8Array] | null]>([
    ['REC78', 'a missing manifest', (label, sealed) => (label.kind === 'manifest' ? null : [label, sealed])],
    ['REC78', 'a missing part', (label, sealed) => (label.index === 1 ? null : [label, sealed])],
    [
      'REC79',
      'a manifest that was changed',
      (label, sealed) => [label, label.kind === 'manifest' ? sealed.with(40, 1) : sealed],
    ],
    [
      'REC78',
      'a part kept under another kind',
      (label, sealed) => [label.index === 0 ? { ...label, kind: 'frames' } : label, sealed],
    ],
  ])('[%s] %s', async (rule, _, change) => {
    const { options } = await sampleRecording(600);
    expect(
      await ruleOf(async () => openRecording({ ...options, store: await altered(options.store, change) })),
    ).toBe(rule);
  });

  test('[REC79] a part that was changed, or swapped with another, ends the reading', async () => {
    const { options, manifest } = await sampleRecording(2000);
    const parts = manifest.parts.filter(({ kind }) => kind === 'events');
    const [one, other] = parts.slice(-2) as [Manifest['parts'][number], Manifest['parts'][number]];
    const sealed = new Map<number, Uint8Array>();
    for (const { index } of await options.store.list())
      sealed.set(index, (await options.store.get(index))?.sealed as Uint8Array);
    const swapped = await altered(options.store, (label, bytes) => {
      if (label.index === one.index) return [label, sealed.get(other.index) as Uint8Array];
      if (label.index === other.index) return [label, sealed.get(one.index) as Uint8Array];
      return [label, bytes];
    });
    const opened = await openRecording({ ...options, store: swapped });
    expect(await ruleOf(() => collected(opened.events()))).toBe('REC79');
  });

  const entry =
    (change: (part: Manifest['parts'][number]) => object) =>
    (manifest: Manifest): Manifest => ({
      ...manifest,
      parts: manifest.parts.map((part, i) => (i === 2 ? { ...part, ...change(part) } : part)),
    });
  test.each<[string, string, (manifest: Manifest) => Manifest]>([
    ['REC73', 'another digest', entry(() => ({ sha256: 'ab'.repeat(32) }))],
    ['REC73', 'another length', entry(({ bytes }) => ({ bytes: bytes + 1 }))],
    ['REC12', 'another first tick', entry(({ from }) => ({ from: from + 1 }))],
    ['REC12', 'another last tick', entry(({ to }) => ({ to: to - 1 }))],
    ['REC7', 'another length of a tick', (m) => ({ ...m, clock: { ...m.clock, tickMicroseconds: 1000 } })],
    ['REC4', 'another id', (m) => ({ ...m, id: 'BBBBBBBBBBBBBBBBBBBBBA' })],
    ['REC13', 'another sum', (m) => ({ ...m, counts: { ...m.counts, events: m.counts.events + 1 } })],
    [
      'REC12',
      'another count, with the sum to fit',
      (m) => ({
        ...entry(({ count }) => ({ count: count + 1 }))(m),
        counts: { ...m.counts, events: m.counts.events + 1 },
      }),
    ],
    [
      'REC78',
      'one part less',
      (m) => {
        const gone = m.parts.at(-1) as Manifest['parts'][number];
        return {
          ...m,
          parts: m.parts.slice(0, -1),
          counts: { ...m.counts, [gone.kind]: m.counts[gone.kind] - gone.count },
        };
      },
    ],
    ['REC3', 'a newer version', (m) => ({ ...m, version: 2 as 1 })],
  ])('[%s] a manifest that says %s than is true', async (rule, _, change) => {
    const { options, manifest } = await sampleRecording(600);
    const hostile = await withManifest(options, change(manifest));
    expect(await ruleOf(async () => collected((await openRecording(hostile)).events()))).toBe(rule);
  });

  test('[REC7] a gap that reaches beyond the end of the recording', async () => {
    const options = sampleOptions();
    const writer = new RecordingWriter(options);
    writer.event({ kind: 'gap', t: 0, until: 100, reason: 'cut' });
    const manifest = await writer.finish(SAMPLE_FIELDS);
    expect(manifest.clock.durationTicks).toBe(100);
    const short = await withManifest(options, {
      ...manifest,
      clock: { ...manifest.clock, durationTicks: 50 },
    });
    expect(await ruleOf(async () => collected((await openRecording(short)).events()))).toBe('REC7');
  });

  test('[REC72] a part that inflates to more than the limit', async () => {
    const { options } = await sampleRecording(600);
    const opened = await openRecording({ ...options, limits: { inflatedBytes: 1000 } }).catch(
      (error: unknown) => error,
    );
    const rule = await ruleOf(async () => {
      if (opened instanceof Error) throw opened;
      await collected((opened as Awaited<ReturnType<typeof openRecording>>).states());
    });
    expect(rule).toBe('REC72');
  });

  test('[REC87] a part with more bytes than the limit', async () => {
    const { options } = await sampleRecording(600);
    expect(await ruleOf(() => openRecording({ ...options, limits: { partBytes: 100 } }))).toBe('REC87');
  });
});
