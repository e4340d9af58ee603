import type { Role } from '@aboveboard/protocol/installation';
import type { Database, Query } from '../database/database.ts';
import { secretHash } from './secret-hash.ts';
import { makeWrittenCode, readWrittenCode } from './written-code.ts';

/** One-time codes, one role each: whoever brings one gets a session, and the code is gone. */
export type Codes = {
  make(role: Role, hours: number, kind?: { probe: boolean }): Promise<string>;
  /** What the code was good for; it is not any more. `probe`: the session is the probe's (IDN70). */
  redeem(query: Query, code: string): Promise<{ role: Role; probe: boolean } | null>;
  /** Voids every code that was not redeemed. */
  voidAll(): Promise<void>;
};

/** 80 bits. */
const LENGTH = 16;

export function makeCodes(database: Database): Codes {
  return {
    async make(role, hours, { probe } = { probe: false }) {
      const code = makeWrittenCode(LENGTH);
      await database.query(
        `insert into code (hash, role, expires_at, probe) values ($1, $2, now() + $3 * interval '1 hour', $4)`,
        [secretHash('code', code.replaceAll('-', '')), role, hours, probe],
      );
      return code;
    },
    async redeem(query, code) {
      const plain = readWrittenCode(code, LENGTH);
      if (!plain) return null;
      const [row] = await query<{ role: Role; probe: boolean; fresh: boolean }>(
        'delete from code where hash = $1 returning role, probe, expires_at > now() as fresh',
        [secretHash('code', plain)],
      );
      return row?.fresh ? { role: row.role, probe: row.probe } : null;
    },
    async voidAll() {
      await database.query('delete from code');
    },
  };
}
