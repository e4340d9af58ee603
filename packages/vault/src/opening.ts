import { type Access, requireAccess } from './journal.ts';
import type { KeyRing } from './keyring.ts';
import { makePartSealer, type PartCiphers, type SealLabel } from './part-sealing.ts';

/** Opens parts of recordings that an access covers, and no others. */
export interface Opening {
  open(access: Access, sealed: Uint8Array, label: SealLabel): Promise<Uint8Array>;
}

/**
 * The one way from sealed parts to plaintext for whatever reads released recordings: access, then key, then
 * part (T13). The key is asked for each time, so that one that was destroyed meanwhile opens nothing.
 */
export function makeOpening(ring: Pick<KeyRing, 'open'>, subtle: PartCiphers): Opening {
  return {
    async open(access, sealed, label) {
      requireAccess(access, label.recording);
      const key = await ring.open(label.recording);
      try {
        return await makePartSealer(key, subtle, sealsNothing).open(sealed, label);
      } finally {
        key.fill(0);
      }
    },
  };
}

function sealsNothing(): never {
  throw new TypeError('an opening seals nothing');
}
