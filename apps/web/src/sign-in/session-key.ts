import { browserStore } from '../browser-store.ts';

/**
 * The key that this browser's session is bound to (IDN40, IDN41): P-256, made here, not extractable. A script in
 * this page could use it while the page is open; none can carry it away. Kept in IndexedDB, as keys can be.
 */
type Kept = {
  key: CryptoKeyPair;
  /** Milliseconds by which the server's clock is ahead of this one. */
  ahead: number;
};

const KEY = 'key';
const inStore = browserStore('aboveboard-session', KEY);

let known: Promise<Kept | null> | undefined;

/** Null: nobody signed in here by an account, or signed out again. */
function kept(): Promise<Kept | null> {
  known ??= inStore<Kept | undefined>('readonly', (store) => store.get(KEY)).then((found) => found ?? null);
  return known;
}

export async function hasSessionKey(): Promise<boolean> {
  return (await kept()) !== null;
}

/** A key of its own for each session. `now` is the server's, in seconds. */
export async function makeSessionKey(now: number): Promise<void> {
  const key = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const made: Kept = { key, ahead: now * 1000 - Date.now() };
  await inStore('readwrite', (store) => store.put(made, KEY));
  known = Promise.resolve(made);
}

export async function forgetSessionKey(): Promise<void> {
  await inStore('readwrite', (store) => store.delete(KEY));
  known = Promise.resolve(null);
}

/** The same request with its proof, where there is a key to make one. */
export async function withProof(path: string, init: RequestInit = {}): Promise<RequestInit> {
  const found = await kept();
  if (!found) return init;
  const { key, ahead } = found;
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey);
  const header = { typ: 'aboveboard-proof+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const body = bytesOf(init.body);
  const claims = {
    htm: init.method ?? 'GET',
    htu: location.host + path,
    iat: Math.floor((Date.now() + ahead) / 1000),
    jti: base64url(crypto.getRandomValues(new Uint8Array(18))),
    ...(body && body.length > 0
      ? { body: base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', body))) }
      : {}),
  };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    new TextEncoder().encode(signed),
  );
  const headers = new Headers(init.headers);
  headers.set('aboveboard-proof', `${signed}.${base64url(new Uint8Array(signature))}`);
  return { ...init, headers };
}

/** What is sent here is text or bytes; anything else can't be signed before it is sent. */
function bytesOf(body: RequestInit['body']): Uint8Array<ArrayBuffer> | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  throw new TypeError('a body that can not be signed');
}

function encoded(value: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
