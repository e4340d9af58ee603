import type { RulesState } from '@aboveboard/consent/rules-state';
import type { MayRun } from '../access/job-permission.ts';
import type { Database } from '../database/database.ts';
import type { Held } from '../holds/held.ts';
import type { InstallationParts } from '../installation.ts';
import type { Erasure } from '../recordings/erasure.ts';
import { keptDays, silentDays } from './kept-days.ts';
import { beginSweep, endSweep } from './sweep-rows.ts';

/**
 * Erases what is over its agreed time, as a contributor's erasure does (T16; spec/retention.md). Each run is a row that is
 * there before anything is erased; one that was killed has no end, and the next takes up what it left.
 */
export type RetentionSweep = {
  /** How many are erased. Throws what kept it from its end, after the row says so. */
  run(): Promise<number>;
};

export type RetentionParts = {
  database: Database;
  rules: () => Promise<RulesState | null>;
  erasure: Pick<Erasure, 'expire'>;
  held: Pick<Held, 'of'>;
  /** Milliseconds since the epoch. */
  now: () => number;
  mayRun: MayRun;
  /** Of one entry of the log. */
  atOnce?: number;
};

/** The sweep as this installation does it. */
export function retentionOf(
  { database, held, mayRun }: InstallationParts,
  parts: Pick<RetentionParts, 'erasure' | 'rules'>,
): RetentionSweep {
  return makeRetentionSweep({ ...parts, database, held, mayRun, now: Date.now });
}

export function makeRetentionSweep(parts: RetentionParts): RetentionSweep {
  const { database, rules, erasure, held, now, mayRun, atOnce = 1_000 } = parts;
  let running: Promise<number> | null = null;

  async function run(): Promise<number> {
    mayRun('retention');
    const sweep = await beginSweep(database.query, now());
    let erased = 0;
    try {
      const versions = (await rules())?.versions ?? [];
      const days = keptDays(versions);
      const silence = silentDays(versions);
      for (let after = ''; ; ) {
        const ids = await due({ days, silence }, after);
        const last = ids.at(-1);
        if (last === undefined) break;
        const frozen = await held.of(ids);
        const free = ids.filter((id) => !frozen.has(id));
        const gone = free.length === 0 ? 0 : await erasure.expire(free);
        erased += gone;
        if (gone < free.length) throw new Error('what is over its time could not be erased');
        after = last;
      }
      const unplaced = await countUnplaced([...days.keys()]);
      await endSweep(database.query, sweep, { ended: now(), erased, unplaced, failed: false });
      return erased;
    } catch (error) {
      // What kept it from its end may keep the row from being written; a run without an end makes the alarm late.
      await endSweep(database.query, sweep, { ended: now(), erased, unplaced: 0, failed: true }).catch(
        () => undefined,
      );
      throw error;
    }
  }

  /** From the day on that would be one too many (RET1), or after too long a silence of hers (RET10). */
  async function due(
    { days, silence }: { days: ReadonlyMap<string, number>; silence: ReadonlyMap<string, number> },
    after: string,
  ): Promise<string[]> {
    const agreements = [...days.keys()];
    const rows = await database.query<{ id: string }>(
      `select r.id from recording r
       join unnest($1::text[], $2::integer[], $6::integer[]) as kept (agreement, days, silence) on kept.agreement = r.agreement
       join upload u on u.id = r.upload
       left join last_word w on w.contributor = u.contributor
       where r.class = 'own' and r.id > $5 collate "C"
         and (r.kept_since + kept.days <= $3::date
           or (w.spoken_in + interval '1 month')::date + kept.silence <= $3::date)
       order by r.id collate "C" limit $4`,
      [
        agreements,
        [...days.values()],
        new Date(now()).toISOString().slice(0, 10),
        atOnce,
        after,
        agreements.map((one) => silence.get(one) ?? null),
      ],
    );
    return rows.map(({ id }) => id);
  }

  async function countUnplaced(known: readonly string[]): Promise<number> {
    const [row] = await database.query<{ count: number }>(
      `select count(*)::integer as count from recording
       where class = 'own' and (agreement is null or agreement <> all($1::text[]))`,
      [known],
    );
    return row?.count ?? 0;
  }

  return {
    run() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
