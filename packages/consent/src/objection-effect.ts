import type { Agreement } from './agreement.ts';
import { cellsOf, stillAllows } from './agreement-scope.ts';
import { canonicalBytes } from './canonical-json.ts';
import type { ObjectionCount, ObjectionTarget } from './rules-statement.ts';

/**
 * When objections stop recording, and when a new version lets it start again (T23; OBJ20-OBJ24). Signing the
 * same thing once more restarts nothing: what was objected to in `disputed` and stands unchanged in `current`
 * counts on.
 */
export function disputeHolds(
  disputed: Agreement,
  tally: { issued: number; spent: number; targets: readonly ObjectionCount[] },
  current: Agreement,
): boolean {
  const standing = tally.targets
    .filter(({ target }) => standsUnchanged(disputed, target, current))
    .reduce((total, { count }) => total + count, 0);
  return reachesShare(standing, tally.issued, disputed.objectionPercent);
}

/** At the agreed share of all to whom tokens were dealt; never with no objection at all. */
export function reachesShare(count: number, issued: number, percent: number): boolean {
  return count > 0 && count * 100 >= issued * percent;
}

function standsUnchanged(disputed: Agreement, target: ObjectionTarget, current: Agreement): boolean {
  if (target.kind === 'agreement') return sameTerms(disputed, current);
  const cells = cellsOf(disputed, {
    app: target.app,
    ...(target.kind === 'signal' ? { signal: target.signal } : {}),
  });
  // Nothing of the kind is in the agreement: taken as an objection to all of it, or no change could meet it.
  if (cells.length === 0) return sameTerms(disputed, current);
  return cells.every((cell) => stillAllows(current, cell));
}

/** What can change without anything that is recorded or done with it having changed. */
const COSMETIC: ReadonlySet<string> = new Set([
  'version',
  'title',
  'languages',
  'validity',
  'controller',
  'parties',
  'recorders',
  'attachments',
  'withdrawal',
]);

function sameTerms(a: Agreement, b: Agreement): boolean {
  const terms = (agreement: Agreement) =>
    canonicalBytes(Object.fromEntries(Object.entries(agreement).filter(([field]) => !COSMETIC.has(field))));
  const left = terms(a);
  const right = terms(b);
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
