import type { HalvesState } from '../halves/halves.ts';
import type { ProbeRound } from '../probe/outside-probe.ts';
import type { WitnessState } from '../witness/witness-desk.ts';

/**
 * What the representative's own page asks of the guardian (spec/guardian.md, GRD50-GRD59).
 *
 *   GET    /representative                  -> RepresentativeState
 *   POST   /representative/passphrase       { token, passphrase } -> 204 and a cookie
 *   POST   /representative/session          { passphrase } -> 204 and a cookie
 *   DELETE /representative/session          -> 204
 *   POST   /representative/codes            { employees } -> { codes }; the only time that they are there
 *   POST   /representative/codes/joined     { people } -> { deal, codes }; worth nothing before it is confirmed
 *   POST   /representative/codes/confirmed  { deal } -> 204
 *   POST   /representative/lock             {} -> 204; nothing opens from then on
 *   DELETE /representative/lock             -> 204
 *   POST   /representative/halves-limit     { limit } -> 204; recordings an hour
 *   POST   /representative/probe            { invitations } -> { roles }; accounts for the probe alone
 *   GET    /representative/installed        -> InstalledVersion
 *   POST   /representative/witness-keys     {} -> 204; a pair of keys to come
 *   POST   /representative/witness-keys/retired {} -> 204; the pair of before is gone
 *   POST   /representative/issues           { document, asksUntil, countEvery } -> { digest }
 *   POST   /representative/elections        { id, candidates, opens, closes } -> { digest }
 *   POST   /representative/words            { issue, at } -> { words }
 */
export type RepresentativeState = {
  /** False: the one-time link sets the passphrase. */
  isSetUp: boolean;
  /** Null: not signed in; nothing more is told. */
  desk: RepresentativeDesk | null;
};

export type RepresentativeDesk = {
  halves: HalvesState;
  /** What the guardian found when it last tried the server's doors; null: it has not yet. */
  probe: ProbeRound | null;
  /** Roles that it keeps an account of for trying them. */
  probeRoles: string[];
  employees: number | null;
  /** An issue is open or a code was used: codes can not be dealt anew. */
  codesInUse: boolean;
  server: { reached: boolean; address: string };
  witness: WitnessState;
  /** To be signed with the representative's key and submitted, the oldest first. */
  statements: { issue: string; at: number | null; statement: string }[];
  batches: { issue: string; at: number; objections: number }[];
};

/** The agreement that the server shows, as it would be opened for objections. */
export type InstalledVersion = {
  document: string;
  digest: string;
  id: string;
  version: number;
  title: string;
};
