import { type Agreement, parseAgreement } from '@aboveboard/consent/agreement';
import { type BallotBox, openBallotBox, parseElection } from '@aboveboard/consent/election';
import { type ObjectionBox, openBox } from '@aboveboard/consent/objection-box';
import type { TokenIssue } from '@aboveboard/consent/token-issue';
import type { GuardianStore } from '../store.ts';
import { type Issuer, openIssuer } from './issuer.ts';

/** Tokens for one version of an agreement or one election, with what was said by them. Rows are the truth. */
export type Issue = {
  digest: string;
  document: Uint8Array;
  issuer: Issuer;
  asksUntil: number;
  tokens: TokenIssue;
  /** By ticket; shown when all are (OBJ12). */
  signatures: Map<string, Uint8Array>;
  countEvery: number;
  countedUntil: number;
  about:
    | { kind: 'objection'; agreement: Agreement; box: ObjectionBox }
    | { kind: 'election'; box: BallotBox; counted: boolean };
};

type IssueRow = {
  digest: string;
  document: Uint8Array;
  kind: Issue['about']['kind'];
  issuer: Uint8Array;
  asks_until: number;
  answered: number;
  count_every: number;
  counted_until: number;
  deals: number;
};
type AskRow = { ticket: string; blinded: Uint8Array; signature: Uint8Array };
type SpentRow = { nullifier: string; says: string; spoken_by: string };

/** All of them, the oldest first. */
export async function readIssues(store: GuardianStore): Promise<Map<string, Issue>> {
  const rows = store.prepare('select * from issue order by rowid').all() as IssueRow[];
  const issues = new Map<string, Issue>();
  for (const row of rows) issues.set(row.digest, await issueOf(store, row, ticketsDealt(store, row.deals)));
  return issues;
}

/** Those that were dealt by the time an issue was opened: who joined later has a voice in the next one (GRD9). */
export function ticketsDealt(store: GuardianStore, deals: number): string[] {
  const rows = store.prepare('select entry from ticket where deal <= ? order by entry').all(deals);
  return (rows as { entry: string }[]).map(({ entry }) => entry);
}

async function issueOf(store: GuardianStore, row: IssueRow, tickets: readonly string[]): Promise<Issue> {
  const { digest } = row;
  const asks = store
    .prepare('select ticket, blinded, signature from ask where issue = ?')
    .all(digest) as AskRow[];
  const spent = store
    .prepare('select nullifier, says, spoken_by from spent where issue = ?')
    .all(digest) as SpentRow[];
  const asked = new Map(asks.map(({ ticket, blinded }) => [ticket, new Uint8Array(blinded)]));
  return {
    digest,
    document: row.document,
    issuer: await openIssuer(row.issuer),
    asksUntil: row.asks_until,
    tokens: {
      tickets: new Map(tickets.map((ticket) => [ticket, asked.get(ticket) ?? null])),
      closed: row.answered === 1,
    },
    signatures: new Map(asks.map(({ ticket, signature }) => [ticket, new Uint8Array(signature)])),
    countEvery: row.count_every,
    countedUntil: row.counted_until,
    about: await aboutOf(store, row, tickets.length, spent),
  };
}

async function aboutOf(
  store: GuardianStore,
  { kind, digest, document }: IssueRow,
  issued: number,
  spent: readonly SpentRow[],
): Promise<Issue['about']> {
  if (kind === 'objection') {
    const parsed = parseAgreement(new Uint8Array(document));
    if (!parsed.ok) throw new Error('An agreement in the guardian’s data can not be read.');
    const { id, version } = parsed.value;
    const box = openBox({ id, version, digest }, issued);
    const said = spent.map(
      ({ nullifier, says, spoken_by: by }) => [nullifier, { target: says, sealed: NOTHING, by }] as const,
    );
    return { kind, agreement: parsed.value, box: { ...box, spent: new Map(said) } };
  }
  const parsed = parseElection(JSON.parse(new TextDecoder().decode(document)));
  if (!parsed.ok) throw new Error('An election in the guardian’s data can not be read.');
  const box = await openBallotBox(parsed.value, crypto.subtle);
  const counted = store.prepare('select 1 from published where issue = ?').get(digest) !== undefined;
  const ballots = new Map(spent.map(({ nullifier, says }) => [nullifier, says]));
  return { kind, box: { ...box, ballots }, counted };
}

/** Sealed words stay on the disk: a box in memory counts and tells repeats, which takes none. */
export const NOTHING = new Uint8Array(0);
