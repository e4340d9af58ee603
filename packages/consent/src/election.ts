import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { z } from 'zod';
import { canonicalDigest } from './canonical-json.ts';
import { type Spoken, type SpokenRefusal, verifySpoken } from './spoken.ts';
import type { TokenScope } from './voice-token.ts';

/**
 * The election of a representative where there is none (T6; spec/objection.md, OBJ30-OBJ35): a secret ballot of
 * all employees with the same kind of token as objections, and a public count. Pure: the box with one more
 * ballot in it is a new box, and its owner keeps it durably before answering.
 */
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not lower-case letters, digits and hyphens');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex');
const seconds = z.int().min(0).max(253_402_300_799);

const election = z
  .strictObject({
    format: z.literal('aboveboard-election'),
    formatVersion: z.literal(1),
    id,
    /** Tickets that were dealt: one for each employee. */
    tickets: z.int().min(1).max(10_000_000),
    candidates: z
      .array(z.strictObject({ id, name: z.string().min(1).max(200) }))
      .min(1)
      .max(500),
    /** SHA-256 of the issuer's key (SPKI): all employees are shown the same one. */
    issuer: sha256,
    opens: seconds,
    closes: seconds,
  })
  .refine((one) => one.closes > one.opens, { path: ['closes'], message: 'not after it opens' })
  .refine((one) => new Set(one.candidates.map((two) => two.id)).size === one.candidates.length, {
    path: ['candidates'],
    message: 'a candidate is there twice',
  });
export type Election = z.infer<typeof election>;

/** All the faults at once. */
export function parseElection(value: unknown): Checked<Election> {
  const shaped = election.safeParse(value);
  return shaped.success
    ? { ok: true, value: shaped.data }
    : { ok: false, faults: faultsOf(shaped.error, 'OBJ30') };
}

export async function electionScope(document: Election, subtle: SubtleCrypto): Promise<TokenScope> {
  return { kind: 'election', digest: await canonicalDigest(document, subtle) };
}

export type BallotBox = {
  readonly election: Election;
  readonly scope: TokenScope;
  /** By nullifier, hex. */
  readonly ballots: ReadonlyMap<string, string>;
};
export type BallotRefusal =
  | SpokenRefusal
  | 'voted'
  | 'not-open'
  | 'closed'
  | 'not-a-ballot'
  | 'more-than-tickets';

export async function openBallotBox(document: Election, subtle: SubtleCrypto): Promise<BallotBox> {
  return { election: document, scope: await electionScope(document, subtle), ballots: new Map() };
}

/** `now`: seconds since 1970, by the clock of whoever keeps the box. */
export async function putBallot(
  box: BallotBox,
  spoken: Spoken,
  now: number,
  issuer: CryptoKey,
  subtle: SubtleCrypto,
): Promise<{ ok: true; box: BallotBox; nullifier: string } | { ok: false; refusal: BallotRefusal }> {
  if (!(now >= box.election.opens)) return { ok: false, refusal: 'not-open' };
  if (!(now < box.election.closes)) return { ok: false, refusal: 'closed' };
  const verified = await verifySpoken(spoken, box.scope, issuer, subtle);
  if (!verified.ok) return verified;
  const { nullifier } = verified;
  if (!isBallot(box.election, spoken.says)) return { ok: false, refusal: 'not-a-ballot' };
  const before = box.ballots.get(nullifier);
  if (before !== undefined) {
    return before === spoken.says ? { ok: true, box, nullifier } : { ok: false, refusal: 'voted' };
  }
  if (box.ballots.size >= box.election.tickets) return { ok: false, refusal: 'more-than-tickets' };
  return { ok: true, nullifier, box: { ...box, ballots: new Map(box.ballots).set(nullifier, spoken.says) } };
}

const result = z.strictObject({
  format: z.literal('aboveboard-election-count'),
  formatVersion: z.literal(1),
  /** SHA-256 of the election's document, hex. */
  election: sha256,
  ballots: z.array(z.strictObject({ nullifier: sha256, says: z.string().max(200) })).max(10_000_000),
  votes: z.array(z.strictObject({ candidate: id, votes: z.int().min(0) })).max(500),
  abstained: z.int().min(0),
  /** Null: a tie, or no vote. */
  elected: id.nullable(),
});
export type ElectionCount = z.infer<typeof result>;

/** Null before it closes: until then nothing is counted. */
export function countBallots(box: BallotBox, now: number): ElectionCount | null {
  if (!(now >= box.election.closes)) return null;
  const ballots = [...box.ballots].map(([nullifier, says]) => ({ nullifier, says }));
  ballots.sort((a, b) => (a.nullifier < b.nullifier ? -1 : 1));
  return {
    format: 'aboveboard-election-count',
    formatVersion: 1,
    election: box.scope.digest,
    ballots,
    ...tally(box.election, ballots),
  };
}

/** All that is wrong with a published count, for anyone with the document; `mine`: what a voter cast. */
export async function electionCountFaults(
  value: unknown,
  document: Election,
  mine: readonly { nullifier: string; says: string }[],
  subtle: SubtleCrypto,
): Promise<Fault[]> {
  const shaped = result.safeParse(value);
  if (!shaped.success) return faultsOf(shaped.error, 'OBJ35');
  const count = shaped.data;
  const faults: Fault[] = [];
  const fault = (at: string, message: string) => faults.push({ rule: 'OBJ35', at, message });
  if (count.election !== (await electionScope(document, subtle)).digest) fault('election', 'is another one');
  const said = new Map(count.ballots.map(({ nullifier, says }) => [nullifier, says]));
  if (said.size !== count.ballots.length) fault('ballots', 'a token voted twice');
  if (count.ballots.length > document.tickets) fault('ballots', 'are more than the tickets');
  for (const [i, { says }] of count.ballots.entries()) {
    if (!isBallot(document, says)) fault(`ballots[${i}]`, 'is no ballot of this election');
  }
  const { votes, abstained, elected } = tally(document, count.ballots);
  if (JSON.stringify(votes) !== JSON.stringify(count.votes) || abstained !== count.abstained) {
    fault('votes', 'are not those of the ballots');
  }
  if (elected !== count.elected) fault('elected', 'is not who the ballots elected');
  for (const { nullifier, says } of mine) {
    if (said.get(nullifier) !== says) fault('ballots', 'a ballot of yours is not counted as you cast it');
  }
  return faults;
}

function isBallot(document: Election, says: string): boolean {
  return says === 'abstain' || document.candidates.some((one) => says === `candidate ${one.id}`);
}

function tally(
  document: Election,
  ballots: readonly { says: string }[],
): Pick<ElectionCount, 'votes' | 'abstained' | 'elected'> {
  const votes = document.candidates.map(({ id: candidate }) => ({
    candidate,
    votes: ballots.filter((one) => one.says === `candidate ${candidate}`).length,
  }));
  const most = Math.max(...votes.map((one) => one.votes));
  const first = votes.filter((one) => one.votes === most);
  return {
    votes,
    abstained: ballots.filter((one) => one.says === 'abstain').length,
    elected: most > 0 && first.length === 1 ? (first[0]?.candidate ?? null) : null,
  };
}

function faultsOf(error: z.ZodError, rule: string): Fault[] {
  return error.issues.map((issue) => ({
    rule,
    at: issue.path.map(String).join('.') || 'document',
    message: issue.code === 'unrecognized_keys' ? 'a field that is not known' : issue.message,
  }));
}
