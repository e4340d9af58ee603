import type { VoiceCalls } from '@aboveboard/capture/line/voice-line';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalDigest } from '@aboveboard/consent/canonical-json';
import { countBallots, type Election, openBallotBox, putBallot } from '@aboveboard/consent/election';
import {
  type ObjectionBox,
  objectionCount,
  openBox,
  publishObjections,
  putObjection,
} from '@aboveboard/consent/objection-box';
import { base64url, base64urlBytes, issuerDigest, scopeOf } from '@aboveboard/consent/own-voice';
import { type RulesStatement, statementText } from '@aboveboard/consent/rules-statement';
import { issuerKeyBytes, makeIssuerKey, signBlinded } from '@aboveboard/consent/voice-token';
import type { SpokenBody, VoiceAsk, VoiceIssue, VoiceRefusalCode } from '@aboveboard/protocol/voice';

type Box =
  | { objections: ObjectionBox; agreement: Agreement }
  | { ballots: Awaited<ReturnType<typeof openBallotBox>> };
type Desk = { issue: VoiceIssue; issuer: CryptoKeyPair; asks: Map<string, string>; box: Box; list: unknown };

/** A guardian's voice without its disk: what is said to it is checked as the real one does. */
export class StandInVoice implements VoiceCalls {
  /** Seconds since 1970, as this guardian's clock says. */
  now: () => number;
  /** `POST /voice/spent 8192`: what goes over the wire. */
  readonly wire: string[] = [];
  readonly refused: VoiceRefusalCode[] = [];
  words: string | null = null;
  /** False: it takes what comes, and no answer arrives. */
  answers = true;
  readonly #desks = new Map<string, Desk>();

  constructor(now: () => number = () => Math.floor(Date.now() / 1000)) {
    this.now = now;
  }

  /** An issue of objections; its statement `tokens` is for the log. */
  async openFor(agreement: Agreement, asksUntil: number, nextCount: number): Promise<RulesStatement> {
    const digest = await canonicalDigest(agreement, crypto.subtle);
    const { id, version } = agreement;
    const issued = 10;
    const { issuer, key } = await issuerWithKey();
    const title = agreement.title['en'] ?? '';
    const head = { digest, key, issued, asksUntil };
    const issue: VoiceIssue = { ...head, kind: 'objection', agreement: { id, version, title }, nextCount };
    const box = { objections: openBox({ id, version, digest }, issued), agreement };
    this.#desks.set(digest, { issue, issuer, asks: new Map(), box, list: null });
    return { kind: 'tokens', id, version, digest, issued, key: await issuerDigest(issue, crypto.subtle) };
  }

  async openElection(opens: number, closes: number): Promise<string> {
    const { issuer, key } = await issuerWithKey();
    const election: Election = {
      format: 'aboveboard-election',
      formatVersion: 1,
      id: 'council',
      tickets: 10,
      candidates: [
        { id: 'ada', name: 'Ada Example' },
        { id: 'bea', name: 'Bea Example' },
      ],
      issuer: await issuerDigest({ key }, crypto.subtle),
      opens,
      closes,
    };
    const digest = await canonicalDigest(election, crypto.subtle);
    const { candidates } = election;
    const head = { digest, key, issued: 10, asksUntil: opens };
    const issue: VoiceIssue = { ...head, kind: 'election', election: 'council', candidates, opens, closes };
    const ballots = await openBallotBox(election, crypto.subtle);
    this.#desks.set(digest, { issue, issuer, asks: new Map(), box: { ballots }, list: null });
    return digest;
  }

  /** The list is made and shown, with the count that the representative enters. */
  async publish(digest: string, nextCount: number): Promise<RulesStatement | null> {
    const desk = this.#desks.get(digest);
    if (!desk) throw new Error('no such issue');
    if ('ballots' in desk.box) {
      desk.list = countBallots(desk.box.ballots, this.now());
      return null;
    }
    if (desk.issue.kind === 'objection') desk.issue = { ...desk.issue, nextCount };
    const list = publishObjections(desk.box.objections);
    const statement = await objectionCount(list, crypto.subtle);
    desk.list = { at: this.now(), list, statement: statementText(statement) };
    return statement;
  }

  async get(path: string): Promise<unknown> {
    this.wire.push(`GET ${path.replace(/[0-9a-f]{64}/, 'DIGEST')}`);
    if (path === '/voice') {
      const issues = [...this.#desks.values()].map(({ issue }) => issue);
      return { employees: 10, enrolment: null, words: this.words, issues };
    }
    const desk = this.#desks.get(path.split('/').at(-1) ?? '');
    if (!desk?.list) return this.#refusal('unknown-issue');
    return 'ballots' in desk.box ? { at: this.now(), list: desk.list, statement: null } : desk.list;
  }

  async post(path: string, body: string): Promise<unknown> {
    this.wire.push(`POST ${body.length + path.length}`);
    const answer = await this.#answer(path, JSON.parse(body));
    return this.answers ? answer : null;
  }

  async #answer(path: string, body: unknown): Promise<unknown> {
    const { issue } = body as { issue: string };
    const desk = this.#desks.get(issue);
    if (!desk) return this.#refusal('unknown-issue');
    return path === '/voice/asks' ? this.#ask(desk, body as VoiceAsk) : this.#spend(desk, body as SpokenBody);
  }

  async #ask({ issue, issuer, asks }: Desk, { ticket, blinded }: VoiceAsk): Promise<unknown> {
    if ((asks.get(ticket) ?? blinded) !== blinded) return this.#refusal('asked-before');
    const { asksUntil } = issue;
    if (this.now() < asksUntil) {
      asks.set(ticket, blinded);
      return { asksUntil, signature: null };
    }
    if (!asks.has(ticket)) return this.#refusal('closed');
    const signature = await signBlinded(base64urlBytes(blinded), issuer.privateKey);
    return { asksUntil, signature: base64url(signature) };
  }

  async #spend(desk: Desk, { token, says, sealed, signature }: SpokenBody): Promise<unknown> {
    const { issue, issuer, box } = desk;
    const spoken = {
      scope: scopeOf(issue),
      token: { key: base64urlBytes(token.key), signature: base64urlBytes(token.signature) },
      says,
      sealed: base64urlBytes(sealed),
      signature: base64urlBytes(signature),
    };
    if ('ballots' in box) {
      const put = await putBallot(box.ballots, spoken, this.now(), issuer.publicKey, crypto.subtle);
      if (!put.ok)
        return this.#refusal(put.refusal === 'more-than-tickets' ? 'more-than-issued' : put.refusal);
      box.ballots = put.box;
      return { nullifier: put.nullifier };
    }
    const put = await putObjection(box.objections, spoken, box.agreement, issuer.publicKey, crypto.subtle);
    if (!put.ok) return this.#refusal(put.refusal);
    box.objections = put.box;
    return { nullifier: put.nullifier };
  }

  #refusal(code: VoiceRefusalCode) {
    this.refused.push(code);
    return { error: { code, message: 'Refused.' } };
  }
}

async function issuerWithKey(): Promise<{ issuer: CryptoKeyPair; key: string }> {
  const issuer = await makeIssuerKey();
  return { issuer, key: base64url(await issuerKeyBytes(issuer.publicKey, crypto.subtle)) };
}
