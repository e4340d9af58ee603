import type { StaffRole } from '@aboveboard/protocol/staff';
import * as oidc from 'openid-client';
import { isLoopback } from '../listener.ts';
import type { ProviderConfig } from './provider-config.ts';
import { subjectDigest } from './staff-register.ts';

/** The organisation's provider, spoken to as OpenID Connect says (IDN30-IDN32). */
export type Provider = {
  /** Where the browser goes, and what it must bring back. */
  begin(redirect: string, state: string): Promise<{ address: string; secrets: FlowSecrets }>;
  /** Who came back. Null: nobody, whatever is wrong. */
  end(answer: URL, state: string, secrets: FlowSecrets): Promise<Named | null>;
};

/** Known to one browser for the length of one sign-in. */
export type FlowSecrets = { nonce: string; verifier: string };

export type Named = {
  /** A digest of issuer and subject. */
  subject: Buffer;
  role: StaffRole;
  /** Milliseconds since the epoch of when the provider last saw that it is she. */
  freshAt: number;
};

const SECONDS = 10;

export function makeProvider(config: ProviderConfig): Provider {
  let discovered: Promise<oidc.Configuration> | undefined;

  /** Asked when somebody first signs in: a provider that is away keeps no server from starting. */
  async function configuration(): Promise<oidc.Configuration> {
    discovered ??= discover(config);
    try {
      return await discovered;
    } catch (error) {
      discovered = undefined;
      throw error;
    }
  }

  return {
    async begin(redirect, state) {
      const [nonce, verifier] = [oidc.randomNonce(), oidc.randomPKCECodeVerifier()];
      const address = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirect,
        response_type: 'code',
        scope: 'openid',
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        // She shows that it is she now: a session at the provider from this morning is not what is asked for.
        max_age: '0',
        prompt: 'login',
      });
      return { address: address.href, secrets: { nonce, verifier } };
    },

    async end(answer, state, { nonce, verifier }) {
      try {
        const tokens = await oidc.authorizationCodeGrant(await configuration(), answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          maxAge: 300,
        });
        const claims = tokens.claims();
        if (!claims || claims.iss !== config.issuer || typeof claims.auth_time !== 'number') return null;
        const role = roleOf(claims[config.claim], config.roles);
        return (
          role && {
            role,
            subject: subjectDigest(claims.iss, claims.sub),
            freshAt: claims.auth_time * 1000,
          }
        );
      } catch {
        return null;
      }
    },
  };
}

/** One office, or none: who is in two groups has neither (IDN32). */
export function roleOf(claim: unknown, roles: ProviderConfig['roles']): StaffRole | null {
  const values = Array.isArray(claim) ? claim : [claim];
  const found = new Set(
    values.flatMap((value) =>
      typeof value === 'string' && Object.hasOwn(roles, value) ? [roles[value]] : [],
    ),
  );
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}

async function discover(config: ProviderConfig): Promise<oidc.Configuration> {
  const { issuer, clientId, clientSecret, algorithm } = config;
  const isLocal = isLoopback(new URL(issuer).hostname);
  const found = await oidc.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: algorithm },
    clientSecret === null ? oidc.None() : oidc.ClientSecretPost(clientSecret),
    { timeout: SECONDS, execute: isLocal ? [oidc.allowInsecureRequests] : [] },
  );
  if (found.serverMetadata().issuer !== issuer) throw new Error('the provider names another issuer');
  // Over TLS alone the token would be believed for where it came from; its signature is checked too.
  oidc.enableNonRepudiationChecks(found);
  return found;
}
