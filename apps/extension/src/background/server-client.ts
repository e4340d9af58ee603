import type { About, InstalledAgreement, Session, TaskCardsAnswer } from '@aboveboard/protocol/installation';
import type { UploadAnnouncement, UploadStatus } from '@aboveboard/protocol/upload';

/** Why a request did not do what it was for. `status` 0: the server was not reached. */
export class ServerFault extends Error {
  override readonly name = 'ServerFault';
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The day's bytes would be more than agreed; nothing was sent. */
export class NetworkUsedUp extends Error {
  override readonly name = 'NetworkUsedUp';
  /** No day has room for it. */
  readonly never: boolean;
  constructor(never: boolean) {
    super('The agreed network of the day is used up.');
    this.never = never;
  }
}

/** Counts bytes before they are sent and after they came; throws NetworkUsedUp where they may not be sent. */
export type CountBytes = (bytes: number) => Promise<void>;

const PATIENCE = 20_000;
/** What a request and its answer are besides their bodies, about. */
const HEADERS = 1_000;

/**
 * The one server that was configured, and no other: redirects are refused, cookies are neither sent nor kept,
 * and no page is named as the one that asks.
 */
export class ServerClient {
  readonly #origin: string;
  readonly #token: string | null;
  readonly #count: CountBytes;

  constructor(origin: string, token: string | null, count: CountBytes) {
    this.#origin = origin;
    this.#token = token;
    this.#count = count;
  }

  about(): Promise<About> {
    return this.#json('GET', '/api/about');
  }

  redeem(code: string): Promise<Session> {
    return this.#json('POST', '/api/session', { code });
  }

  agreement(): Promise<InstalledAgreement> {
    return this.#json('GET', '/api/agreement');
  }

  async attachment(digest: string): Promise<Uint8Array> {
    const answer = await this.#ask('GET', `/api/agreement/attachments/${encodeURIComponent(digest)}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    await this.#count(bytes.length);
    return bytes;
  }

  async cards(): Promise<TaskCardsAnswer['cards']> {
    return (await this.#json<TaskCardsAnswer>('GET', '/api/task-cards')).cards;
  }

  announce(announcement: UploadAnnouncement): Promise<UploadStatus> {
    return this.#json('POST', '/api/uploads', announcement);
  }

  async part(upload: string, index: number, sealed: Uint8Array): Promise<void> {
    const body = new Blob([sealed as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' });
    await this.#ask('PUT', `/api/uploads/${encodeURIComponent(upload)}/parts/${index}`, body);
  }

  complete(upload: string): Promise<UploadStatus> {
    return this.#json('POST', `/api/uploads/${encodeURIComponent(upload)}/completion`, {});
  }

  async forget(upload: string): Promise<void> {
    await this.#ask('DELETE', `/api/uploads/${encodeURIComponent(upload)}`);
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const sent = body && new Blob([JSON.stringify(body)], { type: 'application/json' });
    const text = await (await this.#ask(method, path, sent)).text();
    await this.#count(text.length);
    return JSON.parse(text) as T;
  }

  async #ask(method: string, path: string, body?: Blob): Promise<Response> {
    await this.#count((body?.size ?? 0) + HEADERS);
    let answer: Response;
    try {
      answer = await fetch(this.#origin + path, {
        method,
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE),
        ...(body ? { body } : {}),
        headers: {
          ...(body ? { 'content-type': body.type } : {}),
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        },
      });
    } catch (cause) {
      throw new ServerFault(0, 'The server was not reached.', { cause });
    }
    if (answer.ok) return answer;
    const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
    throw new ServerFault(answer.status, said?.error?.message ?? `The server answered ${answer.status}.`);
  }
}
