import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import { policyNow } from '@aboveboard/consent/followed-policy';
import { policyDigest } from '@aboveboard/consent/policy-change';
import { markOf, type RulesMark, type VerifiedRules, verifyRules } from '@aboveboard/consent/verified-rules';
import type { Fault } from '@aboveboard/protocol/fault';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { parseBundle } from '@aboveboard/tlog/entry-bundle';
import { formatFork } from '@aboveboard/tlog/fork-evidence';
import { forkFromLeaves } from '@aboveboard/tlog/fork-search';
import { leafHash } from '@aboveboard/tlog/merkle';
import { type Policy, verifyCheckpoint } from '@aboveboard/tlog/policy';
import { TILE_WIDTH, tilePath, tileWidth } from '@aboveboard/tlog/tile';
import type { CellLine, Reply } from '../cell-line.ts';
import type { Kept } from './kept-value.ts';

/** What is kept of the rules log between two starts; believed only after it was verified again. */
export type KeptRules = {
  entries: Uint8Array[];
  checkpoint: Uint8Array | null;
  mark: RulesMark | null;
  /** A checkpoint that the same keys signed and that shows another history. It is never forgotten by itself. */
  fork: { checkpoint: Uint8Array; seenAt: number; faults: Fault[]; evidence: Uint8Array | null } | null;
  /**
   * The checkpoint whose entries are being fetched, and what has come of them. Kept, because a worker seldom
   * lives from one cell to the next.
   */
  wanted?: Wanted | null;
  /** What `checkpoint` was held against: a policy of both logs from the log itself; null or absent: that of the enrolment. */
  under?: string | null;
  /** The newest is of keys or witnesses that are not relied on here: the bridge over the change is asked for (RUL66). */
  behind?: boolean;
};
type Wanted = { checkpoint: Uint8Array; size: number; from: number; bundles: Map<number, Uint8Array[]> };

/** How it stands with the rules on this device; `faults` are those of the newest that was not relied on. */
export type RulesNews = { rules: VerifiedRules | null; fork: KeptRules['fork']; faults: readonly Fault[] };

const EMPTY: KeptRules = { entries: [], checkpoint: null, mark: null, fork: null };
const PREFIX = 'rules';
const CHECKPOINT = '/log/rules/checkpoint';
const BRIDGE = `${PREFIX} bridge`;

/**
 * Follows the rules log from cell to cell (RLY22) and replays it whole, with no help of the server but its
 * bytes (RUL50-RUL53). What does not verify changes nothing, but for a second history, after which nothing of
 * this log is relied on until the recorder is set up anew.
 */
export class FollowedRules {
  readonly #line: CellLine;
  readonly #kept: Kept<KeptRules>;
  readonly #enrolment: Enrolment;
  readonly #changed: (news: RulesNews) => Promise<void>;
  readonly #now: () => number;
  readonly #subtle: SubtleCrypto;
  #state: KeptRules = EMPTY;
  #rules: VerifiedRules | null = null;
  #faults: readonly Fault[] = [];

  constructor(parts: {
    line: CellLine;
    kept: Kept<KeptRules>;
    enrolment: Enrolment;
    changed: (news: RulesNews) => Promise<void>;
    /** Milliseconds since the epoch. */
    now: () => number;
    subtle: SubtleCrypto;
  }) {
    this.#line = parts.line;
    this.#kept = parts.kept;
    this.#enrolment = parts.enrolment;
    this.#changed = parts.changed;
    this.#now = parts.now;
    this.#subtle = parts.subtle;
  }

  get news(): RulesNews {
    const { fork } = this.#state;
    return { rules: fork ? null : this.#rules, fork, faults: this.#faults };
  }

  get kept(): KeptRules {
    return this.#state;
  }

  /** What this device knew when it was last awake, verified anew. */
  async takeUp(): Promise<void> {
    this.#state = (await this.#kept.get()) ?? EMPTY;
    const { checkpoint, entries, under } = this.#state;
    // The tree that holds a change was vouched for by those before it.
    if (checkpoint) await this.#verify(checkpoint, entries, under ?? null);
  }

  /** Before each cell: every one asks for the state of the rules. */
  async ask(): Promise<void> {
    await this.#line.ask(`${PREFIX} checkpoint`, { method: 'GET', path: CHECKPOINT });
    const { wanted, behind } = this.#state;
    if (behind && !wanted)
      await this.#line.ask(BRIDGE, {
        method: 'GET',
        path: `/log/rules/bridges/${await policyDigest(this.#policy, this.#subtle)}`,
      });
    for (const number of wanted ? this.#missing(wanted) : []) {
      const path = bundlePath(number, wanted?.size ?? 0);
      await this.#line.ask(`${PREFIX} ${path}`, { method: 'GET', path: `/log/rules/${path}` });
    }
  }

  async deliver(replies: ReadonlyMap<string, Reply>): Promise<void> {
    const { wanted } = this.#state;
    if (wanted) await this.#taken(wanted, replies);
    for (const key of [`${PREFIX} checkpoint`, BRIDGE]) {
      const reply = replies.get(key);
      const checkpoint = reply && bodyOf(reply);
      if (checkpoint && !this.#state.wanted) await this.#consider(checkpoint);
    }
  }

  /** What the next checkpoint is held against (RUL63). */
  get #policy(): Policy {
    return policyNow(this.#enrolment.rules.policy, this.#state.mark?.policy);
  }

  async #taken(wanted: Wanted, replies: ReadonlyMap<string, Reply>): Promise<void> {
    const bundles = new Map(wanted.bundles);
    for (const number of this.#missing(wanted)) {
      const reply = replies.get(`${PREFIX} ${bundlePath(number, wanted.size)}`);
      if (!reply) continue;
      const bundle = bodyOf(reply);
      const entries = bundle && parseBundle(bundle, tileWidth('entries', number, wanted.size));
      // It did not come, or is none: the next checkpoint says anew what is wanted.
      if (!entries?.ok) return this.#keep({ wanted: null });
      bundles.set(number, entries.value);
    }
    if (bundles.size === wanted.bundles.size) return;
    const isWhole = this.#missing({ ...wanted, bundles }).length === 0;
    await this.#keep({ wanted: isWhole ? null : { ...wanted, bundles } });
    if (isWhole) await this.#arrived({ ...wanted, bundles });
  }

  async #arrived({ checkpoint, size, from, bundles }: Wanted): Promise<void> {
    const fetched = [...bundles].sort(([a], [b]) => a - b).flatMap(([, entries]) => entries);
    const entries = [...this.#state.entries.slice(0, from * TILE_WIDTH), ...fetched];
    if ((await this.#verify(checkpoint, entries)) || from === 0) return;
    // What was kept may be of another history than what came: only the whole of it tells.
    if (this.#faults.some(isOtherEntries))
      await this.#keep({ wanted: { checkpoint, size, from: 0, bundles: new Map() } });
  }

  async #consider(checkpoint: Uint8Array): Promise<void> {
    const known = this.#state.checkpoint;
    if (known && sameBytes(known, checkpoint)) return;
    const parsed = parseCheckpoint(checkpoint);
    if (!parsed.ok) return this.#refuse(parsed.faults);
    // Nothing is fetched on the word of a server alone.
    const verdict = verifyCheckpoint(parsed.value, this.#policy);
    if (this.#state.behind !== !verdict.ok) await this.#keep({ behind: !verdict.ok });
    if (!verdict.ok) return this.#refuse(verdict.faults);
    const { size } = parsed.value.checkpoint;
    // The same tree, cosigned anew: nothing has to be fetched.
    if (size === this.#state.entries.length) {
      if (await this.#verify(checkpoint, this.#state.entries)) return;
      if (!this.#faults.some(isOtherEntries)) return;
    }
    const { length } = this.#state.entries;
    // Full bundles that are here are not fetched again.
    const from = length < size ? Math.floor(length / TILE_WIDTH) : 0;
    await this.#keep({ wanted: { checkpoint, size, from, bundles: new Map() } });
  }

  #missing({ size, from, bundles }: Wanted): number[] {
    const count = Math.ceil(size / TILE_WIDTH);
    return Array.from({ length: Math.max(0, count - from) }, (_, i) => from + i).filter(
      (number) => !bundles.has(number),
    );
  }

  /** True: it is relied on from now on. `under`: see `KeptRules`. */
  async #verify(
    checkpoint: Uint8Array,
    entries: Uint8Array[],
    under: string | null = this.#state.mark?.policy ?? null,
  ): Promise<boolean> {
    const { policy, trust } = this.#enrolment.rules;
    const before = this.#state.mark && { ...this.#state.mark, policy: under };
    const given = { entries, checkpoint, policy, trust, before, now: this.#now(), subtle: this.#subtle };
    const verified = await verifyRules(given);
    if (!verified.ok) {
      // Signed and cosigned, complete, and not what this device saw before: a second history.
      const other = verified.faults.every(({ rule, at }) => rule === 'RUL51' && at === 'entries');
      if (other) {
        const evidence = evidenceOf(this.#state.checkpoint, checkpoint, entries);
        await this.#keep({ fork: { checkpoint, seenAt: this.#now(), faults: verified.faults, evidence } });
      }
      await this.#refuse(verified.faults);
      return false;
    }
    // An older one that is served again makes nothing younger, and takes nothing back.
    if (this.#rules && verified.value.checkpointTime < this.#rules.checkpointTime) return false;
    this.#rules = verified.value;
    this.#faults = [];
    await this.#keep({ entries, checkpoint, under, mark: markOf(verified.value) });
    await this.#changed(this.news);
    return true;
  }

  async #refuse(faults: readonly Fault[]): Promise<void> {
    this.#faults = faults;
    await this.#changed(this.news);
  }

  async #keep(change: Partial<KeptRules>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    await this.#kept.put(this.#state);
  }
}

/** Both heads and what shows to anyone that they contradict each other (LOG155); the entries are those of the second. */
function evidenceOf(
  known: Uint8Array | null,
  seen: Uint8Array,
  entries: readonly Uint8Array[],
): Uint8Array | null {
  const [first, second] = [known && parseCheckpoint(known), parseCheckpoint(seen)];
  if (!first?.ok || !second.ok) return null;
  const fork = forkFromLeaves([first.value, second.value], entries.map(leafHash));
  return fork && formatFork(fork);
}

function isOtherEntries({ rule, at }: Fault): boolean {
  return rule === 'RUL50' && at === 'entries';
}

function bundlePath(number: number, size: number): string {
  return tilePath({ level: 'entries', number, width: tileWidth('entries', number, size) });
}

function bodyOf(reply: Reply): Uint8Array | null {
  return reply !== 'too-long' && reply.status === 200 ? reply.body : null;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
