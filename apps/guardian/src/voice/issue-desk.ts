import { parseAgreement } from '@aboveboard/consent/agreement';
import { canonicalBytes, hex } from '@aboveboard/consent/canonical-json';
import { type Election, parseElection } from '@aboveboard/consent/election';
import { takeAsk } from '@aboveboard/consent/token-issue';
import type { GuardianStore } from '../store.ts';
import { type Issue, readIssues, ticketsDealt } from './issue.ts';
import { type Issuer, makeIssuerSecret, openIssuer } from './issuer.ts';
import { sha256Hex } from './spoken-body.ts';
import { ActRefused, VoiceRefused } from './voice-refused.ts';

/** Opens issues of tokens and takes asks (GRD10-GRD16). Calls come one at a time. */
export type IssueDesk = {
  readonly issues: ReadonlyMap<string, Issue>;
  /** For one version of an agreement, given to the byte. Throws ActRefused; answers the digest. */
  openForAgreement(document: Uint8Array, asksUntil: number, countEvery: number): Promise<string>;
  /** Throws ActRefused; answers the digest of the election. */
  openElection(given: NewElection): Promise<string>;
  /** The signature, or null until all are answered. Durable before it returns. Throws VoiceRefused. */
  ask(given: { issue: string; ticket: Uint8Array; blinded: Uint8Array }): Uint8Array | null;
  /** Answers every issue whose time for asking is over. */
  closeDue(): void;
};
export type NewElection = Pick<Election, 'id' | 'candidates' | 'opens' | 'closes'>;

export async function openIssueDesk(
  store: GuardianStore,
  parts: {
    /** How often codes were dealt: 0 before the first time. */
    deals: () => number;
    now: () => number;
    mostIssues: number;
  },
): Promise<IssueDesk> {
  let issues = await readIssues(store);
  const insert = store.prepare(
    'insert into issue (digest, kind, document, issuer, asks_until, count_every, counted_until, deals) values (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertAsk = store.prepare('insert into ask (issue, ticket, blinded, signature) values (?, ?, ?, ?)');
  const answer = store.prepare('update issue set answered = 1 where digest = ?');

  function checkRoom(): number {
    const employees = ticketsDealt(store, parts.deals()).length;
    if (employees === 0) throw new ActRefused('Deal the codes first: each employee asks with hers.');
    if (issues.size >= parts.mostIssues) throw new ActRefused('There are as many issues as there can be.');
    return employees;
  }

  async function keep(row: {
    digest: string;
    kind: Issue['about']['kind'];
    document: Uint8Array;
    secret: Uint8Array;
    asksUntil: number;
    countEvery: number;
    countFrom: number;
  }): Promise<void> {
    if (issues.has(row.digest)) throw new ActRefused('Tokens for this were opened before.');
    const { digest, kind, document, secret, asksUntil, countEvery, countFrom } = row;
    insert.run(digest, kind, document, secret, asksUntil, countEvery, countFrom, parts.deals());
    issues = await readIssues(store);
  }

  return {
    get issues() {
      return issues;
    },
    async openForAgreement(document, asksUntil, countEvery) {
      checkRoom();
      const parsed = parseAgreement(document);
      if (!parsed.ok) {
        const why = parsed.faults.slice(0, 3).map(({ at, message }) => `${at}: ${message}`);
        throw new ActRefused(`This is not an agreement. ${why.join('; ')}`);
      }
      if (!(asksUntil > parts.now())) throw new ActRefused('The time for asking must lie ahead.');
      if (!Number.isInteger(countEvery) || countEvery < 1)
        throw new ActRefused('Say how often counts are published.');
      const digest = sha256Hex(document);
      const secret = await makeIssuerSecret();
      await keep({
        digest,
        kind: 'objection',
        document,
        secret,
        asksUntil,
        countEvery,
        countFrom: asksUntil,
      });
      return digest;
    },
    async openElection(given) {
      const tickets = checkRoom();
      const secret = await makeIssuerSecret();
      const issuer: Issuer = await openIssuer(secret);
      const parsed = parseElection({
        format: 'aboveboard-election',
        formatVersion: 1,
        tickets,
        issuer: sha256Hex(issuer.spki),
        ...given,
      });
      if (!parsed.ok) {
        const why = parsed.faults.slice(0, 3).map(({ at, message }) => `${at}: ${message}`);
        throw new ActRefused(`This is not an election. ${why.join('; ')}`);
      }
      const { opens, closes } = parsed.value;
      if (!(opens > parts.now()))
        throw new ActRefused('It must open later: until then everyone asks for her ballot.');
      const document = canonicalBytes(parsed.value);
      const digest = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', document)));
      await keep({
        digest,
        kind: 'election',
        document,
        secret,
        asksUntil: opens,
        countEvery: closes - opens,
        countFrom: opens,
      });
      return digest;
    },
    ask({ issue: digest, ticket, blinded }) {
      const issue = issues.get(digest);
      if (!issue) throw new VoiceRefused('unknown-issue');
      const entry = sha256Hex(ticket);
      const after = takeAsk(issue.tokens, { ticket: entry, blinded });
      if (after === 'unknown-ticket') throw new VoiceRefused('not-dealt');
      if (typeof after === 'string') throw new VoiceRefused(after);
      if (after !== issue.tokens) {
        // Made now and shown when all are: what takes the time to sign is then done.
        const signature = issue.issuer.sign(blinded);
        if (!signature) throw new VoiceRefused('malformed');
        insertAsk.run(digest, entry, blinded, signature);
        issue.tokens = after;
        issue.signatures.set(entry, signature);
      }
      return issue.tokens.closed ? (issue.signatures.get(entry) as Uint8Array) : null;
    },
    closeDue() {
      for (const issue of issues.values()) {
        if (issue.tokens.closed || parts.now() < issue.asksUntil) continue;
        answer.run(issue.digest);
        issue.tokens = { ...issue.tokens, closed: true };
      }
    },
  };
}
