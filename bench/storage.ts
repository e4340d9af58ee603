import { writeFileSync } from 'node:fs';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { CaptureSession, FLUSH_EVERY } from '@aboveboard/capture/session';
import { CountingStore, WriterSink } from '@aboveboard/capture/writer-sink';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import {
  type ManifestFields,
  RecordingWriter,
  type WriterOptions,
} from '@aboveboard/protocol/recording-writer';
import type { StateItem } from '@aboveboard/protocol/state';
import { StateOrder } from '@aboveboard/protocol/state-check';
import { encodeStates } from '@aboveboard/protocol/state-segment';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { applyEdits } from '@aboveboard/review/apply-edits';
import type { EditList } from '@aboveboard/review/edit-list';
import { makePartSealer, SEAL_OVERHEAD } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import type { Page } from 'playwright-core';
import { startWiki } from '../e2e/real-application.ts';
import { launch } from '../packages/capture/test/agent-browser.ts';
import { recordTab, sessionAgent } from '../packages/capture/test/session-browser.ts';
import type { Measured, Target } from './report.ts';
import { pointerBytes } from './storage/pointer-hour.ts';
import { RrwebBeside } from './storage/rrweb-beside.ts';
import { profile } from './storage/state-profile.ts';
import { notes, PAGES, seeded, Worker } from './storage/wiki-work.ts';

// An hour of work in a real application (TiddlyWiki), ten cold loads of it: what the recorder stores of it.
// STORAGE_ACTIONS (680, of which over 600 are different) makes it shorter; the figures are still of 600 acts. STORAGE_STATES=FILE keeps the states, part
// by part, for a closer look.
export const targets: Target[] = [{ metric: 'megabytes_per_hour', op: '<=', value: 3, unit: 'MB' }];

const ACTIONS = Number(process.env['STORAGE_ACTIONS'] ?? 680);
const HOUR_OF_ACTIONS = 600;
/** A pointer that moves for a quarter of the hour, at 125 Hz. */
const HOUR_OF_MOVES = 112_500;
const SEED = 11;
const IDLE_SECONDS = 10;

export async function run(): Promise<Measured> {
  const random = seeded(SEED);
  const wiki = await startWiki(notes(random));
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return await measure(page, wiki.origin, new Worker(page, random));
  } finally {
    await browser.close();
    await wiki.stop();
  }
}

async function measure(page: Page, origin: string, worker: Worker): Promise<Measured> {
  const recording = new StoredRecording();
  const rrweb = await RrwebBeside.on(page);
  await recordTab(page, await sessionAgent(), recording.session);
  const began = performance.now();
  for (let load = 1; load <= PAGES; load++) {
    await page.goto(`${origin}/?load=${load}#Page%20${load}`);
    await page.getByTitle('Create a new tiddler').waitFor();
    await page.waitForTimeout(1000);
    await worker.work(Math.ceil(ACTIONS / PAGES));
    await rrweb.drain();
  }
  const seconds = (performance.now() - began) / 1000;
  const idle = await recording.grows(() => page.waitForTimeout(IDLE_SECONDS * 1000));
  const { acts, different, moves, byKind } = worker.done;
  const stored = await recording.finish();
  const scale = HOUR_OF_ACTIONS / acts;
  const more = Math.max(0, HOUR_OF_MOVES - stored.moves * scale);
  const pointer = await pointerBytes(Math.round(more), {
    flushEvery: FLUSH_EVERY,
    writing: recording.writing,
    random: seeded(SEED),
  });
  const rest = (idle / IDLE_SECONDS) * Math.max(0, 3600 - seconds * scale);
  const hour = stored.bytes * scale + pointer + rest;
  const gzip = gzipSync(rrweb.events.join('\n'), { level: 9 }).length;
  const { kinds, states } = stored;
  return {
    metrics: {
      megabytes_per_hour: hour / 1e6,
      bytes_per_action: stored.bytes / acts,
      'released, nothing cut (MB)': (stored.released * scale + pointer) / 1e6,
      'in the spool at most, of the run (MB)': stored.most / 1e6,
      'first state (bytes)': stored.firstState,
      'of the hour: the recorded acts (MB)': (stored.bytes * scale) / 1e6,
      'of the hour: more pointer (MB)': pointer / 1e6,
      'of the hour: sitting still (MB)': rest / 1e6,
      'actions, different ones': different,
      parts: stored.parts,
      'gaps in the recording': stored.gaps,
    },
    peers: {
      '@rrweb/record + gzip': { megabytes_per_hour: (gzip * scale) / 1e6, bytes_per_action: gzip / acts },
      'video at 1 Mbit/s': { megabytes_per_hour: 450 },
    },
    notes: [
      `${acts} acts over ${PAGES} cold loads of TiddlyWiki in ${Math.round(seconds)} s, seed ${SEED}; every text masked: ${Object.entries(
        byKind,
      )
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', ')}`,
      'measured: all sealed parts and the manifest, written as the extension writes them: a flush every 400 ms, the last parts put together when there is a megabyte of them before deflating, and at the end',
      `scaled: 600 acts are an hour at one in 6 s; the acts come faster here, and the rest of the hour is ${IDLE_SECONDS} s of sitting still (${idle} B) taken on`,
      `added: ${Math.round(more)} pointer samples, so that it moves for a quarter of the hour at 125 Hz (the run: ${stored.moves} kept of ${moves})`,
      `rrweb: all of the run in one gzip -9, no more pointer added (it keeps 20 samples a second of it) and nothing masked`,
      `sealed by kind of part: ${JSON.stringify(kinds)}; ${SEAL_OVERHEAD} B of each part are the seal's`,
      `states by kind, deflated by themselves: ${Object.entries(states)
        .map(([kind, { items, bytes }]) => `${kind} ${items} (${bytes} B)`)
        .join(', ')}`,
    ],
  };
}

/** Session, writer and sealer as the extension puts them together, over a store in memory. */
class StoredRecording {
  readonly session: CaptureSession;
  readonly writing: Omit<WriterOptions, 'store'>;
  readonly #store = new MemoryPartStore();
  readonly #writer: RecordingWriter;
  readonly #counting: CountingStore;
  #most = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const sealer = makePartSealer(asRecordingKey(random(32)), crypto.subtle, random);
    this.writing = { id: 'AAAAAAAAAAAAAAAAAAAAAA', tickMicroseconds: 100, sealer, deflate: webDeflate };
    const store = new CountingStore(this.#store);
    this.#counting = store;
    this.#writer = new RecordingWriter({ ...this.writing, store, regroups: true });
    const masks = { literals: [], shipped: { exact: [] }, selectors: { open: [], closed: [] } };
    this.session = new CaptureSession({
      sink: new WriterSink(this.#writer, store),
      gate: { decide: ({ now }) => ({ allow: true, rule: 'AGR1', until: now + 60_000 }) },
      mode: 'task',
      signals: ['pointer', 'keys', 'text', 'states'],
      settings: () => ({ ...masks, renaming: '000102030405060708090a0b0c0d0e0f' }),
      tickMicroseconds: 100,
      now: () => performance.timeOrigin + performance.now(),
      keep: () => this.#regroup('enough'),
      limits: { milliseconds: 1e9, bytes: 1e12 },
      lastWords: () => new Promise((resolve) => setTimeout(resolve, 150)),
      onLimit: () => undefined,
    });
    this.#timer = setInterval(() => void this.session.flush(), FLUSH_EVERY);
  }

  /** As the extension does it, right after each checkpoint and before the recording is closed. */
  async #regroup(when: 'enough' | 'whatever'): Promise<void> {
    this.#most = Math.max(this.#most, this.#counting.bytes);
    await this.#writer.regroup(async (from, parts) => {
      this.#counting.replaced(from, parts);
      return this.#store.replaceFrom(from, parts);
    }, when);
  }

  /** Bytes that are stored while something goes on. */
  async grows(during: () => Promise<void>): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 3 * FLUSH_EVERY));
    const before = await this.#bytes();
    await during();
    return (await this.#bytes()) - before;
  }

  #bytes(): Promise<number> {
    return sealedBytes(this.#store);
  }

  /** Reads it back too: what can't be read, or whose states do not fit each other, would be no recording. */
  async finish() {
    clearInterval(this.#timer);
    await this.session.end();
    await this.#regroup('whatever');
    await this.#writer.finish(FIELDS);
    const kinds: Record<string, { parts: number; bytes: number }> = {};
    for (const { index, kind } of await this.#store.list()) {
      const entry = kinds[kind] ?? { parts: 0, bytes: 0 };
      kinds[kind] = entry;
      entry.parts += 1;
      entry.bytes += (await this.#store.get(index))?.sealed.length ?? 0;
    }
    const read = await openRecording({ ...this.writing, store: this.#store });
    const order = new StateOrder();
    const parts: StateItem[][] = [];
    for await (const items of read.states()) {
      const faults = order.apply(items);
      if (faults.length > 0) throw new Error(`a state does not fit: ${JSON.stringify(faults)}`);
      parts.push(items);
    }
    const gaps: RecordedEvent[] = [];
    let moves = 0;
    for await (const events of read.events()) {
      moves += events.filter(({ kind }) => kind === 'move').length;
      gaps.push(...events.filter(({ kind }) => kind === 'gap'));
    }
    const copy = new MemoryPartStore();
    const id = 'BBBBBBBBBBBBBBBBBBBBBA';
    const target = { ...this.writing, id, store: copy };
    await applyEdits({
      recording: read,
      edits: NO_EDITS,
      actions: [],
      target,
      hitTest: async () => [],
      words: same,
    });
    const keep = process.env['STORAGE_STATES'];
    if (keep) writeFileSync(keep, JSON.stringify(parts));
    const first = parts.flat().find(({ event }) => event.type === 2) as StateItem;
    return {
      bytes: Object.values(kinds).reduce((sum, { bytes }) => sum + bytes, 0),
      released: await sealedBytes(copy),
      most: this.#most,
      parts: Object.values(kinds).reduce((sum, entry) => sum + entry.parts, 0),
      kinds,
      states: profile(parts),
      moves,
      gaps: gaps.length,
      firstState: deflateRawSync(encodeStates([first])).length + SEAL_OVERHEAD,
    };
  }
}

async function sealedBytes(store: MemoryPartStore): Promise<number> {
  return (await store.list()).reduce((sum, part) => sum + part.bytes, 0);
}

const same = (words: string) => words;
const NO_EDITS: EditList = {
  cuts: [],
  cutTime: 'keep',
  masks: [],
  task: null,
  worked: true,
  reasons: [],
};

const FIELDS: ManifestFields = {
  class: 'demonstration',
  week: '2026-W47',
  task: { kind: 'free', text: 'Work in a wiki' },
  outcome: { worked: true, reasons: [] },
  agreement: null,
  receipt: null,
  software: [{ name: 'aboveboard', version: '0.1.0' }],
  signals: ['pointer', 'keys', 'text', 'states'],
  masks: [],
};
