import { NO_VOICE, type VoiceState, type VoiceStorage } from '@aboveboard/capture/line/voice-state';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { openValue, sealValue } from '../store/sealed-text.ts';
import { kept } from '../store/settings.ts';

const VOICES = 'voices';
/** An id that no recording has: the key ring knows keys by ids of this form. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAg';

/** Sealed under a key of this device. It stays when she leaves an installation: nobody can deal her another token. */
export function voiceStore(database: IDBDatabase, keys: KeyRing): VoiceStorage {
  const store = kept<Uint8Array>(database, VOICES);
  let state: VoiceState | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function read(): Promise<VoiceState> {
    if (state) return state;
    const sealed = await store.get();
    state = (sealed && (await openValue<VoiceState>(keys, KEY, VOICES, sealed))) ?? NO_VOICE;
    return state;
  }

  async function write(change: (state: VoiceState) => VoiceState): Promise<VoiceState> {
    const changed = change(await read());
    await keys.open(KEY).catch(() => keys.create(KEY));
    await store.put(await sealValue(keys, KEY, VOICES, changed));
    state = changed;
    return changed;
  }

  return {
    get: read,
    change(change) {
      const done = turn.then(() => write(change));
      turn = done.catch(() => undefined);
      return done;
    },
  };
}
