import type { ForkEvidence } from './fork-evidence.ts';
import type { NoteSigner } from './signer.ts';
import type { VerifierKey } from './verifier-key.ts';

/** What a witness remembers of a log: the newest checkpoint that it cosigned, as the log signed it. */
export type WitnessedHead = { size: number; checkpoint: Uint8Array };

export interface WitnessStorage {
  latest(origin: string): Promise<WitnessedHead | null>;
  /**
   * Puts `next` in the place of the head of size `from` (null: of none). Durable before it resolves to true;
   * false, with nothing changed, if another size stands there. Throws: it may have happened.
   */
  replace(origin: string, from: number | null, next: WitnessedHead): Promise<boolean>;
}

export type WitnessAnswer = {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  contentType: string;
  body: string;
  /** The log signed two histories: keep it and show it. */
  evidence?: ForkEvidence;
};

export interface Witness {
  /** Of `POST /add-checkpoint`. Throws only if the storage or a signer does: then nothing was cosigned. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>;
}

export declare function makeWitness(options: {
  storage: WitnessStorage;
  /** `cosigner`s: Ed25519 and ML-DSA-44. */
  cosigners: readonly NoteSigner[];
  /** Keys of the logs that it witnesses, by origin. */
  logs: ReadonlyMap<string, readonly VerifierKey[]>;
}): Witness;
