import { randomInt } from 'node:crypto';
import type { Role } from '@aboveboard/protocol/installation';
import type { Database, Query } from '../database/database.ts';
import { secretHash } from './secret-hash.ts';

/**
 * One-time codes, one role each: whoever brings one gets a session, and the code is gone. Written in the
 * letters that are not taken for one another; 16 of 32 are 80 bits.
 */
export type Codes = {
  make(role: Role, hours: number): Promise<string>;
  /** The role, if the code was good; it is not any more. */
  redeem(query: Query, code: string): Promise<Role | null>;
  /** Voids every code that was not redeemed. */
  voidAll(): Promise<void>;
};

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;

export function makeCodes(database: Database): Codes {
  return {
    async make(role, hours) {
      const code = Array.from({ length: LENGTH }, () => LETTERS[randomInt(32)]).join('');
      await database.query(
        `insert into code (hash, role, expires_at) values ($1, $2, now() + $3 * interval '1 hour')`,
        [secretHash('code', code), role, hours],
      );
      return code.replace(/(.{4})(?=.)/g, '$1-');
    },
    async redeem(query, code) {
      const plain = asCode(code);
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

/** As typed by a person: case, hyphens, spaces, and letters that look alike do not matter. */
function asCode(text: string): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return plain.length === LENGTH && [...plain].every((letter) => LETTERS.includes(letter)) ? plain : null;
}
