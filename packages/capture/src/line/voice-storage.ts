import type { Kept } from './kept-value.ts';
import { NO_VOICE, type VoiceState, type VoiceStorage } from './voice-state.ts';

/** One change at a time over a value that is kept; whoever gives the value seals it. */
export function makeVoiceStorage(store: Kept<VoiceState>): VoiceStorage {
  let state: VoiceState | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function read(): Promise<VoiceState> {
    state ??= (await store.get()) ?? NO_VOICE;
    return state;
  }

  async function write(change: (state: VoiceState) => VoiceState): Promise<VoiceState> {
    const changed = change(await read());
    await store.put(changed);
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
