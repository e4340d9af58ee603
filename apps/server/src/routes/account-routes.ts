import { STAFF_ROLES, type StaffRole } from '@aboveboard/protocol/staff';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { partyKeys } from '../identity/party-binding.ts';
import type { PasskeySignIn } from '../identity/passkey-sign-in.ts';
import type { Principal } from '../identity/principal.ts';
import { giveRecoveryHalf } from '../identity/recovery.ts';
import { STAFF_COOKIE } from '../identity/signed-in.ts';
import { notSignedIn, type StaffParts } from '../identity/staff-desk.ts';
import { Refusal } from '../refusal.ts';
import { answers, jsonBody, noContent } from './answers.ts';
import type { Env } from './context.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import { type StaffDoor, shownSession } from './staff-door.ts';
import {
  accountId,
  ceremonyAnswer,
  listedAccounts,
  ownAccount,
  partySignature,
  passkeyChallenge,
  passkeyIndex,
  recoveryHalf,
  registrationChallenge,
  staffSession,
} from './staff-schemas.ts';

/** What somebody who is signed in does with the own session and account, and what parties do for one another. */
export function accountRoutes(parts: {
  staff: StaffParts;
  passkeys: PasskeySignIn;
  door: StaffDoor;
  guards: Guards;
}) {
  const { staff, passkeys, door, guards } = parts;
  const { register, sessions, rules } = staff;
  const signedIn = guards.role(...STAFF_ROLES);
  const fresh = [signedIn, guards.fresh()] as const;
  const body = guards.body('requestBytes');

  async function own(context: Context<Env>) {
    const { partyKey, ...account } = await register.own(staffOf(context).id);
    const keys = await partyKeys(account.role, rules);
    return { ...account, bound: account.probe ? null : keys && partyKey !== null };
  }

  /** The guard has spent the proof of this request: it says whose session, and so whose key, this is. */
  async function browser(context: Context<Env>) {
    const site = door.site(context);
    if (!site) throw notSignedIn();
    const { thumbprint } = await sessions.bounds(staffOf(context).session);
    return { site, thumbprint };
  }

  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/staff/session',
        summary: 'Whose session is this?',
        middleware: signedIn,
        request: {},
        responses: answers(staffSession, 'The session'),
      }),
      async (context) => {
        const principal = staffOf(context);
        const { expires } = await sessions.bounds(principal.session);
        return context.json(shownSession({ ...principal, expires }), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/staff/session',
        summary: 'Sign out',
        request: {},
        responses: noContent,
      }),
      // Whoever has the cookie may end it: a lost key must not keep a session alive.
      async (context) => {
        const token = getCookie(context, STAFF_COOKIE);
        if (token !== undefined) await sessions.end(token);
        door.closed(context);
        return context.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/session/challenge',
        summary: 'Begin to show again that it is you',
        middleware: [signedIn, body] as const,
        request: {},
        responses: answers(passkeyChallenge, 'What the browser asks the passkey'),
      }),
      async (context) => context.json(await passkeys.challenge('fresh', await browser(context)), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/session/fresh',
        summary: 'Show again that it is you',
        middleware: [signedIn, body] as const,
        request: jsonBody(ceremonyAnswer),
        responses: answers(staffSession, 'The session, fresh'),
      }),
      async (context) => {
        const principal = staffOf(context);
        const { response } = context.req.valid('json');
        const freshAt = await passkeys.showAgain(response, principal, await browser(context));
        const { expires } = await sessions.bounds(principal.session);
        return context.json(shownSession({ ...principal, freshAt, expires }), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/staff/account',
        summary: 'Your account',
        middleware: signedIn,
        request: {},
        responses: answers(ownAccount, 'The account'),
      }),
      async (context) => context.json(await own(context), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/account/challenge',
        summary: 'Begin to add a passkey, or to bind the account to its party',
        middleware: [...fresh, body] as const,
        request: {},
        responses: answers(
          registrationChallenge,
          'What the browser asks of a new passkey, and what is signed',
        ),
      }),
      async (context) =>
        context.json(await passkeys.ownChallenge(staffOf(context), await browser(context)), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/account/passkeys',
        summary: 'Add a passkey',
        middleware: [...fresh, body] as const,
        request: jsonBody(ceremonyAnswer),
        responses: answers(ownAccount, 'The account'),
      }),
      async (context) => {
        const { response } = context.req.valid('json');
        await passkeys.addPasskey(response, staffOf(context), await browser(context));
        return context.json(await own(context), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/staff/account/passkeys/{n}',
        summary: 'Take a passkey away; the last way in stays',
        middleware: [...fresh] as const,
        request: { params: passkeyIndex },
        responses: answers(ownAccount, 'The account'),
      }),
      async (context) => {
        const n = Number(context.req.valid('param').n);
        const { id } = staffOf(context);
        if (!(await register.within((query) => register.removePasskey(query, id, n))))
          throw new Refusal('conflict', 'There is no such passkey, or it is your last way in.');
        return context.json(await own(context), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/account/party',
        summary: 'Bind the account to the keys of its party',
        middleware: [...fresh, body] as const,
        request: jsonBody(partySignature),
        responses: answers(ownAccount, 'The account'),
      }),
      async (context) => {
        const { thumbprint } = await browser(context);
        await passkeys.bind(context.req.valid('json'), staffOf(context), thumbprint);
        return context.json(await own(context), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/staff/accounts',
        summary: 'All accounts of staff, without names',
        middleware: guards.role('employer', 'representative', 'dpo'),
        request: {},
        responses: answers(listedAccounts, 'The accounts'),
      }),
      async (context) => {
        const accounts = await Promise.all(
          (await register.list()).map(async ({ partyKey, ...account }) => {
            const keys = await partyKeys(account.role, rules);
            return { ...account, bound: account.probe ? null : keys && partyKey !== null };
          }),
        );
        return context.json({ accounts }, 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/staff/accounts/{account}/recovery',
        summary: 'Give one half of a recovery code for an account of another role',
        middleware: [guards.role('employer', 'representative', 'dpo'), guards.fresh()] as const,
        request: { params: accountId },
        responses: answers(recoveryHalf, 'The half, this once'),
      }),
      async (context) => {
        const { account } = context.req.valid('param');
        return context.json(await giveRecoveryHalf(staff, staffOf(context), account), 200);
      },
    );
}

/** Routes here are for staff: their guard let nobody else through. A demonstration's code has no account. */
export function staffOf(context: Context<Env>): Principal & { role: StaffRole } {
  const principal = context.get('principal');
  if (principal.role === 'contributor' || principal.id.length !== 22) {
    throw new Refusal('not-found', 'You signed in with a code: there is no account to change.');
  }
  return principal as Principal & { role: StaffRole };
}
