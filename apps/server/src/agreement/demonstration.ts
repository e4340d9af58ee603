import { join } from 'node:path';
import { type Agreement, PARTY_ROLES, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { diskLayer } from '../blobs/file-layer.ts';
import type { DemonstrationParties } from '../keys/demonstration-parties.ts';
import { writeDurably } from '../keys/durable-file.ts';
import type { RulesLog } from '../logs/rules-log.ts';
import { digestOf, installAttachments, installedDocument } from './installed-agreement.ts';

type DemonstrationOptions = {
  origins: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
  parties: DemonstrationParties;
  rules: RulesLog;
};

/**
 * Sees to it that a demonstration has an agreement for `origins` that holds for another month, and that it
 * stands in the rules log with the signatures of its made-up parties. One that does stays as it is, so that
 * what was accepted yesterday is not asked for again today; and what stewards entered, or stopped, is theirs.
 */
export async function installDemonstration(folder: string, options: DemonstrationOptions): Promise<void> {
  const { origins, now, parties, rules } = options;
  const stored = await installedDocument(folder);
  const before = stored ? parseAgreement(stored) : null;
  if (stored && (!before?.ok || before.value.class !== 'demonstration')) {
    throw new Error(
      `${folder} holds an agreement that no demonstration made. Choose another folder with --data, or start without --demo.`,
    );
  }
  const made = await madeHere(folder);
  if (stored) made.add(digestOf(stored));
  const state = await rules.state();
  if (state && !isToBeMade(state, made, options)) return;

  const { agreement, attachments } = await demonstrationAgreement({ origins, now, subtle: crypto.subtle });
  const known = before?.ok ? before.value.version : 0;
  const next: Agreement = {
    ...agreement,
    version: Math.max(known, state?.standing.version?.agreement.version ?? 0) + 1,
    parties: agreement.parties.map((party) => ({ ...party, keys: keysOf(parties, party.role) })),
  };
  const document = canonicalBytes(next);
  await installAttachments(folder, attachments);
  // Before it is signed: a kill in between must not make it look like somebody else's.
  await writeDurably(
    madePath(folder),
    new TextEncoder().encode([...made, digestOf(document), ''].join('\n')),
  );
  await rules.submit(document);
  const statement = await agreementStatement(next, crypto.subtle);
  for (const role of PARTY_ROLES) await rules.submit(await signStatement(statement, parties[role]));
  await writeDurably(join(folder, 'agreement.json'), document);
}

/** Only in the place of nothing, or of what a demonstration made for itself and no party has stopped. */
function isToBeMade(
  { standing, pending }: RulesState,
  made: ReadonlySet<string>,
  options: DemonstrationOptions,
): boolean {
  if (!standing.version) return pending.every(({ digest }) => made.has(digest));
  const { agreement, digest } = standing.version;
  return standing.inForce && made.has(digest) && !holds(agreement, options);
}

function holds(known: Agreement, { origins, now, parties }: DemonstrationOptions): boolean {
  const listed = known.apps.flatMap((app) => app.origins);
  return (
    JSON.stringify([...listed].sort()) === JSON.stringify([...origins].sort()) &&
    Date.parse(known.validity.until) - now > 30 * 86_400_000 &&
    known.parties.every(({ role, keys }) => keys.join() === keysOf(parties, role).join())
  );
}

function keysOf(parties: DemonstrationParties, role: Agreement['parties'][number]['role']): string[] {
  return parties[role].map(({ key }) => formatVerifierKey(key));
}

/** Digests of the documents that demonstrations made for themselves in this folder. */
async function madeHere(folder: string): Promise<Set<string>> {
  const bytes = await diskLayer.read(madePath(folder));
  const lines = bytes ? new TextDecoder().decode(bytes).split('\n') : [];
  return new Set(lines.filter((line) => /^[0-9a-f]{64}$/.test(line)));
}

function madePath(folder: string): string {
  return join(folder, 'made-here');
}
