import type { VoiceState, VoiceStorage } from '@aboveboard/capture/line/voice-state';
import { makeVoiceStorage } from '@aboveboard/capture/line/voice-storage';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { openValue, sealValue } from '../store/sealed-text.ts';
import { kept } from '../store/settings.ts';

const VOICES = 'voices';
/** An id that no recording has: the key ring knows keys by ids of this form. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAg';

/** Sealed under a key of this device. It stays when she leaves an installation: nobody can deal her another token. */
export function voiceStore(database: IDBDatabase, keys: KeyRing): VoiceStorage {
  const store = kept<Uint8Array>(database, VOICES);
  return makeVoiceStorage({
    async get() {
      const sealed = await store.get();
      return (sealed && (await openValue<VoiceState>(keys, KEY, VOICES, sealed))) ?? null;
    },
    async put(state) {
      await keys.open(KEY).catch(() => keys.create(KEY));
      await store.put(await sealValue(keys, KEY, VOICES, state));
    },
    remove: () => store.remove(),
  });
}
