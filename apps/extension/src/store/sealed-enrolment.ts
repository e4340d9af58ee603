import type { Kept } from '@aboveboard/capture/line/kept-value';
import type { SealedEnrolment } from '@aboveboard/capture/line/sealed-enrolment';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { openValue, sealValue } from './sealed-text.ts';
import { kept } from './settings.ts';

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
