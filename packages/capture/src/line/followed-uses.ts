import { policyNow } from '@aboveboard/consent/followed-policy';
import type { Fault } from '@aboveboard/protocol/fault';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { LogError } from '@aboveboard/tlog/log-fault';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { sameHash } from '@aboveboard/tlog/merkle';
import { type Policy, verifyCheckpoint } from '@aboveboard/tlog/policy';
import { edgeTiles, parseTilePath, TILE_WIDTH, tilePath, tileWidth } from '@aboveboard/tlog/tile';
import type { CellLine, Reply } from '../cell-line.ts';
import { keptTiles } from './kept-tiles.ts';
import type { Kept } from './kept-value.ts';

/** Under which the newest part of the uses log is kept. */
export const USES_LOG = 'uses-log';

/** What is kept of the uses log between two starts; believed only where it is verified again. */
export type KeptUses = {
  checkpoint: Uint8Array | null;
  /** What `checkpoint` was held against: a policy of both logs from the rules; null or absent: that of the enrolment (RUL65). */
  policy?: string | null;
  size: number;
  root: Uint8Array | null;
  /** Index of the first entry that is here: a multiple of 256. */
  first: number;
  tiles: [path: string, bytes: Uint8Array][];
  /** A checkpoint that the same keys signed and that shows another history. */
  fork: { checkpoint: Uint8Array; seenAt: number } | null;
  /** Of the newest that was not taken. */
  faults: Fault[];
  /** The checkpoint whose tiles are being fetched. Kept, because a worker seldom lives from one cell to the next. */
  wanted: Wanted | null;
};
type Wanted = {
  checkpoint: Uint8Array;
  policy?: string | null;
  size: number;
  root: Uint8Array;
  first: number;
  tiles: Map<string, Uint8Array>;
  /** Paths that a reader turned out to need besides. */
  also: Set<string>;
};

const EMPTY: KeptUses = {
  checkpoint: null,
  size: 0,
  root: null,
  first: 0,
  tiles: [],
  fork: null,
  faults: [],
  wanted: null,
};
const PREFIX = 'uses';
export const USES_CHECKPOINT = { method: 'GET', path: '/log/uses/checkpoint' } as const;
/** Whoever begins gets the newest bundles; what came before she was there is not of her. */
const BUNDLES_AT_FIRST = 2;
/** Asked for in one cell. */
const TILES_AT_ONCE = 4;
/** 8,192 entries. Older ones go; the proofs of her own receipts stay with these. */
const MOST_BUNDLES = 32;

/**
 * Follows the newest part of the uses log, from the moment on at which this device knows its guardian (RLY30). What
 * it asks for follows from the checkpoints and from what it was given before, and from nothing that its person
 * did: so what is fetched is the same whether or not she takes part (T2), and which lines are hers is found here.
 */
export class FollowedUses {
  readonly #line: CellLine;
  readonly #kept: Kept<KeptUses>;
  readonly #pinned: Policy;
  readonly #inForce: () => string | null;
  readonly #now: () => number;
  #state: KeptUses | null = null;

  constructor(parts: {
    line: CellLine;
    kept: Kept<KeptUses>;
    /** Of the enrolment. */
    policy: Policy;
    /** Of both logs, by the rules as they are relied on; null: nothing was changed. */
    inForce: () => string | null;
    now: () => number;
  }) {
    this.#line = parts.line;
    this.#kept = parts.kept;
    this.#pinned = parts.policy;
    this.#inForce = parts.inForce;
    this.#now = parts.now;
  }

  /** Before each cell. */
  async ask(): Promise<void> {
    await this.#line.ask(`${PREFIX} checkpoint`, USES_CHECKPOINT);
    const state = await this.#known();
    for (const path of missing(state).slice(0, TILES_AT_ONCE)) {
      await this.#line.ask(`${PREFIX} ${path}`, { method: 'GET', path: `/log/uses/${path}` });
    }
  }

  async deliver(replies: ReadonlyMap<string, Reply>): Promise<void> {
    await this.#taken(await this.#known(), replies);
    await this.#arrived();
    const newest = replies.get(`${PREFIX} checkpoint`);
    const checkpoint = newest && bodyOf(newest);
    if (checkpoint && !(await this.#known()).wanted) await this.#consider(checkpoint);
  }

  async #known(): Promise<KeptUses> {
    this.#state ??= (await this.#kept.get()) ?? EMPTY;
    return this.#state;
  }

  async #taken(state: KeptUses, replies: ReadonlyMap<string, Reply>): Promise<void> {
    const came = missing(state).flatMap((path) => {
      const reply = replies.get(`${PREFIX} ${path}`);
      return reply ? [{ path, body: bodyOf(reply) }] : [];
    });
    if (!state.wanted || came.length === 0) return;
    const tiles = new Map(state.wanted.tiles);
    for (const { path, body } of came) if (body) tiles.set(path, body);
    // One is not there: the next checkpoint says anew what is wanted.
    const isGone = came.some(({ body }) => body === null);
    await this.#keep({ wanted: isGone ? null : { ...state.wanted, tiles } });
  }

  async #consider(checkpoint: Uint8Array): Promise<void> {
    const state = await this.#known();
    const parsed = parseCheckpoint(checkpoint);
    if (!parsed.ok) return this.#refuse(parsed.faults);
    const policy = this.#inForce();
    const verdict = verifyCheckpoint(parsed.value, policyNow(this.#pinned, policy));
    if (!verdict.ok) return this.#refuse(verdict.faults);
    const { size, root } = parsed.value.checkpoint;
    if (size < state.size) return this.#refuse([older(state.size)]);
    if (size === state.size && state.root) {
      if (!sameHash(root, state.root)) return this.#forked(checkpoint);
      return this.#keep({ checkpoint, policy, faults: [] });
    }
    const bundles = Math.ceil(size / TILE_WIDTH);
    const first = state.checkpoint ? state.first : Math.max(0, bundles - BUNDLES_AT_FIRST) * TILE_WIDTH;
    await this.#keep({
      wanted: { checkpoint, policy, size, root, first, tiles: new Map(), also: new Set() },
    });
    await this.#arrived();
  }

  /** When everything is here: proved, and from then on what this device has. */
  async #arrived(): Promise<void> {
    const state = await this.#known();
    const { wanted } = state;
    if (!wanted || missing(state).length > 0) return;
    const { checkpoint, policy = null, size, root, first, also } = wanted;
    // Others count since: the next checkpoint says anew what is wanted.
    if (policy !== this.#inForce()) return this.#keep({ wanted: null });
    const tiles = new Map([...state.tiles, ...wanted.tiles]);
    const lacking: string[] = [];
    const source = keptTiles(checkpoint, tiles, (path) => lacking.push(path));
    try {
      const reader = new LogReader({ source, size, root });
      if (state.root && !(await reader.extends(state.size, state.root))) return this.#forked(checkpoint);
      const from = Math.max(first, Math.floor(state.size / TILE_WIDTH) * TILE_WIDTH);
      // Each is proved to stand there by being read.
      for await (const _ of reader.entries(from));
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (lacking.some((path) => !also.has(path)))
        return this.#keep({ wanted: { ...wanted, also: new Set([...also, ...lacking]) } });
      return this.#refuse([...error.faults]);
    }
    const arrived = { checkpoint, policy, size, root, faults: [], wanted: null };
    await this.#keep({ ...arrived, ...trimmed(tiles, first, size) });
  }

  /** The first that was seen is the evidence, and stays. */
  async #forked(checkpoint: Uint8Array): Promise<void> {
    const { fork } = await this.#known();
    await this.#keep({ fork: fork ?? { checkpoint, seenAt: this.#now() }, wanted: null });
  }

  async #refuse(faults: Fault[]): Promise<void> {
    const { faults: before, wanted } = await this.#known();
    if (wanted || JSON.stringify(before) !== JSON.stringify(faults))
      await this.#keep({ faults, wanted: null });
  }

  async #keep(change: Partial<KeptUses>): Promise<void> {
    this.#state = { ...(await this.#known()), ...change };
    await this.#kept.put(this.#state);
  }
}

/** New bundles and the right edge above the leaves, and whatever else proved to be needed. */
function missing(state: KeptUses): string[] {
  if (!state.wanted) return [];
  const { size, first, tiles, also } = state.wanted;
  const here = new Set([...state.tiles.map(([path]) => path), ...tiles.keys()]);
  const paths = edgeTiles(size).flatMap((at) => (at.level > 0 ? [tilePath(at)] : []));
  for (let number = first / TILE_WIDTH; number * TILE_WIDTH < size; number++)
    paths.push(tilePath({ level: 'entries', number, width: tileWidth('entries', number, size) }));
  return [...paths, ...also].filter((path) => !here.has(path));
}

/** What a tree of this size has, from its newest bundles on; partial tiles of earlier sizes go. */
function trimmed(
  tiles: ReadonlyMap<string, Uint8Array>,
  first: number,
  size: number,
): Pick<KeptUses, 'first' | 'tiles'> {
  const newest = (Math.ceil(size / TILE_WIDTH) - MOST_BUNDLES) * TILE_WIDTH;
  const from = Math.max(first, newest);
  const stays = [...tiles].filter(([path]) => {
    const at = parseTilePath(path);
    if (!at || at.width !== tileWidth(at.level, at.number, size)) return false;
    return at.level === 'entries' ? at.number * TILE_WIDTH >= from : true;
  });
  return { first: from, tiles: stays };
}

function older(size: number): Fault {
  return {
    rule: 'LOG13',
    at: 'checkpoint',
    message: `is older than the one of ${size} entries that was seen`,
  };
}

function bodyOf(reply: Reply): Uint8Array | null {
  return reply !== 'too-long' && reply.status === 200 ? reply.body : null;
}
