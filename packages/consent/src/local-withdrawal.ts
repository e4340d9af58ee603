import { en, type Messages } from './messages/en.ts';
import type { Withdrawal, WithdrawalEffect } from './withdrawal.ts';

/** Where a recording of hers is now; null: nothing is known of it. Throws when that can't be found out. */
export type WhereItIs = (id: string) => Promise<Exclude<WithdrawalEffect['state'], 'unknown'> | null>;

/**
 * What follows from taking recordings back, from where each one is (spec/consent.md, CON30-CON32). A place
 * that can't be asked gives `unknown`, which promises nothing.
 */
export function makeLocalWithdrawal(
  whereItIs: WhereItIs,
  sentences: Messages['withdrawal'] = en.withdrawal,
): Withdrawal {
  return {
    effects: (ids) =>
      Promise.all(
        ids.map(async (id) => {
          let state: WithdrawalEffect['state'];
          try {
            const found = await whereItIs(id);
            state = found !== null && Object.hasOwn(sentences, found) ? found : 'unknown';
          } catch {
            state = 'unknown';
          }
          const { undone, remains } = sentences[state];
          return { id, state, undone: [...undone], remains: [...remains] };
        }),
      ),
  };
}
