import { HANDOVER_BYTES } from '@aboveboard/consent/device-handover';
import type { Database } from '../database/database.ts';
import { notFound, Refusal } from '../refusal.ts';
import { secretHash } from './secret-hash.ts';

/**
 * What one device of a contributor leaves here for the next (spec/enrolment.md, ENR60-ENR66). It is sealed under a code that
 * never comes here; what is known here of that code opens nothing.
 */
export type DeviceHandovers = {
  /** The newest of hers replaces what was there. `secret`: of the code, base64url. */
  leave(contributor: string, given: { secret: string; sealed: Uint8Array }): Promise<void>;
  /** Given to the first that asks, and to it again. Refusal `not-found` alike for unknown, taken and over. */
  take(secret: string, asker: Uint8Array): Promise<Uint8Array>;
  removeExpired(): Promise<void>;
};

const MINUTES = 15;

export function makeDeviceHandovers(database: Database): DeviceHandovers {
  return {
    async leave(contributor, { secret, sealed }) {
      if (sealed.length !== HANDOVER_BYTES) {
        throw new Refusal('refused', 'This is no handover.', {
          faults: [{ rule: 'ENR62', at: 'sealed', message: `has not ${HANDOVER_BYTES} bytes` }],
        });
      }
      const handle = secretHash('device handover', secret);
      const left = await database.query(
        `insert into device_handover (handle, contributor, sealed, expires_at)
         values ($1, $2, $3, now() + make_interval(mins => $4))
         on conflict (contributor) do update
           set handle = excluded.handle, sealed = excluded.sealed, expires_at = excluded.expires_at,
             taken_by = case when device_handover.handle = excluded.handle then device_handover.taken_by end
         returning 1`,
        [handle, contributor, Buffer.from(sealed), MINUTES],
      );
      if (left.length !== 1) throw new Refusal('conflict', 'This code is in use.');
    },

    async take(secret, asker) {
      const [row] = await database.query<{ sealed: Buffer }>(
        `update device_handover set taken_by = $2
         where handle = $1 and expires_at > now() and (taken_by is null or taken_by = $2) returning sealed`,
        [secretHash('device handover', secret), Buffer.from(asker)],
      );
      if (!row) throw notFound();
      return new Uint8Array(row.sealed);
    },

    async removeExpired() {
      await database.query(
        `delete from device_handover h where expires_at <= now()
           or not exists (select 1 from session s where s.handle = h.contributor)`,
      );
    },
  };
}
