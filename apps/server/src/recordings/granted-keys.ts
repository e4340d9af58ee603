import { signJobKey } from '@aboveboard/consent/grant-job';
import { recipientOf } from '@aboveboard/vault/envelope';
import type { Access } from '@aboveboard/vault/journal';
import { joinHalves, type KeyHalf } from '@aboveboard/vault/key-half';
import { KeyRingError, type RecordingKey } from '@aboveboard/vault/keyring';
import { generateHybridIdentity } from 'age-encryption';
import type { HalfKeeper, HalfRequest, Job } from '../keys/half-keeper.ts';
import type { VaultAccess, VaultKeeper } from '../keys/vault-keeper.ts';
import { Refusal } from '../refusal.ts';
import type { ProvedEntry } from './entry-proof.ts';
import type { GivenGrant } from './grant-source.ts';

/**
 * The key of a released recording, put together for one access and never kept (spec/vault.md, VLT50-VLT56): the vault's
 * half, and the guardian's, for the entry of this access and no other. Asked for once for all of an access; what
 * the guardian gave is in memory as long as the access lasts.
 */
export type GrantedKeys = {
  /** The entry of this access is in the log at `index`; called before anyone gets the access. */
  entered(entry: string, given: Granted): void;
  /** Throws Refusal, or KeyRingError `destroyed`. The caller wipes it. */
  keyFor(access: Access, id: string): Promise<RecordingKey>;
  /** The access with this entry is over: asks for no more keys, and what is in memory of it is wiped. */
  end(entry: string): void;
  /** Wipes what is in memory of these. */
  forget(ids: readonly string[]): void;
};
export type Granted = { given: GivenGrant; index: number };

/** `request`: what is shown for it; both keepers are shown the same, with one job. */
type Held = Granted & {
  until: number;
  job: Job | null;
  request: Promise<HalfRequest> | null;
  vault: VaultAccess | null;
  halves: Promise<Map<string, KeyHalf>> | null;
};

export function makeGrantedKeys(parts: {
  vault: Pick<VaultKeeper, 'open' | 'forget'>;
  /** Null: there is no guardian, and nothing that was released can be opened. */
  keeper: HalfKeeper | null;
  prove: (index: number) => Promise<ProvedEntry>;
  /** Milliseconds of a clock that only goes on. */
  now: () => number;
  accessMinutes: number;
}): GrantedKeys {
  const { vault, keeper, prove, now } = parts;
  const held = new Map<string, Held>();

  function drop(entry: string, one: Held): void {
    held.delete(entry);
    if (one.vault) vault.forget(one.vault);
    void one.halves?.then(wipe, () => undefined);
  }

  function dropOld(): void {
    for (const [entry, one] of held) if (one.until <= now()) drop(entry, one);
  }

  async function requestOf(access: Access, one: Held): Promise<HalfRequest> {
    const { given, index } = one;
    const proved = await prove(index);
    one.job ??= await newJob(given);
    return {
      ...proved,
      grant: given.document,
      notes: given.notes,
      job: one.job,
      recordings: [...access.ids],
    };
  }

  /** A request that could not be made is made anew by whoever asks next. */
  function asked(access: Access, one: Held): Promise<HalfRequest> {
    one.request ??= requestOf(access, one).catch((error: unknown) => {
      one.request = null;
      throw error;
    });
    return one.request;
  }

  async function askGuardian(access: Access, one: Held): Promise<Map<string, KeyHalf>> {
    if (!keeper) {
      throw new Refusal(
        'unavailable',
        'There is no guardian here, so nothing that was released can be opened.',
      );
    }
    return keeper.give(await asked(access, one));
  }

  return {
    entered(entry, granted) {
      dropOld();
      const until = now() + parts.accessMinutes * 60_000;
      held.set(entry, { ...granted, until, job: null, request: null, vault: null, halves: null });
    },

    async keyFor(access, id) {
      const one = held.get(access.entry);
      if (!one || one.until <= now()) {
        throw new Refusal('not-allowed', 'This access was opened under no grant, or is over. Ask anew.');
      }
      one.vault ??= { asked: () => asked(access, one) };
      // The vault's half first: what was erased here asks no guardian.
      const half = await vault.open(id, one.vault).catch((error: unknown) => {
        if (!(error instanceof KeyRingError) || error.code !== 'unknown') throw error;
        throw new Refusal(
          'refused',
          'This recording was released before keys were split, and is not opened any more (VLT60).',
          { cause: error },
        );
      });
      try {
        one.halves ??= askGuardian(access, one);
        const given = await one.halves.catch((error: unknown) => {
          // The next part asks again: the guardian may have been away, or want a newer proof.
          one.halves = null;
          one.request = null;
          throw error;
        });
        const guardian = given.get(id);
        if (!guardian) {
          throw new Refusal('erased', 'The guardian has no half of this recording’s key: it was erased.');
        }
        return joinHalves({ vault: half, guardian });
      } finally {
        half.fill(0);
      }
    },

    end(entry) {
      const one = held.get(entry);
      if (one) drop(entry, one);
    },

    forget(ids) {
      for (const one of held.values()) {
        void one.halves?.then(
          (halvesOf) => {
            for (const id of ids) {
              halvesOf.get(id)?.fill(0);
              halvesOf.delete(id);
            }
          },
          () => undefined,
        );
      }
    },
  };
}

async function newJob({ grant, jobSigner }: GivenGrant): Promise<Job> {
  const identity = await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  return { identity, note: await signJobKey({ grant: grant.id, recipient }, jobSigner) };
}

function wipe(halves: Map<string, KeyHalf>): void {
  for (const half of halves.values()) half.fill(0);
  halves.clear();
}
