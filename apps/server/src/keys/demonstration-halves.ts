import { signStatement } from '@aboveboard/consent/agreement-signing';
import type { RulesLog } from '../logs/rules-log.ts';
import type { DemonstrationParties } from './demonstration-parties.ts';
import type { HalfKeeper } from './half-keeper.ts';

/**
 * The made-up representative of a demonstration says in the rules log whom the guardian's halves are sealed to. In a real
 * installation she does it herself, with what her guardian shows her.
 */
export async function sayWhoKeepsHalves(parts: {
  keeper: HalfKeeper;
  rules: RulesLog;
  parties: DemonstrationParties;
}): Promise<void> {
  const { keeper, rules, parties } = parts;
  const recipient = await keeper.saidRecipient();
  const state = await rules.state();
  if (recipient === null || !state || state.halves === recipient) return;
  await rules.submit(
    await signStatement({ kind: 'halves', id: state.agreement, recipient }, parties.representative),
  );
}
