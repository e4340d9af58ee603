import type { Checkpoint } from '@aboveboard/capture/checkpoint';
import type { DocumentIdentity } from '@aboveboard/capture/document-identity';
import type { AgentSettings } from '@aboveboard/capture/frame-message';
import { SecondNet } from '@aboveboard/capture/second-net';
import { CaptureSession, FLUSH_EVERY, type SessionLimits } from '@aboveboard/capture/session';
import type { UseBudget } from '@aboveboard/capture/use-watch';
import type { Gate } from '@aboveboard/consent/gate';
import type { PauseCause } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { PartSpool } from '../store/part-spool.ts';
import type { Shelf, ShelfRow } from '../store/shelf.ts';
import { openSink, type SpoolSink } from './recording-writing.ts';

export type LiveOptions = {
  database: IDBDatabase;
  shelf: Shelf;
  keys: KeyRing;
  gate: Gate;
  limits: SessionLimits;
  budget: UseBudget;
  /** Of the agreement and the application, for one document. */
  settings: (identity: DocumentIdentity, row: ShelfRow) => Omit<AgentSettings, 'firstNodeId' | 'signals'>;
  /** After each flush, and when it has to end by itself. */
  onFlush: (recordedMilliseconds: number) => void;
  onEnd: (why: NonNullable<ShelfRow['ended']>) => void;
};

/** A message from a page's process takes a few milliseconds; a page that hangs is not waited for. */
const LAST_WORDS = 150;

/**
 * The recording under way: session, writer, and the row that a new worker goes on from. The row's checkpoint is
 * stored after the parts that it speaks of and before anything is acknowledged.
 */
export class LiveRecording {
  readonly session: CaptureSession;
  readonly #options: LiveOptions;
  readonly #spool: SpoolSink;
  #row: ShelfRow;
  #kept = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  private constructor(options: LiveOptions, row: ShelfRow, spool: SpoolSink) {
    this.#options = options;
    this.#row = row;
    this.#spool = spool;
    const checkpoint = row.live?.checkpoint;
    const net = new SecondNet(spool.sink);
    const settings = (identity: DocumentIdentity) => {
      const told = options.settings(identity, this.#row);
      net.learn(told);
      return told;
    };
    // An agent that still runs is not told again.
    for (const { identity } of checkpoint?.documents ?? []) settings(identity);
    this.session = new CaptureSession(
      {
        sink: net,
        gate: options.gate,
        mode: 'task',
        signals: row.signals,
        settings,
        tickMicroseconds: row.tickMicroseconds,
        now: () => performance.timeOrigin + performance.now(),
        keep: (kept) => this.#keep(kept),
        limits: options.limits,
        budget: options.budget,
        memory: heapBytes,
        lastWords: () => new Promise((resolve) => setTimeout(resolve, LAST_WORDS)),
        onLimit: options.onEnd,
      },
      checkpoint,
    );
    this.#schedule();
  }

  static async begin(options: LiveOptions, row: ShelfRow): Promise<LiveRecording> {
    const sink = await openSink(place(options, row), 'new');
    await options.shelf.put(row);
    const live = new LiveRecording(options, row, sink);
    await live.session.flush();
    return live;
  }

  /** After the worker was ended: what was written and never acknowledged is cut off; agents send it again. */
  static async resume(options: LiveOptions, row: ShelfRow): Promise<LiveRecording> {
    const spool = new PartSpool(options.database, row.id);
    await spool.cutFrom(row.live?.parts ?? 0);
    const sink = await openSink(place(options, row), { masks: row.live?.masks ?? [] });
    const live = new LiveRecording(options, row, sink);
    // Her pause may be younger than the checkpoint.
    if (row.state === 'paused') live.session.pause('contributor');
    return live;
  }

  get row(): ShelfRow {
    return this.#row;
  }

  get bytes(): number {
    return this.#spool.sink.bytes;
  }

  /** Agents are told before this returns its promise; when it resolves, no end of the worker undoes it (T3). */
  pause(cause: PauseCause): Promise<void> {
    this.session.pause(cause);
    return this.#mark({ state: 'paused' });
  }

  resume(): Promise<void> {
    this.session.resume();
    return this.#mark({ state: 'recording' });
  }

  /** Agents are stopped before this returns its promise; it resolves when the recording is whole and durable. */
  async end(
    fields: Pick<Manifest, 'agreement' | 'receipt' | 'software'>,
    why?: ShelfRow['ended'],
  ): Promise<ShelfRow> {
    this.#close();
    const recorded = this.session.recorded(performance.timeOrigin + performance.now());
    await Promise.all([this.#mark({ stopped: true }), this.session.end()]);
    await this.#regroup('whatever');
    const manifest = await this.#spool.sink.writer.finish({
      ...fieldsOf(this.#row),
      ...fields,
      masks: this.#spool.sink.masks,
    });
    const row = finished(
      this.#row,
      manifest,
      { bytes: this.#spool.sink.bytes, recorded, now: Date.now() },
      why,
    );
    await this.#options.shelf.put(row);
    this.#row = row;
    return row;
  }

  /** Agents are stopped at once, and what was taken is not kept. */
  async abandon(): Promise<void> {
    this.#close();
    await this.session.end().catch(() => undefined);
  }

  #close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #mark(change: Partial<Omit<ShelfRow, 'task'>>): Promise<void> {
    this.#row = { ...this.#row, ...change };
    await this.#options.shelf.change(this.#row.id, (row) => ({ ...row, ...change }));
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      try {
        await this.session.flush();
        this.#options.onFlush(this.session.recorded(performance.timeOrigin + performance.now()));
      } catch {
        // The disk is full, or the store is gone: what is durable stays, and nothing more is taken (T14).
        if (!this.#closed) this.#options.onEnd('storage');
        return;
      }
      if (!this.#closed) this.#schedule();
    }, FLUSH_EVERY);
  }

  async #keep(checkpoint: Checkpoint): Promise<void> {
    await this.#store(checkpoint);
    await this.#regroup('enough');
  }

  /** Right after a checkpoint, which then speaks of every part: the act that takes parts away changes it too. */
  async #regroup(when: 'enough' | 'whatever'): Promise<void> {
    const parts = await this.#spool.regroup(when);
    if (parts === null) return;
    this.#kept = '';
    const { live } = this.#row;
    if (live) this.#row = { ...this.#row, live: { ...live, parts } };
  }

  async #store(checkpoint: Checkpoint): Promise<void> {
    const kept = JSON.stringify([checkpoint, this.#row.state, this.#spool.store.parts]);
    if (kept === this.#kept) return;
    const { events } = this.#spool.sink.writer.counts;
    const live = { checkpoint, parts: this.#spool.store.parts, masks: this.#spool.sink.masks };
    const row: ShelfRow = { ...this.#row, live, events, bytes: this.#spool.sink.bytes };
    await this.#options.shelf.put(row);
    const { live: known, events: counted, bytes } = row;
    this.#row = { ...this.#row, ...(known ? { live: known } : {}), events: counted, bytes };
    this.#kept = kept;
  }
}

/** What this process holds, where Chromium tells it. */
function heapBytes(): number | null {
  const { memory } = performance as { memory?: { usedJSHeapSize?: number } };
  return memory?.usedJSHeapSize ?? null;
}

function place({ database, keys }: LiveOptions, { id, tickMicroseconds }: ShelfRow) {
  return { id, tickMicroseconds, keys, spool: new PartSpool(database, id) };
}

/** The fields of the manifest that the row holds. */
export function fieldsOf({ task, week, signals }: ShelfRow) {
  return { class: 'own' as const, week, task, signals, outcome: { worked: null, reasons: [] } };
}

/** The row of a recording that is whole and waits for review. */
export function finished(
  row: ShelfRow,
  { counts, clock }: Manifest,
  known: { bytes: number; recorded: number; now: number },
  why: ShelfRow['ended'] | undefined,
): ShelfRow {
  const { live: _live, renaming: _renaming, stopped: _stopped, ...rest } = row;
  const duration = Math.round((clock.durationTicks * clock.tickMicroseconds) / 1000);
  return {
    ...rest,
    state: 'reviewing',
    durationMilliseconds: Math.min(Math.round(known.recorded), duration),
    bytes: known.bytes,
    events: counts.events,
    stoppedAt: known.now,
    ...(why ? { ended: why } : {}),
  };
}
