import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { ShownControls } from '@aboveboard/protocol/controls';
import type { GrantWish, ShownGrant, ShownPolicies } from '@aboveboard/protocol/grants';
import type { HoldWish, ShownHold } from '@aboveboard/protocol/holds';
import type {
  About,
  AccessRequest,
  InstalledAgreement,
  MyRecording,
  OpenedAccess,
  ReleasedRecording,
  Session,
  TaskCardsAnswer,
} from '@aboveboard/protocol/installation';
import type {
  HolderAnswer,
  ModelWish,
  MyLineage,
  ShownLineage,
  ShownModel,
  ShownRelease,
} from '@aboveboard/protocol/lineage';
import type { StaffSession } from '@aboveboard/protocol/staff';
import { words } from './messages/en.ts';
import { forgetSessionKey, hasSessionKey, withProof } from './sign-in/session-key.ts';

/** An answer of the server that is not 2xx; the message is a sentence for the person in front of it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: ApiErrorBody['error'] | null;

  constructor(status: number, body: ApiErrorBody['error'] | null, message: string) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', ...(await withProof(path, init)) });
  } catch (cause) {
    throw new Error(words.faults.noAnswer, { cause });
  }
}

/** Asks her to show that it is she; false: it was not shown. Set once, by who knows how. */
let showAgain: () => Promise<boolean> = async () => false;
export function whenNotFresh(ask: () => Promise<boolean>): void {
  showAgain = ask;
}

/** `init.body` is text or bytes, so that it can be sent again. */
export async function call(path: string, init?: RequestInit, isAgain = false): Promise<Response> {
  const answer = await ask(path, init);
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => null)) as ApiErrorBody | null;
  if (body?.error.code === 'not-fresh' && !isAgain && (await showAgain())) return call(path, init, true);
  throw new ApiError(
    answer.status,
    body?.error ?? null,
    body?.error.message ?? words.faults.status(answer.status),
  );
}

export async function read<T>(path: string): Promise<T> {
  return (await call(path)).json() as Promise<T>;
}

export async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await call(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** What the server finds when it checks itself. */
export type Readiness = { ready: boolean; database: boolean; draining: boolean };

export const client = {
  /** A server that is not ready says so with 503: that is an answer, not a fault. */
  readiness: async () => (await ask('/api/ready')).json() as Promise<Readiness>,
  about: () => read<About>('/api/about'),
  agreement: () => read<InstalledAgreement>('/api/agreement'),
  taskCards: () => read<TaskCardsAnswer>('/api/task-cards'),
  /** Null: nobody is signed in. Not asked where this browser never signed in, or signed out again. */
  session: async (): Promise<Session | null> => {
    if (!/(^|; )aboveboard-signed-in=1/.test(document.cookie)) return null;
    try {
      if (await hasSessionKey()) {
        const { role, account, expires } = await read<StaffSession>('/api/staff/session');
        return { role, handle: account, expires };
      }
      return await read<Session>('/api/session');
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      await forgetSessionKey();
      return null;
    }
  },
  redeem: async (code: string) => {
    await forgetSessionKey();
    return send<Session>('POST', '/api/session', { code, cookie: true });
  },
  leave: async () => {
    if (await hasSessionKey()) await send<void>('DELETE', '/api/staff/session');
    await forgetSessionKey();
    await send<void>('DELETE', '/api/session');
  },
  /** Into the rules log: durable and included when it resolves. */
  enterRules: async (entry: Uint8Array): Promise<{ index: number }> => {
    const answer = await call('/api/logs/rules/entries', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: entry as Uint8Array<ArrayBuffer>,
    });
    return answer.json() as Promise<{ index: number }>;
  },
  controls: () => read<ShownControls>('/api/controls'),
  policies: () => read<ShownPolicies>('/api/policies'),
  grants: () => read<{ grants: ShownGrant[] }>('/api/grants'),
  askGrant: (wish: GrantWish) => send<ShownGrant>('POST', '/api/grants', wish),
  withdrawGrant: (id: string) => send<ShownGrant>('POST', `/api/grants/${id}/withdrawal`),
  /** A note that a party signed; in the log of uses, and counted, when it resolves. */
  sayOfGrant: async (id: string, note: Uint8Array): Promise<ShownGrant> => {
    const answer = await call(`/api/grants/${id}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: note as Uint8Array<ArrayBuffer>,
    });
    return answer.json() as Promise<ShownGrant>;
  },
  holds: () => read<{ holds: ShownHold[] }>('/api/holds'),
  askHold: (wish: HoldWish) => send<ShownHold>('POST', '/api/holds', wish),
  /** A note that a party signed; in the log of uses, and counted, when it resolves. */
  sayOfHold: async (id: string, note: Uint8Array): Promise<ShownHold> => {
    const answer = await call(`/api/holds/${id}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: note as Uint8Array<ArrayBuffer>,
    });
    return answer.json() as Promise<ShownHold>;
  },
  lineage: () => read<ShownLineage>('/api/releases'),
  answerRelease: (release: string, said: HolderAnswer['said']) =>
    send<ShownRelease>('POST', `/api/releases/${release}/answer`, { said }),
  enterModel: (wish: ModelWish) => send<ShownModel>('POST', '/api/models', wish),
  myLineage: () => read<MyLineage>('/api/my/lineage'),
  myRecordings: () => read<{ recordings: MyRecording[] }>('/api/my/recordings'),
  erase: (recordings: string[]) =>
    send<{ erased: string[]; unknown: string[]; keysExpireOn: string }>(
      'POST',
      '/api/my/recordings/erasure',
      { recordings },
    ),
  released: (after: string | null) =>
    read<{ recordings: ReleasedRecording[]; next: string | null }>(
      `/api/recordings${after ? `?after=${encodeURIComponent(after)}` : ''}`,
    ),
  /** Writes the journal first; what it opens is read from `openedPart`. */
  open: (request: AccessRequest) => send<OpenedAccess>('POST', '/api/accesses', request),
  openedManifest: async (access: string, n: number) =>
    new Uint8Array(await (await call(`/api/accesses/${access}/${n}/manifest`)).arrayBuffer()),
  openedPart: async (access: string, n: number, index: number) =>
    new Uint8Array(await (await call(`/api/accesses/${access}/${n}/parts/${index}`)).arrayBuffer()),
};
