import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
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

async function call(path: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (cause) {
    throw new Error('The server did not answer. Nothing was changed. Try again in a moment.', { cause });
  }
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => null)) as ApiErrorBody | null;
  throw new ApiError(
    answer.status,
    body?.error ?? null,
    body?.error.message ?? `The server answered with status ${answer.status}. Nothing was changed.`,
  );
}

async function read<T>(path: string): Promise<T> {
  return (await call(path)).json() as Promise<T>;
}

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await call(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export const client = {
  about: () => read<About>('/api/about'),
  agreement: () => read<InstalledAgreement>('/api/agreement'),
  taskCards: () => read<TaskCardsAnswer>('/api/task-cards'),
  /** Null: nobody is signed in. */
  session: async (): Promise<Session | null> => {
    try {
      return await read<Session>('/api/session');
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  redeem: (code: string) => send<Session>('POST', '/api/session', { code, cookie: true }),
  leave: () => send<void>('DELETE', '/api/session'),
  myRecordings: () => read<{ recordings: MyRecording[] }>('/api/my/recordings'),
  erase: (recordings: string[]) =>
    send<{ erased: string[]; unknown: string[] }>('POST', '/api/my/recordings/erasure', { recordings }),
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
