import type { StaffRole } from '@aboveboard/protocol/staff';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { FlowSecrets, Named, Provider } from '../identity/provider.ts';
import { notSignedIn, type Opened, type StaffDesk, type StaffParts } from '../identity/staff-desk.ts';
import { notFound, Refusal } from '../refusal.ts';
import { answers, jsonBody } from './answers.ts';
import type { Env } from './context.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import type { StaffDoor } from './staff-door.ts';
import { providerAddress, providerRequest } from './staff-schemas.ts';

/** Between going to the provider and coming back; Lax, because the way back begins on the provider's page. */
const FLOW_COOKIE = '__Host-aboveboard-provider';
const FLOW_SECONDS = 300;
const ANSWER = '/api/staff/provider/answer';

/** What this browser alone knows of its flow. Changed by its owner it fits nothing that the server kept. */
type Flow = FlowSecrets & { state: string; thumbprint: string; invitation: string | null };
/** What the server kept. */
type AboutFlow = { opening: { role: StaffRole; partyKey: string | null } | null };

/** Signing in at the organisation's provider (IDN30-IDN35). */
export function providerRoutes(parts: {
  /** Null: none is configured. */
  provider: Provider | null;
  staff: StaffParts;
  desk: StaffDesk;
  door: StaffDoor;
  guards: Guards;
}) {
  const { provider, staff, desk, door, guards } = parts;
  const { register, challenges, sessions } = staff;

  async function came(context: Context<Env>): Promise<Opened> {
    const flow = readFlow(getCookie(context, FLOW_COOKIE));
    const site = door.site(context);
    if (!provider || !flow || !site) throw notSignedIn();
    const { state, thumbprint, invitation } = flow;
    const about = await challenges.spend<AboutFlow>({ challenge: state, kind: 'provider', thumbprint });
    const { pathname, search } = new URL(context.req.url);
    const named = about && (await provider.end(new URL(site.origin + pathname + search), state, flow));
    if (!named) throw notSignedIn();
    if (about.opening && invitation !== null) return open(named, about.opening, { invitation, thumbprint });
    const account = await register.bySubject(named.subject);
    if (account?.role !== named.role) throw notSignedIn();
    return register.within((query) =>
      sessions.begin(query, {
        ...{ account: account.id, thumbprint, freshAt: named.freshAt },
        by: 'provider',
      }),
    );
  }

  async function open(
    { subject, role, freshAt }: Named,
    opening: NonNullable<AboutFlow['opening']>,
    given: { invitation: string; thumbprint: string },
  ): Promise<Opened> {
    // The invitation and the claim must agree: neither is enough alone (IDN32, IDN33).
    if (role !== opening.role) throw notSignedIn();
    return desk.link({ ...given, ...opening, subject, freshAt });
  }

  return makeRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/provider',
        summary: 'Begin to sign in at the organisation’s provider',
        middleware: guards.body('requestBytes'),
        request: jsonBody(providerRequest),
        responses: answers(providerAddress, 'Where to go'),
      }),
      async (context) => {
        const { site, thumbprint } = await door.browser(context);
        if (!provider) throw notFound();
        const { invitation, signed } = context.req.valid('json');
        const opening =
          invitation === undefined ? null : await desk.claimForProvider(invitation, signed, thumbprint);
        const about: AboutFlow = { opening };
        const state = await challenges.make('provider', thumbprint, about);
        const { address, secrets } = await provider.begin(site.origin + ANSWER, state).catch((cause) => {
          throw new Refusal('unavailable', 'Your organisation’s sign-in does not answer as it should.', {
            cause,
          });
        });
        const flow: Flow = { ...secrets, state, thumbprint, invitation: invitation ?? null };
        setCookie(context, FLOW_COOKIE, Buffer.from(JSON.stringify(flow)).toString('base64url'), {
          path: '/',
          secure: true,
          httpOnly: true,
          sameSite: 'Lax',
          maxAge: FLOW_SECONDS,
        });
        return context.json({ address }, 200);
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/staff/provider/answer',
        summary: 'Where the provider sends the browser back to',
        request: {},
        responses: { 303: { description: 'To the first page, signed in or not' } },
      }),
      async (context) => {
        door.attempt(context);
        let next = '/';
        try {
          door.opened(context, await came(context));
        } catch (error) {
          if ((error as { code?: unknown }).code !== 'no-session') throw error;
          // A page for a person, and the same whatever was wrong (IDN35).
          next = '/?refused';
        }
        deleteCookie(context, FLOW_COOKIE, { path: '/', secure: true });
        return context.redirect(next, 303);
      },
    );
}

function readFlow(cookie: string | undefined): Flow | null {
  if (!cookie || cookie.length > 2048) return null;
  try {
    const flow = JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')) as Flow;
    const { state, thumbprint, nonce, verifier, invitation } = flow;
    const isWhole = [state, thumbprint, nonce, verifier].every((one) => typeof one === 'string');
    return isWhole && (invitation === null || typeof invitation === 'string') ? flow : null;
  } catch {
    return null;
  }
}
