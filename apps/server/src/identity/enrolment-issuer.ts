import { createHash } from 'node:crypto';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { importIssuerKey } from '@aboveboard/consent/voice-token';
import { Refusal } from '../refusal.ts';

/**
 * Whose blind tokens make contributors here: what the representative said last in the rules log (ENR30,
 * docs/adr/0033), and nothing that is configured. The log names the key by its digest; whoever claims brings it.
 */
export type EnrolmentIssuer = {
  /** The digest that tokens are for, and the key. Refusal `refused` (ENR32) where the log names none, or another. */
  of(spki: Uint8Array): Promise<{ list: string; key: CryptoKey }>;
};

export function makeEnrolmentIssuer(
  state: () => Promise<Pick<RulesState, 'enrolment'> | null>,
): EnrolmentIssuer {
  return {
    async of(spki) {
      const named = (await state())?.enrolment;
      if (!named) {
        throw refused(
          'issuer',
          'The rules log does not name who issues codes here yet. Your code is still good; try again later.',
        );
      }
      if (createHash('sha256').update(spki).digest('hex') !== named.key)
        throw refused('key', 'The key is not the one that the rules log names.');
      return { list: named.list, key: await importIssuerKey(spki, crypto.subtle).catch(notAKey) };
    },
  };
}

function notAKey(cause: unknown): never {
  throw new Refusal('refused', 'What the rules log names is not a key of an issuer.', {
    faults: [{ rule: 'ENR32', at: 'key', message: 'not a key' }],
    cause,
  });
}

function refused(at: string, message: string): Refusal {
  return new Refusal('refused', message, { faults: [{ rule: 'ENR32', at, message }] });
}
