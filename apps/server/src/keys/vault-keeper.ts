import type { HalfRing } from '@aboveboard/vault/half-ring';
import type { KeyHalf } from '@aboveboard/vault/key-half';
import { type Envelope, KeyRingError } from '@aboveboard/vault/keyring';
import type { ProvedEntry } from '../recordings/entry-proof.ts';
import type { HalfRequest } from './half-keeper.ts';

/**
 * Whoever keeps the vault's half of every key (spec/vault.md, VLT44-VLT47, VLT90-VLT99): this process, or one of its own
 * under a user of its own. Every call may be repeated with the same effect. Throws KeyRingError for what is wrong with a
 * half, Refusal where a vault of its own does not answer or gives nothing.
 */
export type VaultKeeper = {
  /** Whom devices seal the vault's half to. */
  readonly recipient: string;
  /** Would `keep` take it? KeyRingError `cannot-open`, `exists`, `destroyed`. */
  check(recording: string, envelope: Envelope): Promise<void>;
  /** Durable when it resolves. Throws as `check` does. */
  keep(recording: string, envelope: Envelope): Promise<void>;
  /** For one access, which covers it. KeyRingError `unknown` or `destroyed`, also after it gave it. The caller wipes it. */
  open(recording: string, access: VaultAccess): Promise<KeyHalf>;
  /** Of erased ones `destroyed`; nobody is given anything. */
  state(recording: string): Promise<'held' | 'destroyed' | 'unknown'>;
  /** When the last backup of a vault of its own was made, milliseconds since 1970, or never; `with-keys`: it is none of its own. */
  backedUp(): Promise<number | null | 'with-keys'>;
  /** Wipes what is in memory of this access. */
  forget(access: VaultAccess): void;
  /** Gone when it resolves. `proved`: the entry that says so; null: it could not be entered. */
  destroy(recordings: readonly string[], proved: ProvedEntry | null): Promise<void>;
};

/** One object for one access. `asked`: what has to be shown for it, made when somebody wants to see it. */
export type VaultAccess = { readonly asked: () => Promise<HalfRequest> };

/** Tombstones that are written at one time. */
const ABREAST = 64;

/** The vault within this process: who is here has its identity, and has to be shown nothing. */
export function makeOwnVault(ring: HalfRing, recipient: string): VaultKeeper {
  return {
    recipient,
    check: ring.check,
    keep: ring.keep,
    open: ring.open,
    async state(recording) {
      try {
        (await ring.open(recording)).fill(0);
        return 'held';
      } catch (error) {
        if (!(error instanceof KeyRingError) || (error.code !== 'destroyed' && error.code !== 'unknown'))
          throw error;
        return error.code;
      }
    },
    backedUp: async () => 'with-keys',
    forget() {},
    async destroy(recordings) {
      for (let at = 0; at < recordings.length; at += ABREAST) {
        await Promise.all(recordings.slice(at, at + ABREAST).map((id) => ring.destroy(id)));
      }
    },
  };
}
