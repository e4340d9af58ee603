import type { KeyRing } from '@aboveboard/vault/keyring';
import { openValue, sealValue } from './sealed-text.ts';
import { type Kept, kept } from './settings.ts';

/**
 * What stands between a code and a contributor on this device (ENR40): kept sealed before anything of it is
 * asked, so that a recorder that was ended asks the same again. Bytes base64url.
 */
export type SealedEnrolment = {
  /** Of the paper code, for enrolling and for a voice (ENR3); null: a demonstration's own code. */
  secrets: { enrol: string; ticket: string } | null;
  /** The session's token, drawn here. */
  session: string;
  /** Hex, in no relation to code, token or person (ENR7). */
  contributor: string;
  /** Shown until she has it, then destroyed (ENR43); `eraser` is what it is known by, hex. */
  eraseCode: string | null;
  eraser: string;
  /** What the guardian was asked, under which list and key; null: not yet. */
  ask: { list: string; issuer: string; seed: string; blinded: string; inverse: string } | null;
  /** The token's signature. */
  signature: string | null;
};

/** An id that no recording has: the key ring knows keys by ids of this form. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAQ';
const KIND = 'enrolment';

/** It stays when the recorder is set up anew: the code can not be used again elsewhere (ENR42). */
export function sealedEnrolment(database: IDBDatabase, keys: KeyRing): Kept<SealedEnrolment> {
  const store = kept<Uint8Array>(database, 'sealed-enrolment');
  return {
    async get() {
      const sealed = await store.get();
      return (sealed && (await openValue<SealedEnrolment>(keys, KEY, KIND, sealed))) ?? null;
    },
    async put(value) {
      await keys.open(KEY).catch(() => keys.create(KEY));
      await store.put(await sealValue(keys, KEY, KIND, value));
    },
    remove: () => store.remove(),
  };
}
