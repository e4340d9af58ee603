import { ROLES } from '@aboveboard/protocol/installation';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { AskingPrincipal, Decide } from '../access/decision.ts';
import type { InstallationAction } from '../access/declared-actions.ts';
import { DECLARED_ROUTES, OPEN_ACTIONS } from '../access/declared-routes.ts';
import { isFresh } from '../identity/principal.ts';
import type { SignedIn } from '../identity/signed-in.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { ServerLimits } from '../limits.ts';
import { accountOf } from '../logs/uses-log.ts';
import type { Rate } from '../rate.ts';
import { notFound, notFresh, overLimit, probeOnly, Refusal } from '../refusal.ts';
import type { Env } from './context.ts';
import { SESSION_COOKIE, tokenOf } from './guard.ts';

/**
 * The one way to a handler (T13; ACC1, ACC5, ACC6): the route's declared action is decided about before anything of
 * the route runs. What is not declared is not there, for anybody. Each session has a rate.
 */
export function decideRoutes(parts: {
  decide: Decide;
  signedIn: Pick<SignedIn, 'principal'>;
  rate: Rate;
  limits: ServerLimits;
  kind: InstallationKind;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Instead of the declared ones, in tests. */
  declared?: Readonly<Record<string, InstallationAction>>;
}) {
  const { decide, signedIn, rate, limits, kind, now, declared = DECLARED_ROUTES } = parts;
  const resource = { type: 'Installation', kind } as const;
  const allowed = (action: InstallationAction, principal: AskingPrincipal) =>
    decide({ principal, action, resource }).allowed;

  return createMiddleware<Env>(async (context, next) => {
    const action = actionOf(context, declared);
    if (action === null) throw notFound();
    if (OPEN_ACTIONS.has(action) && allowed(action, NOBODY)) return next();

    const token = tokenOf(context, getCookie(context, SESSION_COOKIE));
    const principal = await signedIn.principal(context, token);
    if (!principal) {
      throw new Refusal(
        'no-session',
        'Sign in first: this needs a session, and there is none or it has ended.',
      );
    }
    const { role, id } = principal;
    const wait = rate.take(id);
    if (wait > 0) {
      throw overLimit(limits, 'requestsPerSecond', 'Too many requests at once.', {
        status: 429,
        retryAfter: wait,
      });
    }
    const person: AskingPrincipal = { role, id: accountOf(id), steppedUp: isFresh(principal, now()) };
    if (!allowed(action, person)) {
      if (allowed(action, { ...person, steppedUp: true })) throw notFresh();
      const others = ROLES.filter((one) => allowed(action, { ...person, role: one, steppedUp: true }));
      throw new Refusal(
        'not-allowed',
        `This is for the ${others.join(' or the ')}; you are signed in as ${role}.`,
      );
    }
    // Only now, so that the probe is told what a person of its role would have been (ACC72).
    const asking: AskingPrincipal = principal.probe ? { ...person, probe: true } : person;
    if (!allowed(action, asking)) throw probeOnly();
    context.set('who', { role, handle: id });
    context.set('principal', principal);
    context.set('asking', asking);
    return next();
  });
}

const NOBODY: AskingPrincipal = { role: 'nobody', id: 'nobody', steppedUp: false };

/** Null: no action was declared for this route. What no route takes is a path of the pages, or nothing. */
function actionOf(
  context: Context<Env>,
  declared: Readonly<Record<string, InstallationAction>>,
): InstallationAction | null {
  const route = matchedRoutes(context).find(({ method }) => method !== 'ALL');
  if (!route) return 'read-pages';
  const name = `${route.method} ${route.path}`;
  return Object.hasOwn(declared, name) ? (declared[name] ?? null) : null;
}
