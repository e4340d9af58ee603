import { createHash } from 'node:crypto';
import { type Agreement, PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { RulesStatement } from '@aboveboard/consent/rules-statement';
import { formatCheckpointText } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { leafHash, rootOf } from '@aboveboard/tlog/merkle';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import { cosigner, logSigners, type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { keptLog } from '../src/screens/kept-log.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);

/** Made-up parties with both keys; the same in every run. */
export const PARTIES: Readonly<Record<PartyRole, readonly NoteSigner[]>> = {
  employer: partyOf('employer', 1),
  representative: partyOf('representative', 2),
  'data-protection-officer': partyOf('officer', 3),
};
function partyOf(name: string, n: number): readonly NoteSigner[] {
  const full = `${name}.works.example`;
  return [textSigner(full, ed25519Key(seed(n))), textSigner(full, mlDsa44Key(seed(n)))];
}

export function withKeys(agreement: Agreement): Agreement {
  for (const party of agreement.parties) {
    party.keys = PARTIES[party.role].map(({ key }) => formatVerifierKey(key));
  }
  return agreement;
}

/** A log with its witness in one: what it serves is whatever a test wants of it, forks and old times included. */
export class StandInLog {
  readonly origin: string;
  #n: number;
  entries: Uint8Array[] = [];
  /** Added to the time at which the witness cosigns, milliseconds. */
  cosignedBefore = 0;
  /** The witness does not cosign. */
  withheld = false;
  /** Generations of the witness's keys that cosign. */
  witnesses: readonly number[] = [0];
  /** By SHA-256 of the policy that each leads away from. */
  readonly bridges = new Map<string, Uint8Array>();

  constructor(origin: string, n: number) {
    this.origin = origin;
    this.#n = n;
  }

  get keys(): string[] {
    return this.#log(() => 0).map(({ key }) => formatVerifierKey(key));
  }

  replaceKeys(n: number): void {
    this.#n = n;
  }

  /** This log, and every key of the witness. */
  get policy(): string {
    return this.policyWith(0);
  }

  /** With the keys of this generation of the witness. */
  policyWith(generation: number): string {
    const lines = [
      ...this.keys.map((key) => `log ${key}`),
      ...StandInLog.witnessKeys(generation).map((key, i) => `witness w${i} ${key}`),
      'group parties all w0 w1',
      'quorum parties',
    ];
    return `${lines.join('\n')}\n`;
  }

  static witnessKeys(generation = 0): string[] {
    return witness(generation, () => 0).map(({ key }) => formatVerifierKey(key));
  }

  async adopt(agreement: Agreement): Promise<void> {
    const statement = await agreementStatement(agreement, crypto.subtle);
    this.entries.push(canonicalBytes(agreement));
    for (const role of PARTY_ROLES) this.entries.push(await signStatement(statement, PARTIES[role]));
  }

  async say(statement: RulesStatement, by: PartyRole): Promise<void> {
    this.entries.push(await signStatement(statement, PARTIES[by]));
  }

  async revoke(agreement: Agreement, by: PartyRole): Promise<void> {
    const about = await agreementStatement(agreement, crypto.subtle);
    await this.say({ ...about, kind: 'revocation' }, by);
  }

  /** Both parties sign that another generation of the witness counts; the one before it cosigns that once more. */
  async changeWitness(agreement: string, from: number, to: number): Promise<void> {
    const statement = {
      kind: 'policy' as const,
      id: agreement,
      from: this.policyWith(from),
      to: this.policyWith(to),
    };
    const signers = [...PARTIES.employer, ...PARTIES.representative];
    this.entries.push(await signStatement(statement, signers));
    this.witnesses = [from];
    this.bridges.set(createHash('sha256').update(statement.from).digest('hex'), await this.checkpoint());
    this.witnesses = [to];
  }

  /** `path` as tlog-tiles has it, or of a bridge; null: not there. */
  async read(path: string): Promise<Uint8Array | null> {
    if (path.startsWith('bridges/')) return this.bridges.get(path.slice('bridges/'.length)) ?? null;
    return await keptLog(await this.checkpoint(), this.entries).read(path, 1 << 24);
  }

  async checkpoint(): Promise<Uint8Array> {
    const { origin, entries } = this;
    const text = formatCheckpointText({ origin, size: entries.length, root: rootOf(entries.map(leafHash)) });
    const now = () => Math.floor((Date.now() - this.cosignedBefore) / 1000);
    const signers = [...this.#log(now), ...this.#witnessing(now)];
    return formatNote(await signNote(text, signers));
  }

  #witnessing(now: () => number): NoteSigner[] {
    return this.withheld ? [] : this.witnesses.flatMap((generation) => witness(generation, now));
  }

  #log(now: () => number): NoteSigner[] {
    const keys = { ed25519: ed25519Key(seed(this.#n)), mlDsa44: mlDsa44Key(seed(this.#n)) };
    return logSigners(this.origin, keys, now);
  }
}

function witness(generation: number, now: () => number): NoteSigner[] {
  const name = generation === 0 ? 'guardian/stand-in' : `guardian/stand-in-${generation}`;
  const n = 40 + generation;
  return [cosigner(name, ed25519Key(seed(n)), now), cosigner(name, mlDsa44Key(seed(n)), now)];
}
