import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { secretHash } from './secret-hash.ts';

/** What a ceremony is for; one that was begun for one thing can't end as another. */
export type CeremonyKind = 'sign-in' | 'fresh' | 'account' | 'own' | 'provider';

/** Random values that are asked to be signed, each once (IDN21). */
export type Challenges = {
  /** 32 random bytes in base64url. `about` is kept with it and holds no secret. */
  make<About extends object>(kind: CeremonyKind, thumbprint: string, about: About): Promise<string>;
  /**
   * What was kept; null: unknown, used before, too old, of another kind or another key. Used up in any case, and
   * in no transaction that could take that back.
   */
  spend<About extends object>(asked: {
    challenge: string;
    kind: CeremonyKind;
    thumbprint: string;
  }): Promise<About | null>;
  removeExpired(): Promise<void>;
};

const MINUTES = 5;

export function makeChallenges(database: Database): Challenges {
  return {
    async make(kind, thumbprint, about) {
      const challenge = randomBytes(32).toString('base64url');
      await database.query(
        `insert into staff_challenge (hash, kind, thumbprint, about, expires_at)
         values ($1, $2, $3, $4, now() + $5 * interval '1 minute')`,
        [secretHash('staff challenge', challenge), kind, thumbprint, JSON.stringify(about), MINUTES],
      );
      return challenge;
    },
    async spend<About extends object>({
      challenge,
      kind,
      thumbprint,
    }: {
      challenge: string;
      kind: CeremonyKind;
      thumbprint: string;
    }) {
      const [row] = await database.query<{ about: About; good: boolean }>(
        `delete from staff_challenge where hash = $1
         returning about, kind = $2 and thumbprint = $3 and expires_at > now() as good`,
        [secretHash('staff challenge', challenge), kind, thumbprint],
      );
      return row?.good ? row.about : null;
    },
    async removeExpired() {
      await database.query('delete from staff_challenge where expires_at <= now()');
    },
  };
}
