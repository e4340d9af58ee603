import {
  type VoiceAbout,
  type VoiceAnswer,
  type VoiceCount,
  type VoiceRefusalCode,
  voiceText,
} from '@aboveboard/protocol/voice';

/** What the guardian said instead, in its own sentence. */
export class GuardianRefused extends Error {
  override readonly name = 'GuardianRefused';
  readonly code: VoiceRefusalCode | string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Calls of a page, or of anyone else, to one guardian. `origin` is empty for a page of its own. */
export type GuardianClient = {
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  send<T>(path: string, body?: unknown, method?: 'POST' | 'DELETE'): Promise<T>;
};

export function makeGuardianClient(origin = '', headers: Record<string, string> = {}): GuardianClient {
  async function call(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${origin}${path}`, { ...init, cache: 'no-store' }).catch(() => {
      throw new GuardianRefused('unreachable', 'The guardian does not answer. Nothing was lost; try again.');
    });
    if (response.ok) return response;
    const value = (await response.json().catch(() => null)) as {
      error?: { code: string; message: string };
    } | null;
    throw new GuardianRefused(
      value?.error?.code ?? 'unavailable',
      value?.error?.message ?? 'It failed. Try again.',
    );
  }
  return {
    get: async <T>(path: string) => (await (await call(path, { headers })).json()) as T,
    text: async (path) => (await call(path, { headers })).text(),
    async send<T>(path: string, body: unknown = {}, method: 'POST' | 'DELETE' = 'POST') {
      const response = await call(path, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        // What is said with a code or token has one size on the wire (GRD25).
        body: path.startsWith('/voice/') ? voiceText(path, body) : JSON.stringify(body),
      });
      return (response.status === 204 ? null : await response.json()) as T;
    },
  };
}

export const voiceAbout = (client: GuardianClient) => client.get<VoiceAbout>('/voice');
export const sendAsk = (client: GuardianClient, body: { issue: string; ticket: string; blinded: string }) =>
  client.send<VoiceAnswer>('/voice/asks', body);
/** Null before the first. */
export const voiceCount = (client: GuardianClient, digest: string): Promise<VoiceCount | null> =>
  client.get<VoiceCount>(`/voice/counts/${digest}`).catch((error: unknown) => {
    if (error instanceof GuardianRefused && error.code === 'unknown-issue') return null;
    throw error;
  });
