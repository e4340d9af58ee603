import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type {
  AccountClaim,
  NewAccount,
  PasskeyChallenge,
  RegistrationChallenge,
} from '@aboveboard/protocol/staff';
import type { Answer } from './device.ts';
import { type Lies, SoftPasskey } from './soft-passkey.ts';

/** What a proof may say wrongly. */
export type ProofLies = {
  htm?: string;
  htu?: string;
  iat?: number;
  jti?: string;
  body?: string;
  typ?: string;
  alg?: string;
  /** In place of the whole proof; null: none is sent. */
  text?: string | null;
  key?: KeyObject;
  header?: object;
};

const BYTES = 'application/octet-stream';

/** A browser of a steward: its cookies, its session's key, and one passkey. It has no engine. */
export class StaffBrowser {
  readonly url: string;
  readonly passkey: SoftPasskey;
  readonly cookies = new Map<string, string>();
  key = sessionKey();

  /** `url` by a name, for passkeys belong to one. */
  constructor(url: string, passkey = new SoftPasskey(url)) {
    this.url = url;
    this.passkey = passkey;
  }

  async call<T = { error: { code: string; message: string } }>(
    method: string,
    path: string,
    body?: unknown,
    lies: ProofLies = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const isBytes = body instanceof Uint8Array;
    const text = isBytes ? body : body === undefined ? undefined : JSON.stringify(body);
    const proof = lies.text === undefined ? this.proof(method, path, text, lies) : lies.text;
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(proof === null ? {} : { 'aboveboard-proof': proof }),
        ...(text === undefined ? {} : { 'content-type': isBytes ? BYTES : 'application/json' }),
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text as string | Uint8Array<ArrayBuffer> }),
    });
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
    const answer = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      body: (isJson ? JSON.parse(answer) : answer) as T,
      headers: response.headers,
    };
  }

  proof(method: string, path: string, body: string | Uint8Array | undefined, lies: ProofLies = {}): string {
    const key = lies.key ?? this.key;
    const { kty, crv, x, y } = key.export({ format: 'jwk' });
    const header = lies.header ?? {
      typ: lies.typ ?? 'aboveboard-proof+jwt',
      alg: lies.alg ?? 'ES256',
      jwk: { kty, crv, x, y },
    };
    const digest = body === undefined ? undefined : createHash('sha256').update(body).digest('base64url');
    const claims = {
      htm: lies.htm ?? method,
      htu: lies.htu ?? new URL(this.url).host + path,
      iat: lies.iat ?? Math.floor(Date.now() / 1000),
      jti: lies.jti ?? randomBytes(18).toString('base64url'),
      body: lies.body ?? digest,
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  async challenge(claim: AccountClaim): Promise<RegistrationChallenge> {
    return (await this.call<RegistrationChallenge>('POST', '/api/staff/accounts/challenge', claim)).body;
  }

  /** Makes, or recovers, an account with this browser's passkey. */
  async open(claim: AccountClaim, more: { note?: (statement: string) => Promise<string>; lies?: Lies } = {}) {
    const asked = await this.challenge(claim);
    const note = more.note && asked.statement !== null ? await more.note(asked.statement) : undefined;
    const response = asked.options ? this.passkey.register(asked.options, more.lies) : { id: 'x'.repeat(22) };
    return this.call<NewAccount>('POST', '/api/staff/accounts', {
      claim,
      response,
      ...(note ? { note } : {}),
    });
  }

  async signIn(lies: Lies = {}) {
    const { body } = await this.call<PasskeyChallenge>('POST', '/api/staff/passkeys/challenge');
    const response = this.passkey.assert(body.options, lies);
    return this.call('POST', '/api/staff/passkeys/assertion', { response });
  }

  async showAgain(lies: Lies = {}) {
    const { body } = await this.call<PasskeyChallenge>('POST', '/api/staff/session/challenge');
    const response = this.passkey.assert(body.options, lies);
    return this.call('POST', '/api/staff/session/fresh', { response });
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/Max-Age=0|Expires=Thu, 01 Jan 1970/i.test(cookie) || value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export function sessionKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}
