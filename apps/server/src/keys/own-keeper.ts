import { join } from 'node:path';
import { openGuardianHalf } from '@aboveboard/vault/half-envelope';
import { asKeyHalf, type KeyHalf } from '@aboveboard/vault/key-half';
import { KeyRingError } from '@aboveboard/vault/keyring';
import { otherRecipient, Refusal } from '../refusal.ts';
import { ageIdentity } from './age-identity.ts';
import type { HalfKeeper } from './half-keeper.ts';
import { openKeyFiles } from './key-files.ts';

/**
 * The other half of a DEMONSTRATION that has no guardian, in the server's own folder: it shows how halves go, checks
 * nothing, and protects nothing. Production never has one (VLT59).
 */
export async function openOwnKeeper(keys: string, { owner }: { owner: boolean }): Promise<HalfKeeper> {
  const { identity, recipient } = await ageIdentity('guardian', keys, 'demonstration');
  const store = await openKeyFiles(join(keys, 'demonstration-guardian'), { owner });
  return {
    recipient,
    saidRecipient: async () => null,
    async keep(recording, envelope) {
      const known = await store.get(recording);
      if (known?.length === 0) throw new Refusal('erased', 'This recording was erased.');
      const opened = await openGuardianHalf(recording, envelope, identity).catch((cause: unknown) => {
        if (!(cause instanceof KeyRingError)) throw cause;
        throw new Refusal('refused', 'There is no half of this recording in it.', {
          cause,
          ...(cause.isForAnother && { faults: [otherRecipient('guardian')] }),
        });
      });
      if (!known) await store.put(recording, opened.half);
    },
    async give({ recordings }) {
      const halves = new Map<string, KeyHalf>();
      for (const recording of recordings) {
        const half = await store.get(recording);
        if (half && half.length > 0) halves.set(recording, asKeyHalf(half));
      }
      return halves;
    },
    async destroy({ recordings, holds = [] }) {
      // What is shown here with a hold is what the server has found to be held; it checks nothing.
      if (holds.length > 0) return { held: recordings };
      for (const recording of recordings) await store.put(recording, new Uint8Array());
      return { held: [] };
    },
  };
}
