import type { Query } from '../database/database.ts';
import type { EndedSweep } from './sweep-alarm.ts';

/** Rows of sweeps are kept for a year: how often it ran is nobody's work. */
const KEPT_DAYS = 366;

export async function beginSweep(query: Query, began: number): Promise<string> {
  const at = new Date(began);
  await query(`delete from retention_sweep where began_at < $1::timestamptz - $2 * interval '1 day'`, [
    at,
    KEPT_DAYS,
  ]);
  const [row] = await query<{ id: string }>(
    'insert into retention_sweep (began_at) values ($1) returning id::text as id',
    [at],
  );
  if (!row) throw new Error('a sweep could not be begun');
  return row.id;
}

export async function endSweep(
  query: Query,
  sweep: string,
  { ended, erased, unplaced, failed }: Omit<EndedSweep, 'began'> & { erased: number },
): Promise<void> {
  await query(
    'update retention_sweep set ended_at = $2, erased = $3, unplaced = $4, failed = $5 where id = $1',
    [sweep, new Date(ended), erased, unplaced, failed],
  );
}

/** The last that came to an end; one that was killed tells nothing. */
export async function lastSweep(query: Query): Promise<EndedSweep | null> {
  const [row] = await query<{ began: Date; ended: Date; failed: boolean; unplaced: number }>(
    `select began_at as began, ended_at as ended, failed, unplaced from retention_sweep
     where ended_at is not null order by id desc limit 1`,
  );
  if (!row) return null;
  return { ...row, began: row.began.getTime(), ended: row.ended.getTime() };
}
