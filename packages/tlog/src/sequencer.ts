import { formatCheckpointText, parseCheckpoint } from './checkpoint.ts';
import { ENTRY_BYTES_LIMIT } from './entry-bundle.ts';
import { fault, LogError, orThrow } from './log-fault.ts';
import type { KeyedEntry, LogHead, LogStep, LogStorage } from './log-storage.ts';
import { leafHash, sameHash } from './merkle.ts';
import { formatNote } from './note.ts';
import { signNote, verifyNote } from './signed-note.ts';
import type { NoteSigner } from './signer.ts';
import { edgeTiles } from './tile.ts';
import { TreeEdge } from './tree-edge.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * Appends to one log (spec/log.md, LOG85-LOG94). What arrives while a step is written goes together into the
 * next. Several sequencers may work on one store, in several processes: the head moves by compare-and-swap.
 *
 * Nothing that was signed leaves this file before it is durable: a checkpoint that a crash took with it was
 * never seen, so signing another one of its size is no fork.
 */
export type SequencerOptions = {
  storage: LogStorage;
  origin: string;
  /** `logSigners`. */
  signers: readonly NoteSigner[];
  /** All of whom must have signed the head that is found; default: all signers. Keys to come have not. */
  known?: readonly VerifierKey[];
  limits?: Partial<SequencerLimits>;
};

export type SequencerLimits = {
  /** Entries of one step. */
  batch: number;
  /** Entries that wait; more are refused with `full`. */
  waiting: number;
  /** Times that a step is made anew because another process moved the head. */
  tries: number;
};

const LIMITS: SequencerLimits = { batch: 1024, waiting: 16_384, tries: 16 };

const KEY_CHARACTERS = 128;

type Waiting = KeyedEntry & {
  done: (index: number) => void;
  failed: (error: unknown) => void;
};
/** What the store was last known to hold. */
type Known = { head: LogHead; edge: TreeEdge };

/** Makes the log if the store has none. LogError for a head that `signers` did not sign or its tiles do not hash to. */
export async function openSequencer(options: SequencerOptions): Promise<Sequencer> {
  const { storage, origin, signers } = options;
  if (!(await storage.head())) {
    const checkpoint = await signedHead(origin, TreeEdge.empty(), signers);
    // False: another process made it first.
    await storage.advance({ from: null, head: { size: 0, checkpoint }, entries: [], tiles: [] });
  }
  return new Sequencer(options, await load(options));
}

export class Sequencer {
  private readonly options: SequencerOptions;
  private readonly limits: SequencerLimits;
  /** Null: a step failed, so the store must be read before the next. */
  private known: Known | null;
  private newest: LogHead;
  private readonly waiting: Waiting[] = [];
  private running = false;

  /** Use `openSequencer`. */
  constructor(options: SequencerOptions, known: Known) {
    this.options = options;
    this.limits = { ...LIMITS, ...options.limits };
    this.known = known;
    this.newest = known.head;
  }

  /** The newest head that is known here to be durable. */
  head(): LogHead {
    return this.newest;
  }

  /**
   * Resolves when the entry, its tiles and the signed head that covers it are durable. Rejects with LogError:
   * `too-large`, `full` and `storage` if it was not written, `outcome-unknown` if nobody can tell. With a `key`
   * of 1 to 128 characters a retry gives the index of the first; the bytes are then not looked at.
   */
  append(entry: Uint8Array, { key }: { key?: string } = {}): Promise<{ index: number }> {
    if (key !== undefined && !this.options.storage.indexOf) throw new TypeError('this store keeps no keys');
    // Refused here, where it is one caller's mistake: in the store it would fail a step that others wait for.
    if (key !== undefined && (key.length < 1 || key.length > KEY_CHARACTERS))
      throw new TypeError('a key has 1 to 128 characters');
    if (entry.length > ENTRY_BYTES_LIMIT)
      return refused('too-large', 'LOG30', 'an entry has at most 65,535 bytes');
    if (this.waiting.length >= this.limits.waiting) return refused('full', 'LOG92', 'too many entries wait');
    const bytes = Uint8Array.from(entry);
    return new Promise((resolve, reject) => {
      this.waiting.push({ bytes, key: key ?? null, done: (index) => resolve({ index }), failed: reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    // Whoever called in the same turn joins the first step.
    await null;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.limits.batch);
      try {
        await this.integrate(batch);
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    this.running = false;
  }

  /** Writes a batch, or throws having told nobody that it was written. */
  private async integrate(batch: readonly Waiting[]): Promise<void> {
    for (let tries = 0; tries < this.limits.tries; tries++) {
      const known = await this.reload();
      const { fresh, repeats } = await this.sorted(batch);
      if (fresh.length > 0) {
        const step = await this.stepFrom(known, fresh);
        if (!(await this.advanced(step))) continue;
        this.known = { head: step.step.head, edge: step.edge };
        this.newest = step.step.head;
      }
      const from = known.head.size;
      for (const [i, one] of fresh.entries()) one.done(from + i);
      for (const [one, index] of repeats)
        one.done(typeof index === 'number' ? index : from + fresh.indexOf(index));
      return;
    }
    throw new LogError('storage', fault('LOG91', 'head', 'others move it faster than this can'));
  }

  private async reload(): Promise<Known> {
    try {
      this.known ??= await load(this.options);
    } catch (cause) {
      if (cause instanceof LogError) throw cause;
      throw new LogError('storage', fault('LOG88', 'head', 'could not be read'), { cause });
    }
    this.newest = this.known.head;
    return this.known;
  }

  /** Entries whose key is in the log, or in this batch before them, are not written again. */
  private async sorted(batch: readonly Waiting[]) {
    const fresh: Waiting[] = [];
    const repeats = new Map<Waiting, number | Waiting>();
    const first = new Map<string, Waiting>();
    const indexes = await Promise.all(batch.map(({ key }) => (key === null ? null : this.indexOf(key))));
    for (const [i, one] of batch.entries()) {
      const index = indexes[i] ?? null;
      const before = one.key === null ? undefined : first.get(one.key);
      if (index !== null) repeats.set(one, index);
      else if (before) repeats.set(one, before);
      else fresh.push(one);
      if (one.key !== null && !before) first.set(one.key, one);
    }
    return { fresh, repeats };
  }

  private async indexOf(key: string): Promise<number | null> {
    try {
      return (await this.options.storage.indexOf?.(key)) ?? null;
    } catch (cause) {
      throw new LogError('storage', fault('LOG93', 'key', 'could not be looked for'), { cause });
    }
  }

  private async stepFrom(
    { head, edge }: Known,
    fresh: readonly Waiting[],
  ): Promise<{ step: LogStep; edge: TreeEdge }> {
    const grown = edge.append(fresh.map(({ bytes }) => leafHash(bytes)));
    const checkpoint = await signedHead(this.options.origin, grown.edge, this.options.signers);
    const entries = fresh.map(({ bytes, key }) => ({ bytes, key }));
    const step = {
      from: head.size,
      head: { size: grown.edge.size, checkpoint },
      entries,
      tiles: grown.tiles,
    };
    return { step, edge: grown.edge };
  }

  /** False: another process moved the head. Throws `outcome-unknown` where it can't be found out. */
  private async advanced({ step }: { step: LogStep }): Promise<boolean> {
    this.known = null;
    try {
      return await this.options.storage.advance(step);
    } catch (cause) {
      // The answer may have been lost after the write.
      if (await this.hasEntries(step)) return true;
      throw new LogError('outcome-unknown', fault('LOG90', 'step', 'may or may not be written'), { cause });
    }
  }

  /**
   * Only keys tell: of the same bytes from the same head another process would sign the very same head, so
   * neither bytes nor head say whose entry it is.
   */
  private async hasEntries({ from, entries }: LogStep): Promise<boolean> {
    if (entries.some(({ key }) => key === null)) return false;
    try {
      const indexes = await Promise.all(entries.map(({ key }) => this.indexOf(key as string)));
      return indexes.every((index, i) => index === (from ?? 0) + i);
    } catch {
      return false;
    }
  }
}

async function load({ storage, origin, signers, known }: SequencerOptions): Promise<Known> {
  const head = await storage.head();
  if (!head) throw new LogError('storage', fault('LOG88', 'head', 'the log is gone'));
  const { checkpoint, note } = orThrow(parseCheckpoint(head.checkpoint), 'storage');
  const keys = known ?? signers.map(({ key }) => key);
  const verified = orThrow(verifyNote(note, keys), 'storage');
  if (checkpoint.origin !== origin || verified.length < keys.length) {
    throw new LogError('storage', fault('LOG88', 'head', 'is not what these keys signed for this log'));
  }
  const tiles = await Promise.all(
    edgeTiles(head.size).map(({ level, number }) => storage.tile(level, number)),
  );
  if (checkpoint.size !== head.size || tiles.includes(null)) {
    throw new LogError('storage', fault('LOG88', 'tiles', 'are not those of the head'));
  }
  const edge = TreeEdge.of(head.size, tiles as Uint8Array[]);
  if (!sameHash(edge.root(), checkpoint.root)) {
    throw new LogError('storage', fault('LOG88', 'tiles', 'do not hash to the root of the head'));
  }
  return { head, edge };
}

async function signedHead(
  origin: string,
  edge: TreeEdge,
  signers: readonly NoteSigner[],
): Promise<Uint8Array> {
  const text = formatCheckpointText({ origin, size: edge.size, root: edge.root() });
  return formatNote(await signNote(text, signers));
}

async function refused(code: 'too-large' | 'full', rule: string, message: string): Promise<never> {
  throw new LogError(code, fault(rule, 'entry', message));
}
