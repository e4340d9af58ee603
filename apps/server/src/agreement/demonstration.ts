import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Agreement, PARTY_ROLES, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { diskLayer } from '../blobs/file-layer.ts';
import type { DemonstrationParties } from '../keys/demonstration-parties.ts';
import type { RulesLog } from '../logs/rules-log.ts';
import { installAgreement } from './installed-agreement.ts';

/**
 * Sees to it that a demonstration has an agreement for `origins` that holds for another month, and that it
 * stands in the rules log with the signatures of its made-up parties. One that does stays as it is, so that
 * what was accepted yesterday is not asked for again today.
 */
export async function installDemonstration(
  folder: string,
  options: {
    origins: readonly string[];
    /** Milliseconds since the epoch. */
    now: number;
    parties: DemonstrationParties;
    rules: RulesLog;
  },
): Promise<void> {
  const { origins, now, parties, rules } = options;
  const stored = await diskLayer.read(join(folder, 'agreement.json'));
  const before = stored ? parseAgreement(stored) : null;
  const known = before?.ok ? before.value : null;
  if (stored && known?.class !== 'demonstration') {
    throw new Error(
      `${folder} holds an agreement that no demonstration made. Choose another folder with --data, or start without --demo.`,
    );
  }
  const state = await rules.state();
  const signed = state?.standing.version;
  if (stored && known && holds(known, options) && signed?.digest === digestOf(stored)) return;

  const { agreement, attachments } = await demonstrationAgreement({ origins, now, subtle: crypto.subtle });
  const next: Agreement = {
    ...agreement,
    version: Math.max(known?.version ?? 0, signed?.agreement.version ?? 0) + 1,
    parties: agreement.parties.map((party) => ({ ...party, keys: keysOf(parties, party.role) })),
  };
  const document = canonicalBytes(next);
  await installAgreement(folder, { document, attachments });
  await rules.submit(document);
  const statement = await agreementStatement(next, crypto.subtle);
  for (const role of PARTY_ROLES) await rules.submit(await signStatement(statement, parties[role]));
}

function holds(known: Agreement, options: Parameters<typeof installDemonstration>[1]): boolean {
  const { origins, now, parties } = options;
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

function digestOf(document: Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}
