import { createHash } from 'node:crypto';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { Database } from '../database/database.ts';
import type { UsesLog } from './uses-log.ts';

const NONE = '0'.repeat(64);

/**
 * Tells *uses* of each setting that is another than the last time (LGS43): its digest before and after. What
 * a kill cuts between the log and the note that it was told is told again.
 */
export async function recordSettings(
  settings: Readonly<Record<string, unknown>>,
  { database, uses }: { database: Pick<Database, 'query'>; uses: UsesLog },
): Promise<void> {
  const rows = await database.query<{ name: string; digest: string }>(
    `select name, encode(digest, 'hex') as digest from logged_setting`,
  );
  const told = new Map(rows.map(({ name, digest }) => [name, digest]));
  for (const [setting, value] of Object.entries(settings)) {
    const after = createHash('sha256').update(canonicalBytes(value)).digest('hex');
    const before = told.get(setting) ?? NONE;
    if (before === after) continue;
    await uses.record({ role: 'system', account: null }, { kind: 'configuration', setting, before, after });
    await database.query(
      `insert into logged_setting values ($1, decode($2, 'hex'))
       on conflict (name) do update set digest = excluded.digest`,
      [setting, after],
    );
  }
}
