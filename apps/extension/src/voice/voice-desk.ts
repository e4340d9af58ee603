import { issueOf, type VoiceStorage, withVoice } from '@aboveboard/capture/line/voice-state';
import { codeSecret, readCode } from '@aboveboard/consent/enrolment-codes';
import { base64url, decideVoice } from '@aboveboard/consent/own-voice';
import { SEALED_BYTES } from '@aboveboard/consent/spoken';
import { sealWords } from '@aboveboard/vault/sealed-words';

export type VoiceActFault = 'code-misread' | 'voice-late';

/** Her acts. Nothing is sent by them: what she decided goes when the rhythm lets it (RLY40). */
export class VoiceDesk {
  readonly storage: VoiceStorage;

  constructor(storage: VoiceStorage) {
    this.storage = storage;
  }

  /** Keeps the second secret of her code, and not the code (ENR3). */
  async giveCode(typed: string): Promise<VoiceActFault | null> {
    const secret = await readCode(typed, crypto.subtle);
    if (!secret) return 'code-misread';
    const ticket = base64url(await codeSecret(secret, 'ticket', crypto.subtle));
    await this.storage.change((state) => ({ ...state, ticket }));
    return null;
  }

  /** Decided for good: a token says one thing. `words` for the representative alone. */
  async say(issue: string, says: string, words: string): Promise<VoiceActFault | null> {
    const state = await this.storage.get();
    const own = state.voices.find((voice) => voice.issue === issue);
    const recipient = state.about?.words ?? null;
    if (!own || own.signature === null || own.fault !== null || !issueOf(state, issue)) return 'voice-late';
    const spoken = words.trim();
    const sealed =
      own.kind === 'objection' && recipient !== null
        ? await sealWords(spoken, recipient)
        : random(SEALED_BYTES);
    const decided = await decideVoice(own, says, sealed, crypto.subtle);
    await this.storage.change((now) => {
      const before = now.voices.find((voice) => voice.issue === issue);
      return before?.said ? now : withVoice(now, { ...own, ...decided });
    });
    return null;
  }
}

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
