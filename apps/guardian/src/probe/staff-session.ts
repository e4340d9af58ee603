import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { ProbeAsk, ProbeRequest } from '@aboveboard/protocol/outsider-probe';
import { asserted, makeProbePasskey, type ProbePasskey, registered } from './probe-passkey.ts';

/**
 * A session of a staff account as a browser has one (spec/identity.md, IDN40, IDN41): a cookie, and a key that signs each
 * request. Both can be used apart here, which is what a thief would do.
 */
export type StaffSession = { token: string; key: KeyObject };

/** A server as the probe speaks with it. `now`: seconds since 1970. */
export type AskedServer = { ask: ProbeAsk; origin: URL; now: () => number };

const COOKIE = '__Host-aboveboard-staff';

export function sessionKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** The proof of one request; what `said` has is said in place of what is so. */
export function proofOf(
  key: KeyObject,
  { origin, now }: Pick<AskedServer, 'origin' | 'now'>,
  { method, path, body }: ProbeRequest,
  said: { iat?: number } = {},
): string {
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  const header = { typ: 'aboveboard-proof+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const claims = {
    htm: method,
    htu: origin.host + path,
    iat: said.iat ?? now(),
    jti: randomBytes(18).toString('base64url'),
    ...(body ? { body: createHash('sha256').update(body).digest('base64url') } : {}),
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

export function sessionHeaders(token: string, proof: string | null): Record<string, string> {
  return { cookie: `${COOKIE}=${token}`, ...(proof === null ? {} : { 'aboveboard-proof': proof }) };
}

/** Makes the account that an invitation is for. Throws where that does not come about. */
export async function openAccount(
  server: AskedServer,
  invitation: string,
): Promise<{ passkey: ProbePasskey; session: StaffSession }> {
  const key = sessionKey();
  const claim = { invitation };
  const asked = await post(server, key, '/api/staff/accounts/challenge', claim);
  const passkey = makeProbePasskey();
  const response = registered(passkey, { options: optionsOf(asked.body), origin: server.origin.origin });
  const opened = await post(server, key, '/api/staff/accounts', { claim, response });
  return { passkey, session: { token: tokenOf(opened.headers), key } };
}

/** Counts `passkey` up. Throws where it does not sign in. */
export async function signIn(server: AskedServer, passkey: ProbePasskey): Promise<StaffSession> {
  const key = sessionKey();
  const asked = await post(server, key, '/api/staff/passkeys/challenge', null);
  passkey.counter += 1;
  const response = asserted(passkey, { options: optionsOf(asked.body), origin: server.origin.origin });
  const opened = await post(server, key, '/api/staff/passkeys/assertion', { response });
  return { token: tokenOf(opened.headers), key };
}

/** Throws where the server does not say that it is done. */
export async function signOut({ ask }: AskedServer, { token }: StaffSession): Promise<void> {
  const request = { method: 'DELETE', path: '/api/staff/session', body: null };
  const { status } = await ask({ ...request, headers: sessionHeaders(token, null) });
  if (status !== 204) throw new Error(`signing out was answered with ${status}`);
}

async function post(server: AskedServer, key: KeyObject, path: string, value: object | null) {
  const body = value === null ? null : new TextEncoder().encode(JSON.stringify(value));
  const request = { method: 'POST', path, body };
  const headers = {
    ...(body ? { 'content-type': 'application/json' } : {}),
    'aboveboard-proof': proofOf(key, server, request),
  };
  const answer = await server.ask({ ...request, headers });
  if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
  return answer;
}

function optionsOf(body: string): Record<string, unknown> {
  return (JSON.parse(body) as { options: Record<string, unknown> }).options;
}

function tokenOf(headers: Readonly<Record<string, string>>): string {
  const token = new RegExp(`${COOKIE}=([A-Za-z0-9_-]{43})`).exec(headers['set-cookie'] ?? '')?.[1];
  if (token === undefined) throw new Error('no session came');
  return token;
}
