import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** What a provider that lies, or is broken, may say. */
export type ProviderLies = {
  claims?: Record<string, unknown>;
  /** Signed by a key that its key set does not have. */
  isForeign?: boolean;
  /** In place of the ID token. */
  token?: unknown;
  /** In place of the whole answer of the token endpoint. */
  answer?: { status: number; body: string };
  metadata?: Record<string, unknown>;
};

/** A provider of a page and a half, which answers with whatever it is told to. */
export async function startHostileProvider() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const state = { lies: {} as ProviderLies, nonce: '', asked: 0 };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    const say = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (pathname === '/.well-known/openid-configuration') {
      return say({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...state.lies.metadata,
      });
    }
    if (pathname === '/keys')
      return void exportJWK(publicKey).then((key) => say({ keys: [{ ...key, alg: 'RS256', use: 'sig' }] }));
    if (pathname !== '/token') return say({}, 404);
    state.asked += 1;
    const { answer, claims, isForeign, token } = state.lies;
    if (answer) return say(answer.body, answer.status);
    const now = Math.floor(Date.now() / 1000);
    const said = {
      iss: issuer,
      sub: 'somebody',
      aud: 'aboveboard',
      iat: now,
      exp: now + 60,
      auth_time: now,
      nonce: state.nonce,
      office: 'research',
      ...claims,
    };
    void new SignJWT(said)
      .setProtectedHeader({ alg: 'RS256' })
      .sign(isForeign ? foreign.privateKey : privateKey)
      .then((signed) =>
        say({ access_token: 'x', token_type: 'Bearer', id_token: token === undefined ? signed : token }),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    state,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
