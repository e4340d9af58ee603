import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { formatNote } from '@aboveboard/tlog/note';
import type { Policy } from '@aboveboard/tlog/policy';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { askWitnesses, type Post } from '@aboveboard/tlog/witness-client';
import type { Database } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import type { InstallationLog } from './installation-log.ts';

/** Has the witnesses of the policy cosign one log (spec/log-service.md, LGS30-LGS33). */
export type Witnessing = {
  /** Is there a quorum to wait for? */
  readonly isAsked: boolean;
  /** The newest note under the quorum; null: there is none yet, or none is asked for. */
  newest(): Promise<Uint8Array | null>;
  /**
   * Resolves when a checkpoint of at least `size` entries has the quorum; at once where none is asked for.
   * Refusal `unavailable` when it can't be had in time: nothing may be done on the strength of it (T14).
   */
  covers(size: number): Promise<void>;
  /** Was the quorum met lately? Null: none is asked for. */
  isRecent(): boolean | null;
  /** Asks after each `kick`, and again at least each hour, until `stop`. */
  start(): void;
  kick(): void;
  stop(): void;
};

export type WitnessTimes = {
  /** One round of asking. */
  round: number;
  /** How long somebody waits for the quorum. */
  patience: number;
  /** Between rounds that met the quorum. */
  refresh: number;
  /** After a round that did not; doubles up to `refresh`. */
  retry: number;
};

const TIMES: WitnessTimes = { round: 10_000, patience: 20_000, refresh: 30 * 60_000, retry: 1_000 };

export function makeWitnessing(parts: {
  log: Pick<InstallationLog, 'name' | 'storage'>;
  database: Pick<Database, 'query'>;
  /** Each quorum is needed: while a change is under way, that before it and that after it (LGS50). */
  policies: readonly Policy[];
  /** Told of each checkpoint under the quorums before it is served; what rejects is a round that failed. */
  onWitnessed?: (checkpoint: Uint8Array) => Promise<void>;
  post: Post;
  /** Milliseconds of a clock that only goes on. */
  now: () => number;
  times?: Partial<WitnessTimes>;
}): Witnessing {
  const { log, database, post, now } = parts;
  const policies = parts.policies.filter(({ quorum }) => quorum !== null);
  const times = { ...TIMES, ...parts.times };
  const isAsked = policies.length > 0;
  /** What each witness of each policy was last known to have seen. */
  const sizes = policies.map(() => new Map<string, number>());
  let running: Promise<boolean> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isStarted = false;
  let isKicked = false;
  let failures = 0;
  let metAt: number | null = null;

  /** Asks all for the newest head; true when the quorum cosigned it, and that is durable. */
  async function round(): Promise<boolean> {
    const head = await log.storage.head();
    if (!head) return false;
    let signed = orThrow(parseCheckpoint(head.checkpoint), 'storage');
    const reader = new LogReader({ source: storedLog(log.storage), ...signed.checkpoint });
    const signal = AbortSignal.timeout(times.round);
    for (const [i, policy] of policies.entries()) {
      const outcome = await askWitnesses({
        ...{ policy, signed, post, signal },
        consistencyProof: (size) => reader.consistencyProof(size),
        sizes: sizes[i] as Map<string, number>,
      });
      if (!outcome.quorum) return false;
      signed = outcome.signed;
    }
    const note = formatNote(signed.note);
    await parts.onWitnessed?.(note);
    await database.query(
      `update log_head set witnessed = $2, witnessed_size = $3
       where log = $1 and coalesce(witnessed_size, -1) <= $3`,
      [log.name, Buffer.from(note), head.size],
    );
    metAt = now();
    return true;
  }

  /** One round at a time; whoever comes while one runs shares it. Never rejects. */
  function ask(): Promise<boolean> {
    if (running) return running;
    // What was appended up to here is in the head that is read next.
    isKicked = false;
    running = round()
      .catch(() => false)
      .then((met) => {
        running = null;
        failures = met ? 0 : failures + 1;
        schedule(!met ? backOff() : isKicked ? 0 : times.refresh);
        return met;
      });
    return running;
  }

  function backOff(): number {
    return Math.min(times.refresh, times.retry * 2 ** Math.min(failures, 20));
  }

  function schedule(after: number): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!isStarted) return;
    timer = setTimeout(() => void ask(), after);
    timer.unref();
  }

  async function witnessedSize(): Promise<number> {
    const [row] = await database.query<{ size: number | null }>(
      'select witnessed_size as size from log_head where log = $1',
      [log.name],
    );
    return row?.size ?? -1;
  }

  return {
    isAsked,

    async newest() {
      if (!isAsked) return null;
      const [row] = await database.query<{ witnessed: Buffer | null }>(
        'select witnessed from log_head where log = $1',
        [log.name],
      );
      return row?.witnessed ?? null;
    },

    async covers(size) {
      if (!isAsked) return;
      const until = now() + times.patience;
      while ((await witnessedSize()) < size) {
        // A round that runs already may have begun before these entries were there.
        const met = await ask();
        if (!met && now() > until) {
          throw new Refusal(
            'unavailable',
            'The witnesses of the log do not answer, so nothing was opened or done. Try again later.',
            { retryAfter: 60 },
          );
        }
        if (!met) await new Promise((resolve) => setTimeout(resolve, Math.min(backOff(), 2_000)));
      }
    },

    isRecent: () => (isAsked ? metAt !== null && now() - metAt < 2 * times.refresh : null),

    start() {
      if (!isAsked) return;
      isStarted = true;
      schedule(0);
    },

    kick() {
      isKicked = true;
      // After failures the time that was set holds: a witness that is down is not asked at each entry.
      if (isAsked && isStarted && !running && failures === 0) schedule(0);
    },

    stop() {
      isStarted = false;
      if (timer) clearTimeout(timer);
    },
  };
}
