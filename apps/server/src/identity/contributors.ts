import { randomBytes } from 'node:crypto';
import { type EnrolmentClaim, verifyClaim } from '@aboveboard/consent/enrolment-claim';
import { eraserOf } from '@aboveboard/consent/enrolment-codes';
import type { Session } from '@aboveboard/protocol/installation';
import type { Database, Query } from '../database/database.ts';
import type { Erasure } from '../recordings/erasure.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { EnrolmentIssuer } from './enrolment-issuer.ts';
import type { Sessions } from './sessions.ts';

/**
 * Contributors as the server knows them (spec/enrolment.md, ENR31-ENR36, ENR50-ENR52; T2, T11): by a number that
 * was made here, by a spent token that nobody can link to a code, and by what an erase code is known by.
 */
export type Contributors = {
  /** The session that the claim asks for; the same claim again gives the same. Refusal `refused`, `conflict`, `erased`. */
  enrol(claim: EnrolmentClaim, issuerKey: Uint8Array): Promise<Session & { token: string }>;
  /** Everything of hers is gone when it resolves, keys first. Refusal `not-found`: no contributor made this code. */
  eraseAll(secret: Uint8Array): Promise<void>;
  /** Goes on with what was begun, and erases what came late. */
  resume(): Promise<void>;
};

type Row = { handle: string; eraser: Buffer; erased: boolean };

export function makeContributors(parts: {
  database: Database;
  sessions: Pick<Sessions, 'begin' | 'endOf'>;
  issuer: EnrolmentIssuer;
  erasure: Pick<Erasure, 'erase'>;
}): Contributors {
  const { database, sessions, issuer, erasure } = parts;

  async function checked(claim: EnrolmentClaim, issuerKey: Uint8Array): Promise<Buffer> {
    const { list, key } = await issuer.of(issuerKey);
    const verified = await verifyClaim(claim, { kind: 'enrolment', digest: list }, key, crypto.subtle);
    if (verified.ok) return Buffer.from(verified.nullifier, 'hex');
    const at = verified.refusal === 'not-signed' ? 'proof' : 'token';
    throw new Refusal('refused', 'This token was not dealt here, or did not sign this.', {
      faults: [{ rule: 'ENR32', at, message: verified.refusal }],
    });
  }

  async function spend(query: Query, nullifier: Buffer, eraser: Buffer): Promise<Row> {
    const handle = randomBytes(12).toString('base64url');
    await query(
      'insert into contributor (eraser, handle, nullifier) values ($1, $2, $3) on conflict do nothing',
      [eraser, handle, nullifier],
    );
    const [row] = await query<Row>(
      'select handle, eraser, erased from contributor where nullifier = $1 for update',
      [nullifier],
    );
    if (row?.eraser.equals(eraser)) return row;
    throw new Refusal('conflict', 'This token was spent before, with another erase code.');
  }

  async function eraseOf(handle: string): Promise<void> {
    // First, so that nothing comes while the rest goes.
    await sessions.endOf(handle);
    await database.query('delete from device_handover where contributor = $1', [handle]);
    await database.query('delete from withdrawn_from where contributor = $1', [handle]);
    const rows = await database.query<{ recording: string }>(
      'select recording from upload where contributor = $1',
      [handle],
    );
    if (rows.length > 0)
      await erasure.erase(
        handle,
        rows.map(({ recording }) => recording),
      );
  }

  return {
    async enrol(claim, issuerKey) {
      const nullifier = await checked(claim, issuerKey);
      const token = Buffer.from(claim.session).toString('base64url');
      return database.transaction(async (query) => {
        const { handle, erased } = await spend(query, nullifier, Buffer.from(claim.eraser, 'hex'));
        if (erased)
          throw new Refusal('erased', 'Everything of this contributor was erased with the paper code.');
        return sessions.begin(query, { token, role: 'contributor', handle });
      });
    },

    async eraseAll(secret) {
      const eraser = Buffer.from(await eraserOf(secret, crypto.subtle), 'hex');
      const [row] = await database.query<{ handle: string }>(
        'update contributor set erased = true where eraser = $1 returning handle',
        [eraser],
      );
      if (!row) throw notFound();
      await eraseOf(row.handle);
    },

    async resume() {
      const rows = await database.query<{ handle: string }>(
        `select handle from contributor where erased and (handle in (select contributor from upload)
           or handle in (select handle from session) or handle in (select contributor from withdrawn_from))`,
      );
      for (const { handle } of rows) await eraseOf(handle);
    },
  };
}
