import type { KeyRing } from './keyring.ts';
import type { RandomBytes } from './part-sealing.ts';
import { type KeyStore, makeStoredKeyRing, type Wrapper } from './stored-keyring.ts';

/** A key ring that forgets with the process: for tests, and for /try, where nothing is kept. */
export function makeMemoryKeyRing(options: {
  random: RandomBytes;
  /** age identities (hybrid) whose envelopes this ring can open. */
  identities?: readonly string[];
}): KeyRing {
  return makeStoredKeyRing({
    store: makeMemoryKeyStore(),
    wrapper: bareWrapper,
    random: options.random,
    identities: options.identities ?? [],
  });
}

export function makeMemoryKeyStore(): KeyStore {
  const values = new Map<string, Uint8Array>();
  return {
    async get(id) {
      const value = values.get(id);
      return value === undefined ? null : new Uint8Array(value);
    },
    async put(id, value) {
      values.get(id)?.fill(0);
      values.set(id, new Uint8Array(value));
    },
    async delete(id) {
      values.get(id)?.fill(0);
      values.delete(id);
    },
  };
}

/** Memory protects itself no better by wrapping: the wrapping key would lie beside it. */
const bareWrapper: Wrapper = {
  wrap: async (_, key) => new Uint8Array(key),
  unwrap: async (_, wrapped) => new Uint8Array(wrapped),
};
