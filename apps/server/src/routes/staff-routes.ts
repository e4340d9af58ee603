import type { Database } from '../database/database.ts';
import { makeAccountClaims } from '../identity/account-claims.ts';
import { makeChallenges } from '../identity/challenges.ts';
import { makePasskeySignIn } from '../identity/passkey-sign-in.ts';
import { makeProvider } from '../identity/provider.ts';
import type { ProviderConfig } from '../identity/provider-config.ts';
import { makeSpentProofs } from '../identity/session-proof.ts';
import type { Sessions } from '../identity/sessions.ts';
import { makeSignedIn, type SignedIn } from '../identity/signed-in.ts';
import { makeStaffDesk, type StaffParts } from '../identity/staff-desk.ts';
import { makeStaffRegister } from '../identity/staff-register.ts';
import { makeStaffSessions } from '../identity/staff-sessions.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { ServerLimits } from '../limits.ts';
import type { RulesLog } from '../logs/rules-log.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import { makeRate } from '../rate.ts';
import { accountRoutes } from './account-routes.ts';
import type { Guards } from './guard.ts';
import { ownSessionRoutes } from './own-session-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { makeRouter } from './router.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { makeStaffDoor } from './staff-door.ts';

/** Identity of staff, composed: who asks, and the routes by which they come to be known. */
export type StaffIdentity = {
  signedIn: SignedIn;
  routes(guards: Guards): ReturnType<typeof staffRoutes>;
  removeExpired(): Promise<void>;
};

type Parts = {
  database: Database;
  uses: UsesLog;
  rules: Pick<RulesLog, 'state'>;
  sessions: Pick<Sessions, 'find'>;
  limits: ServerLimits;
  kind: InstallationKind;
  secure: boolean;
  provider: ProviderConfig | null;
  passkeyAddress: string | null;
  /** Told the name of each session of an account that is over. */
  onEnded: (session: string) => void;
  now: () => number;
};

export function makeStaffIdentity(parts: Parts): StaffIdentity {
  const { database, uses, rules, limits, kind, now } = parts;
  const staff: StaffParts = {
    register: makeStaffRegister(database, uses),
    claims: makeAccountClaims(database),
    challenges: makeChallenges(database),
    sessions: makeStaffSessions(database, limits, parts.onEnded),
    rules,
    now,
  };
  const spent = makeSpentProofs(now);
  const signedIn = makeSignedIn({ sessions: parts.sessions, staff: staff.sessions, spent, kind, now });
  return {
    signedIn,
    routes: (guards) => staffRoutes({ ...parts, staff, signedIn, guards }),
    async removeExpired() {
      await staff.claims.removeExpired();
      await staff.challenges.removeExpired();
      await staff.sessions.removeExpired();
    },
  };
}

function staffRoutes(parts: Parts & { staff: StaffParts; signedIn: SignedIn; guards: Guards }) {
  const { staff, signedIn, guards, limits, kind, secure, passkeyAddress, now } = parts;
  const perMinute = (count: number) => makeRate(count / 60, count);
  const attempts = {
    all: perMinute(limits.signInsPerMinute),
    ofAddress: perMinute(limits.signInsPerMinuteOfAddress),
  };
  const door = makeStaffDoor({ signedIn, limits, attempts, secure });
  const desk = makeStaffDesk(staff);
  const passkeys = makePasskeySignIn(staff);
  const provider = parts.provider && makeProvider(parts.provider);
  return makeRouter()
    .route(
      '/',
      signInRoutes({
        desk,
        passkeys,
        door,
        guards,
        kind,
        hasProvider: provider !== null,
        passkeyAddress,
        now,
      }),
    )
    .route('/', providerRoutes({ provider, staff, desk, door, guards }))
    .route('/', accountRoutes({ staff, passkeys, door, guards }))
    .route('/', ownSessionRoutes({ sessions: staff.sessions, door, guards }));
}
