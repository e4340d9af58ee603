import type { StaffRole, StaffSession } from '@aboveboard/protocol/staff';
import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { type Site, siteOf } from '../identity/passkeys.ts';
import { FRESH_MINUTES, type Principal } from '../identity/principal.ts';
import { type SignedIn, STAFF_COOKIE } from '../identity/signed-in.ts';
import { type Browser, notSignedIn, type Opened } from '../identity/staff-desk.ts';
import type { ServerLimits } from '../limits.ts';
import type { Rate } from '../rate.ts';
import { overLimit, Refusal } from '../refusal.ts';
import type { Env } from './context.ts';
import { SIGNED_IN_COOKIE } from './guard.ts';

/** What every way to sign in passes: how often, from which name, with whose key; and what comes of it. */
export type StaffDoor = {
  /** Throws when there were too many attempts, no proof, or a name for which passkeys can't be made. */
  browser(context: Context<Env>): Promise<Browser>;
  /** Throws when there were too many, from here or from everywhere. */
  attempt(context: Context<Env>): void;
  /** Sets the cookies of a session that was begun. */
  opened(context: Context<Env>, opened: Opened): StaffSession;
  closed(context: Context<Env>): void;
  site(context: Context<Env>): Site | null;
};

export function makeStaffDoor(parts: {
  signedIn: SignedIn;
  limits: ServerLimits;
  attempts: { all: Rate; ofAddress: Rate };
  secure: boolean;
}): StaffDoor {
  const { signedIn, limits, attempts, secure } = parts;

  const site = (context: Context<Env>) => siteOf(context.req.header('host') ?? '', secure);

  function attempt(context: Context<Env>): void {
    // Behind a proxy all have one address. It is kept in memory, for the minute that it counts.
    const address = context.env?.incoming?.socket?.remoteAddress ?? '';
    const wait = Math.max(attempts.ofAddress.take(address), attempts.all.take(''));
    if (wait > 0) {
      throw overLimit(limits, 'signInsPerMinuteOfAddress', 'Too many attempts to sign in.', {
        status: 429,
        retryAfter: wait,
      });
    }
  }

  return {
    site,
    attempt,

    async browser(context) {
      const of = site(context);
      if (!of) {
        throw new Refusal(
          'not-allowed',
          'Passkeys belong to a name. Come by one of this server’s names and not by its address.',
        );
      }
      attempt(context);
      const proof = await signedIn.proven(context);
      if (!proof) throw notSignedIn();
      return { site: of, thumbprint: proof.thumbprint };
    },

    opened(context, { token, session }) {
      const expires = new Date(session.expires * 1000);
      setCookie(context, STAFF_COOKIE, token, {
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'Strict',
        expires,
      });
      setCookie(context, SIGNED_IN_COOKIE, '1', { path: '/', secure, sameSite: 'Strict', expires });
      return shownSession(session);
    },

    closed(context) {
      deleteCookie(context, STAFF_COOKIE, { path: '/', secure: true });
      deleteCookie(context, SIGNED_IN_COOKIE, { path: '/', secure });
    },
  };
}

export function shownSession(session: Principal & { role: StaffRole; expires: number }): StaffSession {
  const { role, id: account, expires, freshAt } = session;
  const freshUntil = freshAt === null ? null : Math.floor(freshAt / 1000) + FRESH_MINUTES * 60;
  return { role, account, expires, freshUntil };
}
