import type { EnrolmentAnswer, EnrolmentAsk, VoiceAbout, VoiceRefusalCode } from '@aboveboard/protocol/voice';

const PATIENCE = 20_000;
/** What everyone sends with a code or token weighs the same (GRD25). */
const VOICE_BYTES = 8192;
const LONGEST_TEXT = 1_048_576;

/** Why the guardian did not do it; `unreachable`: it did not answer, and nothing was lost. */
export class GuardianRefused extends Error {
  override readonly name = 'GuardianRefused';
  readonly code: VoiceRefusalCode | 'unreachable';
  constructor(code: GuardianRefused['code'], options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** What a device says to the guardian itself, with its code (spec/guardian.md, GRD20-GRD25). Throws GuardianRefused. */
export type GuardianVoice = {
  about(): Promise<VoiceAbout>;
  redeem(ask: EnrolmentAsk): Promise<EnrolmentAnswer>;
};

export function guardianVoice(origin: string): GuardianVoice {
  async function call<T>(path: string, init: RequestInit): Promise<T> {
    let status: number;
    let value: unknown;
    try {
      const response = await fetch(`${origin}${path}`, {
        ...init,
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE),
      });
      status = response.status;
      const text = await response.text();
      if (text.length > LONGEST_TEXT) throw new Error('longer than anything that is said there');
      value = JSON.parse(text);
    } catch (cause) {
      throw new GuardianRefused('unreachable', { cause });
    }
    if (status === 200) return value as T;
    const code = (value as { error?: { code?: VoiceRefusalCode } } | null)?.error?.code;
    throw new GuardianRefused(status < 500 && code ? code : 'unreachable');
  }
  return {
    about: () => call<VoiceAbout>('/voice', {}),
    redeem: (ask) => {
      const body = JSON.stringify(ask).padEnd(VOICE_BYTES);
      return call<EnrolmentAnswer>('/voice/enrolment', {
        method: 'POST',
        body: new Blob([body], { type: 'application/json' }),
      });
    },
  };
}
