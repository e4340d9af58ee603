import { isIP } from 'node:net';
import type { StaffRole } from '@aboveboard/protocol/staff';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';

/** The name and the origin that a ceremony is for (IDN20). */
export type Site = { name: string; origin: string };

/** What is kept of a passkey. `credential` in base64url. */
export type Passkey = { credential: string; publicKey: Uint8Array; counter: number };

/** Ed25519, P-256 with SHA-256, RSA with SHA-256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];
const TIMEOUT = 5 * 60_000;

/**
 * The site of a request by its `host`, which is one of the server's names. Null: an address, for which browsers make
 * no passkeys. Beside loopback a page is secure only under HTTPS, whoever does TLS.
 */
export function siteOf(host: string, secure: boolean): Site | null {
  const [name = '', port] = host.toLowerCase().split(/:(?=\d+$)/);
  if (name === '' || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return null;
  const isHttps = secure || (name !== 'localhost' && !name.endsWith('.localhost'));
  const shown = port === undefined || port === (isHttps ? '443' : '80') ? name : `${name}:${port}`;
  return { name, origin: `${isHttps ? 'https' : 'http'}://${shown}` };
}

/** `excluded`: the passkeys that the account has, so that one device does not stand in it twice. */
export function registrationOptions(asked: {
  site: Site;
  role: StaffRole;
  account: string;
  challenge: string;
  excluded: readonly string[];
}): Promise<object> {
  const { site, role, account, challenge, excluded } = asked;
  return generateRegistrationOptions({
    rpName: 'Aboveboard',
    rpID: site.name,
    userID: bytes(account),
    // Shown by the device when it asks which one: the office, for there is no name here.
    userName: `${role}, ${site.name}`,
    userDisplayName: `${role}, ${site.name}`,
    challenge: bytes(challenge),
    timeout: TIMEOUT,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: excluded.map((id) => ({ id })),
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** No credentials are listed: who asks learns nothing of who has any (IDN23). */
export function assertionOptions(site: Site, challenge: string): Promise<object> {
  return generateAuthenticationOptions({
    rpID: site.name,
    challenge: bytes(challenge),
    timeout: TIMEOUT,
    userVerification: 'required',
  });
}

/** The challenge that an answer says it is for; nothing of it is verified yet. Null: not an answer at all. */
export function claimedChallenge(response: unknown): string | null {
  try {
    const { clientDataJSON } = (response as RegistrationResponseJSON).response;
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as {
      challenge: unknown;
    };
    return typeof challenge === 'string' && /^[A-Za-z0-9_-]{43}$/.test(challenge) ? challenge : null;
  } catch {
    return null;
  }
}

export function claimedCredential(response: unknown): string | null {
  const id = (response as { id?: unknown } | null)?.id;
  return typeof id === 'string' && id.length >= 16 && id.length <= 1400 ? id : null;
}

/** Null, whatever is wrong: malformed, another challenge, origin, name, no user verification (IDN22). */
export async function verifyRegistration(
  response: unknown,
  { challenge, site }: { challenge: string; site: Site },
): Promise<Passkey | null> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.name,
      expectedType: 'webauthn.create',
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return null;
    const { id, publicKey, counter } = registrationInfo.credential;
    return { credential: id, publicKey, counter };
  } catch {
    return null;
  }
}

/** The passkey's new counter. Null: whatever is wrong, a counter that did not grow too, which is a copy (IDN22). */
export async function verifyAssertion(
  response: unknown,
  { challenge, site, passkey, account }: { challenge: string; site: Site; passkey: Passkey; account: string },
): Promise<number | null> {
  try {
    const { userHandle } = (response as AuthenticationResponseJSON).response;
    if (userHandle !== undefined && userHandle !== null && userHandle !== account) return null;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.name,
      expectedType: 'webauthn.get',
      requireUserVerification: true,
      credential: {
        id: passkey.credential,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    return null;
  }
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
