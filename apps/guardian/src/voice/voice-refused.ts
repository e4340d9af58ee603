import type { VoiceRefusalCode } from '@aboveboard/protocol/voice';

/** Why an act with a code or a token was not done. Says nothing of what was shown. */
export class VoiceRefused extends Error {
  override readonly name = 'VoiceRefused';
  readonly code: VoiceRefusalCode;
  constructor(code: VoiceRefusalCode) {
    super(code);
    this.code = code;
  }
}

/** An act of the representative that can't be done, in a sentence for her. */
export class ActRefused extends Error {
  override readonly name = 'ActRefused';
}
