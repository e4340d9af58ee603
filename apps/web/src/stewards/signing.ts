import type { PartyRole } from '@aboveboard/consent/agreement';
import { signStatement } from '@aboveboard/consent/agreement-signing';
import type { RulesStatement } from '@aboveboard/consent/rules-statement';
import { client } from '../client.ts';
import { type Outcome, outcomeOf } from './act.tsx';
import { shown } from './key-panel.tsx';
import { text } from './messages/en.ts';
import { openKey, type SealedKey } from './party-key.ts';

/** Who signs here, with what, and how the key is opened. */
export type Signing = {
  party: PartyRole;
  kept: SealedKey;
  passphrase: string;
};

/**
 * Signs a statement with the key of this browser and enters it. `named`: the keys that count for this party;
 * a signature with others would count for nothing, so none is made.
 */
export async function signAndEnter(
  statement: RulesStatement,
  named: readonly string[],
  { kept, passphrase }: Signing,
): Promise<Outcome> {
  if (!kept.verifierKeys.every((key) => named.includes(key))) {
    return { problem: text.key.other, faults: [] };
  }
  await shown();
  const opened = await openKey(kept, passphrase);
  if (!opened) return { problem: text.key.wrong, faults: [] };
  return outcomeOf(signStatement(statement, opened.signers).then(client.enterRules));
}
