import { parseCheckpointText } from './checkpoint.ts';
import {
  ED25519_HEADER,
  ed25519CosignatureMessage,
  joinTimed,
  mlDsa44CosignatureMessage,
  wholeTree,
} from './cosignature.ts';
import { orThrow } from './log-fault.ts';
import { type VerifierKey, verifierKey } from './verifier-key.ts';

/** A key pair, wherever its secret half is: in memory, in Web Crypto, behind a passkey, on another machine. */
export type SigningKey = {
  readonly algorithm: 'ed25519' | 'ml-dsa-44';
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
};

/** Signs notes under one name and type. */
export interface NoteSigner {
  readonly key: VerifierKey;
  /** What stands after the key id in the line of the signature. Rejects with LogError for a text of another kind. */
  sign(text: string): Promise<Uint8Array>;
}

/** Signs the text as it is: types `ed25519` and `ml-dsa-44`. */
export function textSigner(name: string, key: SigningKey): NoteSigner {
  return {
    key: verifierKey(name, key.algorithm, key.publicKey),
    async sign(text) {
      // Would be a cosignature of whatever follows (LOG53).
      if (text.startsWith(ED25519_HEADER)) throw new RangeError('not a text that is signed as it is');
      return await key.sign(utf8.encode(text));
    },
  };
}

/** Signs checkpoints with a time: types 0x04 and 0x06. `now`: seconds since 1970. */
export function cosigner(name: string, key: SigningKey, now: () => number): NoteSigner {
  const verifier = verifierKey(name, `${key.algorithm}-cosignature`, key.publicKey);
  return {
    key: verifier,
    async sign(text) {
      const checkpoint = orThrow(parseCheckpointText(text));
      const time = now();
      const message =
        key.algorithm === 'ed25519'
          ? ed25519CosignatureMessage(time, text)
          : mlDsa44CosignatureMessage(name, time, wholeTree(checkpoint));
      return joinTimed(time, await key.sign(message));
    },
  };
}

/**
 * What a log signs its checkpoints with: Ed25519 over the text, and ML-DSA-44 in the form of a cosignature
 * under the log's own name (LOG64). Ed25519 first.
 */
export function logSigners(
  origin: string,
  keys: { ed25519: SigningKey; mlDsa44: SigningKey },
  now: () => number,
): NoteSigner[] {
  return [textSigner(origin, keys.ed25519), cosigner(origin, keys.mlDsa44, now)];
}

const utf8 = new TextEncoder();
