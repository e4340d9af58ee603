import type { Role } from '@aboveboard/protocol/installation';
import type { Database, Query } from '../database/database.ts';
import { secretHash } from './secret-hash.ts';
import { makeWrittenCode, readWrittenCode } from './written-code.ts';

/** One-time codes, one role each: whoever brings one gets a session, and the code is gone. */
export type Codes = {
  make(role: Role, hours: number): Promise<string>;
  /** The role, if the code was good; it is not any more. */
  redeem(query: Query, code: string): Promise<Role | null>;
  /** Voids every code that was not redeemed. */
  voidAll(): Promise<void>;
};

/** 80 bits. */
const LENGTH = 16;

export function makeCodes(database: Database): Codes {
  return {
    async make(role, hours) {
      const code = makeWrittenCode(LENGTH);
      await database.query(
        `insert into code (hash, role, expires_at) values ($1, $2, now() + $3 * interval '1 hour')`,
        [secretHash('code', code.replaceAll('-', '')), role, hours],
      );
      return code;
    },
    async redeem(query, code) {
      const plain = readWrittenCode(code, LENGTH);
      if (!plain) return null;
      const [row] = await query<{ role: Role; fresh: boolean }>(
        'delete from code where hash = $1 returning role, expires_at > now() as fresh',
        [secretHash('code', plain)],
      );
      return row?.fresh ? row.role : null;
    },
    async voidAll() {
      await database.query('delete from code');
    },
  };
}
