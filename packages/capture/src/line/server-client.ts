import type { MyAccesses } from '@aboveboard/protocol/grants';
import type {
  About,
  EnrolmentRequest,
  InstalledAgreement,
  LeaveHandover,
  MyRecording,
  Session,
  TakeHandover,
  TakenHandover,
  TaskCardsAnswer,
} from '@aboveboard/protocol/installation';
import type { NoticeBoards } from '@aboveboard/protocol/notices';
import type { UploadAnnouncement, UploadStatus } from '@aboveboard/protocol/upload';
import type { Question } from '../cell-line.ts';

/** Why a request did not do what it was for. `status` 0: the server was not reached. */
export class ServerFault extends Error {
  override readonly name = 'ServerFault';
  readonly status: number;
  /** What it was about, where the server named it. */
  readonly at: string | null;
  /** Which rule did not hold, where the server named it. */
  readonly rule: string | null;
  constructor(
    status: number,
    message: string,
    options: ErrorOptions & { at?: string | null; rule?: string | null } = {},
  ) {
    super(message, options);
    this.status = status;
    this.at = options.at ?? null;
    this.rule = options.rule ?? null;
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

/** How a question gets to the server; status 0 never comes, a ServerFault is thrown instead. */
export type Post = (question: Question) => Promise<{ status: number; body: Uint8Array }>;

const PROTOCOL = 1;

/** What the recorder asks of its installation's server, whichever way it gets there. */
export class ServerClient {
  readonly #post: Post;
  readonly #token: string | null;

  constructor(post: Post, token: string | null) {
    this.#post = post;
    this.#token = token;
  }

  /**
   * ServerFault (0) where the server speaks another version than this recorder (DST8): what waits stays on this computer and
   * goes once both speak the same.
   */
  async about(): Promise<About> {
    const about = await this.#json<Omit<About, 'protocol'> & { protocol: unknown }>('GET', '/api/about');
    if (about.protocol === PROTOCOL) return { ...about, protocol: PROTOCOL };
    const said = Number.isSafeInteger(about.protocol) ? `version ${about.protocol}` : 'no version';
    const older = Number.isSafeInteger(about.protocol) && Number(about.protocol) > PROTOCOL;
    throw new ServerFault(
      0,
      `The server speaks ${said}, this recorder version ${PROTOCOL}. ${older ? 'The recorder' : 'The server'} has to be updated; nothing is lost.`,
    );
  }

  /** `token`: 32 random bytes of the caller's own, so that the same may be asked twice. */
  redeem(code: string, own: { token?: string; eraser?: string } = {}): Promise<Session> {
    return this.#json('POST', '/api/session', { code, ...own });
  }

  enrol(request: EnrolmentRequest): Promise<Session> {
    return this.#json('POST', '/api/enrolment', request);
  }

  /** Of the token that this client was made with. */
  session(): Promise<Session> {
    return this.#json('GET', '/api/session');
  }

  /** Again it is the same. */
  async leaveHandover(given: LeaveHandover): Promise<void> {
    await this.#json('POST', '/api/my/handover', given);
  }

  takeHandover(asked: TakeHandover): Promise<TakenHandover> {
    return this.#json('POST', '/api/handover', asked);
  }

  agreement(): Promise<InstalledAgreement> {
    return this.#json('GET', '/api/agreement');
  }

  async attachment(digest: string): Promise<Uint8Array> {
    return (await this.#ask('GET', `/api/agreement/attachments/${encodeURIComponent(digest)}`)).slice();
  }

  cards(): Promise<TaskCardsAnswer> {
    return this.#json<TaskCardsAnswer>('GET', '/api/task-cards');
  }

  /** Verifier keys of a log, one a line. */
  async logKeys(name: 'rules' | 'uses'): Promise<string[]> {
    const text = new TextDecoder().decode(await this.#ask('GET', `/log/${name}/vkey`));
    return text.split('\n').filter((line) => line !== '');
  }

  announce(announcement: UploadAnnouncement): Promise<UploadStatus> {
    return this.#json('POST', '/api/uploads', announcement);
  }

  async part(upload: string, index: number, sealed: Uint8Array): Promise<void> {
    const path = `/api/uploads/${encodeURIComponent(upload)}/parts/${index}`;
    await this.#ask('PUT', path, { type: 'bytes', body: sealed });
  }

  complete(upload: string): Promise<UploadStatus> {
    return this.#json('POST', `/api/uploads/${encodeURIComponent(upload)}/completion`, {});
  }

  async forget(upload: string): Promise<void> {
    await this.#ask('DELETE', `/api/uploads/${encodeURIComponent(upload)}`);
  }

  /** What is not known there is as good as erased. */
  erase(
    recordings: readonly string[],
  ): Promise<{ erased: string[]; held?: { id: string; until: string }[]; keysExpireOn: string }> {
    return this.#json('POST', '/api/my/recordings/erasure', { recordings });
  }

  async myRecordings(): Promise<MyRecording[]> {
    return (await this.#json<{ recordings: MyRecording[] }>('GET', '/api/my/recordings')).recordings;
  }

  myReadings(): Promise<MyAccesses> {
    return this.#json('GET', '/api/my/accesses');
  }

  /** Without a session: the same for everyone. */
  noticeBoards(): Promise<NoticeBoards> {
    return this.#json('GET', '/api/notices');
  }

  async noticeBoard(id: string): Promise<Uint8Array> {
    return (await this.#ask('GET', `/api/notices/${encodeURIComponent(id)}`)).slice();
  }

  async commit(commitments: readonly string[]): Promise<void> {
    await this.#json('POST', '/api/my/commitments', { commitments });
  }

  async #json<T>(method: Question['method'], path: string, value?: object): Promise<T> {
    const body = value && new TextEncoder().encode(JSON.stringify(value));
    const answer = await this.#ask(method, path, body ? { type: 'json', body } : {});
    return (answer.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(answer))) as T;
  }

  async #ask(
    method: Question['method'],
    path: string,
    said: Pick<Question, 'type' | 'body'> = {},
  ): Promise<Uint8Array> {
    const { status, body } = await this.#post({
      method,
      path,
      ...said,
      ...(this.#token ? { token: this.#token } : {}),
    });
    if (status >= 200 && status < 300) return body;
    const { message, at, rule } = refusalOf(body);
    throw new ServerFault(status, message ?? `The server answered ${status}.`, { at, rule });
  }
}

type SaidRefusal = { message: string | null; at: string | null; rule: string | null };

function refusalOf(body: Uint8Array): SaidRefusal {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  try {
    type Said = { error?: { message?: unknown; faults?: { at?: unknown; rule?: unknown }[] } } | null;
    const said = JSON.parse(new TextDecoder().decode(body)) as Said;
    const fault = said?.error?.faults?.[0];
    return { message: text(said?.error?.message), at: text(fault?.at), rule: text(fault?.rule) };
  } catch {
    return { message: null, at: null, rule: null };
  }
}
