import type { Role } from '@aboveboard/protocol/installation';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { InstallationKind } from '../installation-kind.ts';
import type { Env } from '../routes/context.ts';
import type { Principal } from './principal.ts';
import { type ProvenRequest, readProof, type SpentProofs } from './session-proof.ts';
import type { Sessions } from './sessions.ts';
import type { StaffSessions } from './staff-sessions.ts';

export const STAFF_COOKIE = '__Host-aboveboard-staff';
export const PROOF_HEADER = 'aboveboard-proof';

/** What a request that was signed may at most bring: it is held in memory to be compared with what was signed. */
const MOST_SIGNED_BYTES = 4 * 1024 * 1024;

/** Who asks. A session of a code or a session of an account: never something between the two. */
export type SignedIn = {
  /** Null: nobody. */
  principal(context: Context<Env>, codeToken: string | null): Promise<Principal | null>;
  /** The proof of this request, used up; null: there is none that holds. */
  proven(context: Context<Env>): Promise<ProvenRequest | null>;
};

export function makeSignedIn(parts: {
  sessions: Pick<Sessions, 'find'>;
  staff: Pick<StaffSessions, 'find'>;
  spent: SpentProofs;
  kind: InstallationKind;
  now: () => number;
}): SignedIn {
  const { sessions, staff, spent, kind, now } = parts;

  async function read(context: Context<Env>): Promise<ProvenRequest | null> {
    const text = context.req.header(PROOF_HEADER);
    if (text === undefined) return null;
    const body = await signedBody(context);
    if (body === undefined) return null;
    const { pathname, search } = new URL(context.req.url);
    const shape = {
      method: context.req.method,
      host: context.req.header('host')?.toLowerCase() ?? '',
      target: pathname + search,
      body,
    };
    return readProof(text, shape, now());
  }

  async function byCode(token: string): Promise<Principal | null> {
    const session = await sessions.find(token);
    if (!session || !mayUseCode(session.role, kind)) return null;
    // A demonstration's roles are played by whoever has its codes: there is no hand to ask for.
    const freshAt = session.role === 'contributor' ? null : now();
    const { role, handle, probe = false } = session;
    return { role, id: handle, session: handle, freshAt, probe };
  }

  return {
    async principal(context, codeToken) {
      const token = getCookie(context, STAFF_COOKIE);
      // What a program brings itself counts before what its browser adds; a cookie alone is not an attempt.
      const isStaff = token !== undefined && context.req.header(PROOF_HEADER) !== undefined;
      if (!isStaff || context.req.header('authorization') !== undefined)
        return codeToken === null ? null : byCode(codeToken);
      const proof = await read(context);
      const found = proof && (await staff.find(token, proof.thumbprint));
      if (!proof || !found || !spent.spend(proof)) return null;
      const { role, id, session, freshAt, probe } = found;
      return { role, id, session, freshAt, probe };
    },

    async proven(context) {
      const proof = await read(context);
      return proof && spent.spend(proof) ? proof : null;
    },
  };
}

/** IDN5: with a one-time code of the server's, staff sign in to a demonstration and nowhere else. */
export function mayUseCode(role: Role, kind: InstallationKind): boolean {
  return role === 'contributor' || kind === 'demonstration';
}

/** Null: none; undefined: one that is too long, or does not say how long it is. HTTP knows no third. */
async function signedBody(context: Context<Env>): Promise<Uint8Array | null | undefined> {
  if (context.req.header('transfer-encoding') !== undefined) return undefined;
  const length = Number(context.req.header('content-length') ?? 0);
  if (length === 0) return null;
  return length <= MOST_SIGNED_BYTES ? new Uint8Array(await context.req.arrayBuffer()) : undefined;
}
