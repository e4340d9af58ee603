import { webcrypto } from 'node:crypto';
import { CaptureSession, type SessionLimits } from '@aboveboard/capture/session';
import type { UseBudget } from '@aboveboard/capture/use-watch';
import { CountingStore, WriterSink } from '@aboveboard/capture/writer-sink';
import type { Agreement } from '@aboveboard/consent/agreement';
import type { Gate } from '@aboveboard/consent/gate';
import { cardLiterals } from '@aboveboard/protocol/card-literals';
import type { PauseCause } from '@aboveboard/protocol/event';
import { RecordingError } from '@aboveboard/protocol/fault';
import { recoverRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter, type WriterOptions } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import type { CaptureSource } from './capture-source.ts';
import { DesktopCapture } from './desktop-capture.ts';
import type { Shelf, ShelfRow } from './spool/shelf.ts';
import type { PictureReading } from './window-agent.ts';

/** How often what is due is written; with what comes before, an input is durable within a second (DSK52). */
const FLUSH_EVERY = 150;

export type LiveOptions = {
  shelf: Shelf;
  keys: KeyRing;
  gate: Gate;
  source: CaptureSource;
  limits: SessionLimits;
  budget: UseBudget;
  reading: PictureReading | null;
  /** What she wants closed wherever it stands (MASK19). */
  closedWords: readonly string[];
  /** Called once, when it has to end by itself. */
  onEnd: (why: NonNullable<ShelfRow['ended']>) => void;
};

const MINUTE = 60_000;
const MEGABYTE = 1_048_576;

/** What a recording may last and take, as the agreement says it. */
export function agreedBounds({ limits, budgets }: Agreement): Pick<LiveOptions, 'limits' | 'budget'> {
  return {
    limits: { milliseconds: limits.sessionMinutes * MINUTE, bytes: budgets.diskMegabytes * MEGABYTE },
    budget: { cpuShare: budgets.cpuPercent / 100, memoryBytes: budgets.memoryMegabytes * MEGABYTE },
  };
}

export const randomOf = (length: number) => webcrypto.getRandomValues(new Uint8Array(length));
/** Milliseconds since the epoch with fractions; never goes back, whatever is done to the computer's clock. */
export const steadyNow = () => performance.timeOrigin + performance.now();

/** The recording under way: source, session and writer. Nothing resumes it: a display can't be rejoined in the middle. */
export class LiveRecording {
  readonly session: CaptureSession;
  readonly capture: DesktopCapture;
  readonly #options: LiveOptions;
  readonly #sink: WriterSink;
  readonly #timers = new Set<ReturnType<typeof setInterval>>();
  #row: ShelfRow;
  #ended = false;

  private constructor(options: LiveOptions, row: ShelfRow, sink: WriterSink) {
    this.#options = options;
    this.#row = row;
    this.#sink = sink;
    const renaming = Buffer.from(randomOf(16)).toString('hex');
    this.session = new CaptureSession({
      sink,
      gate: options.gate,
      mode: 'task',
      signals: row.signals,
      settings: () => ({
        literals: cardLiterals(row.task),
        shipped: { exact: [] },
        closedWords: options.closedWords,
        selectors: { open: [], closed: [] },
        renaming,
      }),
      tickMicroseconds: row.tickMicroseconds,
      now: steadyNow,
      keep: async () => undefined,
      limits: options.limits,
      budget: options.budget,
      memory: () => process.memoryUsage.rss(),
      // Agents are in this process: their last words are said when they are told to stop.
      lastWords: async () => undefined,
      onLimit: (limit) => this.#mustEnd(limit),
    });
    this.capture = new DesktopCapture(options.source, this.session, {
      now: steadyNow,
      reading: options.reading,
      every: (milliseconds, call) => this.#every(milliseconds, call),
    });
  }

  /** Rejects with SourceFault where the display can't be recorded; nothing is left then. */
  static async begin(options: LiveOptions, row: ShelfRow): Promise<LiveRecording> {
    await options.keys.create(row.id);
    try {
      await options.shelf.put(row);
      const live = new LiveRecording(options, row, await openSink(options, row, 'new'));
      await live.session.flush();
      await live.capture.begin(() => live.#mustEnd('source'));
      live.#keepWriting();
      return live;
    } catch (error) {
      await options.shelf.destroy(row.id);
      throw error;
    }
  }

  get row(): ShelfRow {
    return this.#row;
  }

  pause(cause: PauseCause): void {
    this.session.pause(cause);
  }

  resume(): void {
    this.session.resume();
  }

  /** Nothing is taken from the moment it is called; resolves when the recording is whole and durable. */
  async end(why?: ShelfRow['ended']): Promise<ShelfRow> {
    this.#ended = true;
    const milliseconds = Math.round(this.session.recorded(steadyNow()));
    const ended = this.session.end();
    this.#stopTimers();
    await this.capture.end();
    await ended;
    this.#row = await finish(this.#options, this.#row, this.#sink, { milliseconds, why });
    return this.#row;
  }

  /** What was taken is not kept. */
  async abandon(): Promise<void> {
    this.#ended = true;
    await this.session.end().catch(() => undefined);
    this.#stopTimers();
    await this.capture.end();
    await this.#options.shelf.destroy(this.#row.id);
  }

  #mustEnd(why: NonNullable<ShelfRow['ended']>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(why);
  }

  #keepWriting(): void {
    let writing = false;
    this.#every(FLUSH_EVERY, () => {
      if (writing || this.#ended) return;
      writing = true;
      // The disk is full, or gone: what is durable stays, and nothing more is taken (T14).
      this.session
        .flush()
        .catch(() => this.#mustEnd('storage'))
        .finally(() => {
          writing = false;
        });
    });
  }

  #every(milliseconds: number, call: () => void): () => void {
    const timer = setInterval(call, milliseconds);
    this.#timers.add(timer);
    return () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    };
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers.clear();
  }
}

/** What was under way when the recorder was killed: all that was durable is kept, and a gap says so (SPO22). */
export async function closeAfterCrash(row: ShelfRow, given: { shelf: Shelf; keys: KeyRing }): Promise<void> {
  const store = given.shelf.parts(row.id);
  let sink: WriterSink;
  try {
    sink = await openSink(given, row, 'resume');
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    const { parts } = await recoverRecording({ id: row.id, store, ...(await codec(given.keys, row.id)) });
    await store.cutFrom(parts.length);
    sink = await openSink(given, row, 'resume');
  }
  if (sink.writer.counts.events === 0) return given.shelf.destroy(row.id);
  const t = sink.writer.lastTick;
  sink.event({ kind: 'gap', t, until: t, reason: 'recorder-stopped' });
  sink.event({ kind: 'task', t, phase: 'end' });
  await finish(given, row, sink, { milliseconds: (t * row.tickMicroseconds) / 1000, why: 'crash' });
}

/** Opens what is whole, for review. */
export async function codec(keys: KeyRing, id: string) {
  const sealer = makePartSealer(await keys.open(id), webcrypto.subtle as SubtleCrypto, randomOf);
  return { sealer, deflate: webDeflate };
}

async function openSink(
  { shelf, keys }: { shelf: Shelf; keys: KeyRing },
  { id, tickMicroseconds }: ShelfRow,
  how: 'new' | 'resume',
): Promise<WriterSink> {
  const store = new CountingStore(shelf.parts(id));
  const writing: WriterOptions = { id, tickMicroseconds, store, ...(await codec(keys, id)) };
  const writer = how === 'new' ? new RecordingWriter(writing) : await RecordingWriter.resume(writing);
  return new WriterSink(writer, store);
}

async function finish(
  { shelf }: { shelf: Shelf },
  row: ShelfRow,
  sink: WriterSink,
  { milliseconds, why }: { milliseconds: number; why: ShelfRow['ended'] | undefined },
): Promise<ShelfRow> {
  await sink.writer.finish({
    class: row.receipt ? 'own' : 'demonstration',
    week: row.week,
    task: row.task,
    signals: row.signals,
    outcome: { worked: null, reasons: [] },
    agreement: row.agreement,
    receipt: row.receipt ?? null,
    software: [{ name: 'aboveboard-desktop', version: '0.1.0' }],
    masks: sink.masks,
  });
  const done: ShelfRow = { ...row, state: 'reviewing', milliseconds, ...(why ? { ended: why } : {}) };
  await shelf.put(done);
  return done;
}
