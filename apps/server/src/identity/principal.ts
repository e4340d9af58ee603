import type { Role } from '@aboveboard/protocol/installation';

/** Who asks, as every decision sees her. Nothing of it is a secret, and nothing of it names anybody. */
export type Principal = {
  role: Role;
  /** A staff member's account, a contributor's handle; random, and the same in all her sessions. */
  id: string;
  /** Random name of the session, for ending it; not what it is asked for with. */
  session: string;
  /**
   * Milliseconds since the epoch of when she last showed her passkey, or signed in at her organisation's provider.
   * Null: never in this session, which is so for every contributor.
   */
  freshAt: number | null;
  /** An account of the guardian's probe (spec/identity.md, IDN70): it has a role, and no door opens for it. */
  probe: boolean;
};

export const FRESH_MINUTES = 5;

/** What signs, grants or takes away asks for a hand that was on the authenticator just now (IDN30). */
export function isFresh(principal: Principal, now: number, minutes = FRESH_MINUTES): boolean {
  const { freshAt } = principal;
  return freshAt !== null && freshAt <= now && now - freshAt < minutes * 60_000;
}
