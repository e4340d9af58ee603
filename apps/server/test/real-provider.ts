import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
// @ts-expect-error: oidc-provider brings no types, and this is all of it that is used.
import OidcProvider from 'oidc-provider';

type RealProvider = {
  callback(): (request: unknown, response: unknown) => void;
  interactionDetails(request: unknown, response: unknown): Promise<{ prompt: { name: string } }>;
  interactionFinished(request: unknown, response: unknown, result: object, how: object): Promise<void>;
  Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> };
};

/** A certified provider in this process. Whoever comes to sign in is the person of the moment, with these groups. */
export type RunningProvider = {
  issuer: string;
  person: { sub: string; office: unknown };
  /** The client is known with the address that it is sent back to. */
  serve(redirect: string): Promise<void>;
  /** Goes through its pages from `address`; gives where the browser is sent in the end. */
  visit(address: string, until: string): Promise<string>;
  close(): Promise<void>;
};

export const CLIENT = { id: 'aboveboard', secret: 'a made-up secret of a test, long enough' };

export async function startProvider(): Promise<RunningProvider> {
  let handle: (request: unknown, response: unknown) => void = () => undefined;
  const server: Server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: RunningProvider = {
    issuer,
    person: { sub: 'nobody', office: null },

    async serve(redirect) {
      const { privateKey } = await generateKeyPair('RS256', { extractable: true });
      const provider: RealProvider = new OidcProvider(issuer, {
        clients: [
          {
            client_id: CLIENT.id,
            client_secret: CLIENT.secret,
            redirect_uris: [redirect],
            response_types: ['code'],
            grant_types: ['authorization_code'],
            token_endpoint_auth_method: 'client_secret_post',
          },
        ],
        jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
        cookies: { keys: ['a key of a test'] },
        claims: { openid: ['sub', 'office'] },
        conformIdTokenClaims: false,
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
        findAccount: (_: unknown, sub: string) => ({
          accountId: sub,
          claims: () => ({ sub, office: running.person.office }),
        }),
      });
      const callback = provider.callback();
      handle = (request, response) => {
        if (!(request as { url: string }).url.startsWith('/interaction/')) return callback(request, response);
        void interact(provider, request, response);
      };
    },

    async visit(address, until) {
      const cookies = new Map<string, string>();
      let next = address;
      for (let steps = 0; steps < 12 && !next.startsWith(until); steps++) {
        const answer = await fetch(next, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        });
        for (const cookie of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
          cookies.set(name, value);
        }
        const location = answer.headers.get('location');
        if (!location) throw new Error(`the provider stopped with ${answer.status}: ${await answer.text()}`);
        next = new URL(location, next).href;
      }
      return next;
    },

    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function interact(provider: RealProvider, request: unknown, response: unknown): Promise<void> {
    const { prompt } = await provider.interactionDetails(request, response);
    const { sub } = running.person;
    const grant = new provider.Grant({ accountId: sub, clientId: CLIENT.id });
    grant.addOIDCScope('openid');
    const result =
      prompt.name === 'login' ? { login: { accountId: sub } } : { consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }
  return running;
}
