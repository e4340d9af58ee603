import { createRoute } from '@hono/zod-openapi';
import type { PasskeySignIn } from '../identity/passkey-sign-in.ts';
import type { StaffDesk } from '../identity/staff-desk.ts';
import type { InstallationKind } from '../installation-kind.ts';
import { answers, jsonBody } from './answers.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import type { StaffDoor } from './staff-door.ts';
import {
  accountClaim,
  accountOpening,
  ceremonyAnswer,
  newAccount,
  passkeyChallenge,
  registrationChallenge,
  signInWays,
  staffSession,
} from './staff-schemas.ts';

/** Where staff sign in by passkey, and where an account begins or is recovered (spec/identity.md). */
export function signInRoutes(parts: {
  desk: StaffDesk;
  passkeys: PasskeySignIn;
  door: StaffDoor;
  guards: Guards;
  kind: InstallationKind;
  hasProvider: boolean;
  /** By which a browser that came by an address can come instead; null: none is known. */
  passkeyAddress: string | null;
  now: () => number;
}) {
  const { desk, passkeys, door, guards, kind, hasProvider, passkeyAddress, now } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/staff/ways',
        summary: 'How one signs in here; the same for everyone',
        request: {},
        responses: answers(signInWays, 'The ways'),
      }),
      (context) => {
        const isNamed = door.site(context) !== null;
        const ways = {
          codes: kind === 'demonstration',
          passkeys: isNamed,
          passkeyAddress: isNamed ? null : passkeyAddress,
          provider: hasProvider,
          now: Math.floor(now() / 1000),
        };
        return context.json(ways, 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/passkeys/challenge',
        summary: 'Begin to sign in by passkey',
        middleware: guards.body('requestBytes'),
        request: {},
        responses: answers(passkeyChallenge, 'What the browser asks the passkey'),
      }),
      async (context) => context.json(await passkeys.challenge('sign-in', await door.browser(context)), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/passkeys/assertion',
        summary: 'Sign in by passkey',
        middleware: guards.body('requestBytes'),
        request: jsonBody(ceremonyAnswer),
        responses: answers(staffSession, 'The session; its token as a cookie'),
      }),
      async (context) => {
        const browser = await door.browser(context);
        const opened = await passkeys.signIn(context.req.valid('json').response, browser);
        return context.json(door.opened(context, opened), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/accounts/challenge',
        summary: 'Begin to make an account by invitation, or to recover one',
        middleware: guards.body('requestBytes'),
        request: jsonBody(accountClaim),
        responses: answers(registrationChallenge, 'What the browser asks of a new passkey'),
      }),
      async (context) => {
        const browser = await door.browser(context);
        return context.json(await desk.challenge(context.req.valid('json'), browser), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/accounts',
        summary: 'Make an account by invitation, or recover one',
        middleware: guards.body('requestBytes'),
        request: jsonBody(accountOpening),
        responses: answers(newAccount, 'The session, and the recovery code, this once'),
      }),
      async (context) => {
        const browser = await door.browser(context);
        const { claim, response, note } = context.req.valid('json');
        const { recoveryCode, ...opened } = await desk.open(claim, { response, note }, browser);
        return context.json({ session: door.opened(context, opened), recoveryCode }, 200);
      },
    );
}
