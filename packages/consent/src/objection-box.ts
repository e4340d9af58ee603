import type { Agreement } from './agreement.ts';
import { cellsOf } from './agreement-scope.ts';
import { canonicalDigest } from './canonical-json.ts';
import {
  type AboutVersion,
  type ObjectionTarget,
  parseTarget,
  type RulesStatement,
  statementText,
  targetText,
} from './rules-statement.ts';
import { type Spoken, type SpokenRefusal, verifySpoken } from './spoken.ts';
import type { TokenScope } from './voice-token.ts';

/**
 * The objections to one version (T23; spec/objection.md, OBJ15-OBJ19). Pure: `put` gives the box with one more in
 * it, and its owner keeps it durably before answering, without times and not in the order of arrival. It knows
 * nullifiers, targets and sealed words, and no person.
 */
export type ObjectionBox = {
  readonly about: AboutVersion;
  readonly issued: number;
  /** By nullifier, hex. */
  readonly spent: ReadonlyMap<string, { target: string; sealed: Uint8Array; by: string }>;
};

export type ObjectionRefusal = SpokenRefusal | 'spent' | 'not-in-the-agreement' | 'more-than-issued';
export type Put =
  | { ok: true; box: ObjectionBox; nullifier: string }
  | { ok: false; refusal: ObjectionRefusal };

export function openBox(about: AboutVersion, issued: number): ObjectionBox {
  return { about, issued, spent: new Map() };
}

export function objectionScope({ digest }: AboutVersion): TokenScope {
  return { kind: 'objection', digest };
}

/** The same objection again gives the same answer, so that one that was not heard can be repeated. */
export async function putObjection(
  box: ObjectionBox,
  spoken: Spoken,
  agreement: Agreement,
  issuer: CryptoKey,
  subtle: SubtleCrypto,
): Promise<Put> {
  const verified = await verifySpoken(spoken, objectionScope(box.about), issuer, subtle);
  if (!verified.ok) return verified;
  const { nullifier } = verified;
  const target = parseTarget(spoken.says);
  if (!target || !canBeObjectedTo(agreement, target)) return { ok: false, refusal: 'not-in-the-agreement' };
  const before = box.spent.get(nullifier);
  const by = spoken.signature.join();
  if (before) return before.by === by ? { ok: true, box, nullifier } : { ok: false, refusal: 'spent' };
  if (box.spent.size >= box.issued) return { ok: false, refusal: 'more-than-issued' };
  const spent = new Map(box.spent).set(nullifier, { target: spoken.says, sealed: spoken.sealed, by });
  return { ok: true, box: { ...box, spent }, nullifier };
}

/** Is there anything of the kind in the agreement? */
export function canBeObjectedTo(agreement: Agreement, target: ObjectionTarget): boolean {
  if (target.kind === 'agreement') return true;
  const only = target.kind === 'signal' ? { app: target.app, signal: target.signal } : { app: target.app };
  return cellsOf(agreement, only).length > 0;
}

/** What is published at a fixed time: each nullifier under what it was spent for, in the order of its bytes. */
export type PublishedObjections = {
  format: 'aboveboard-objections';
  formatVersion: 1;
  agreement: AboutVersion;
  issued: number;
  spent: { nullifier: string; target: string }[];
};

export function publishObjections(box: ObjectionBox): PublishedObjections {
  const spent = [...box.spent].map(([nullifier, { target }]) => ({ nullifier, target }));
  spent.sort((a, b) => (a.nullifier < b.nullifier ? -1 : 1));
  return {
    format: 'aboveboard-objections',
    formatVersion: 1,
    agreement: box.about,
    issued: box.issued,
    spent,
  };
}

/** The count that the representative signs into the rules log, with the digest of the list that it counts. */
export async function objectionCount(
  published: PublishedObjections,
  subtle: SubtleCrypto,
): Promise<RulesStatement & { kind: 'objections' }> {
  const counts = new Map<string, number>();
  for (const { target } of published.spent) counts.set(target, (counts.get(target) ?? 0) + 1);
  const targets = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, count]) => ({ target: parseTarget(text) as ObjectionTarget, count }));
  const list = await canonicalDigest(published, subtle);
  const { agreement, issued, spent } = published;
  return { kind: 'objections', ...agreement, issued, spent: spent.length, list, targets };
}

/** Does the published list count what the statement says, and hold this receipt under this target? */
export async function objectionListFaults(
  published: PublishedObjections,
  statement: RulesStatement & { kind: 'objections' },
  receipts: readonly { nullifier: string; target: ObjectionTarget }[],
  subtle: SubtleCrypto,
): Promise<string[]> {
  const faults: string[] = [];
  const nullifiers = published.spent.map((one) => one.nullifier);
  if (new Set(nullifiers).size !== nullifiers.length) faults.push('a token is counted twice');
  if (statementText(await objectionCount(published, subtle)) !== statementText(statement)) {
    faults.push('the list is not the one that was counted');
  }
  for (const { nullifier, target } of receipts) {
    const found = published.spent.find((one) => one.nullifier === nullifier);
    if (!found) faults.push('an objection of yours is not counted');
    else if (found.target !== targetText(target))
      faults.push('an objection of yours is counted for something else');
  }
  return faults;
}
