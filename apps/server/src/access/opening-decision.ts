import { verifyGrant } from '@aboveboard/consent/grant';
import { sliceCovers } from '@aboveboard/consent/grant-slice';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { AccessPurpose } from '@aboveboard/vault/journal';
import type { Database } from '../database/database.ts';
import type { Held } from '../holds/held.ts';
import { accountOf } from '../logs/uses-log.ts';
import type { GivenGrant, GrantSource } from '../recordings/grant-source.ts';
import { type KnownRecording, recordingsWithIds } from '../recordings/recording-rows.ts';
import { Refusal } from '../refusal.ts';
import { type AskingPrincipal, accountUid, type Decide, PRINCIPAL_ROLES } from './decision.ts';

/** Throws Refusal `not-allowed`: then nothing is entered in the journal and nothing is opened. */
export type MayOpen = (
  purpose: AccessPurpose,
  ids: readonly string[],
  about: { known: readonly KnownRecording[]; given: GivenGrant | null },
) => Promise<void>;

/**
 * The decision about every opening, whoever asks for it: a route, a job, a command (ACC14). Whether the grant holds is
 * computed here from its bytes, not believed of whoever found it.
 */
export function makeMayOpen(parts: {
  decide: Decide;
  rules: () => Promise<RulesState | null>;
  held: Pick<Held, 'of'>;
  /** Milliseconds since the epoch. */
  now: () => number;
}): MayOpen {
  const { decide, rules, held, now } = parts;
  return async (purpose, ids, { known, given }) => {
    const principal = principalOf(purpose.by);
    const state = given && (await rules());
    const at = now();
    const verdict =
      given &&
      (await verifyGrant({
        grant: given.document,
        notes: given.notes,
        rules: state,
        rulesTime: at,
        now: at,
        subtle: crypto.subtle,
      }));
    const frozen = await held.of(ids);
    for (const id of ids) {
      // What is not here is somebody's file that has a key here: nothing that was released opens so (VLT50).
      const recording = known.find((one) => one.id === id) ?? { id, class: 'foreign' };
      const grant = verdict?.ok
        ? {
            holds: true,
            asker: { __entity: accountUid(verdict.grant.asker) },
            readings: [...verdict.grant.reading],
            covers: sliceCovers(verdict.grant.slice, recording),
          }
        : null;
      const { allowed } = decide({
        principal,
        action: 'open-recording',
        resource: { type: 'Recording', id, class: recording.class, held: frozen.has(id) },
        context: { reading: purpose.kind, ...(grant && { grant }) },
      });
      if (!allowed) throw notOpened();
    }
  };
}

/** Throws Refusal: the grant ended, something of it is held, or erased. What was opened before is then used no more (REL94). */
export type MayStillOpen = (purpose: AccessPurpose, ids: readonly string[]) => Promise<void>;

/** The decision of an opening once more, without another entry: for who reads on under an access that it has. */
export function makeMayStillOpen(parts: {
  database: Pick<Database, 'query'>;
  grants: GrantSource;
  mayOpen: MayOpen;
}): MayStillOpen {
  const { database, grants, mayOpen } = parts;
  return async (purpose, ids) => {
    const known = await recordingsWithIds(database.query, ids);
    if (known.length < ids.length) throw notOpened();
    const given = known.some((one) => one.class === 'own') ? await grants(purpose, known) : null;
    await mayOpen(purpose, ids, { known, given });
  };
}

function principalOf(by: string): AskingPrincipal {
  const [prefix = '', handle = ''] = by.split(':');
  const role = PRINCIPAL_ROLES.find((one) => one === prefix) ?? 'nobody';
  return { role, id: handle ? accountOf(handle) : prefix, steppedUp: false };
}

function notOpened(): Refusal {
  return new Refusal(
    'not-allowed',
    'This is not opened: there is no grant for it that holds, names what is to be done, and was asked for by you.',
  );
}
