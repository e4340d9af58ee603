import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Envelope } from '@aboveboard/vault/keyring';
import { KeyRingError } from '@aboveboard/vault/keyring';
import type { SealedKind } from '@aboveboard/vault/resealing';
import type { FileLayer } from '../blobs/file-layer.ts';

/** A folder of files each of which holds one envelope for the vault's identity, in some form (VLT103, VLT110). */
export type SealedStore = {
  folder: string;
  kind: SealedKind;
  /** Null: it holds none, and is not looked at further: a tombstone. KeyRingError `storage` for what nobody wrote there. */
  envelopeIn(bytes: Uint8Array): Envelope | null;
  /** The same file with another envelope. */
  withEnvelope(bytes: Uint8Array, fresh: Envelope): Uint8Array;
  /** Whether a file of this name may be this recording's. */
  isNameOf(name: string, id: string): boolean;
};

const TOMBSTONE = 0;

/** As the rings of packages/vault keep them: a byte that says what it is, and the envelope. */
function ringStore(folder: string, kind: SealedKind, mark: number): SealedStore {
  return {
    folder,
    kind,
    envelopeIn(bytes) {
      if (bytes.length === 1 && bytes[0] === TOMBSTONE) return null;
      if (bytes[0] !== mark) throw new KeyRingError('storage', 'what is stored is damaged');
      return bytes.subarray(1);
    },
    withEnvelope(_, fresh) {
      const value = new Uint8Array(1 + fresh.length);
      value[0] = mark;
      value.set(fresh, 1);
      return value;
    },
    isNameOf: (name, id) => name === createHash('sha256').update(id).digest('hex'),
  };
}

/** The vault's halves (half-ring.ts). */
export const halfStore = (folder: string) => ringStore(join(folder, 'halves'), 'half', 2);

/** Whole keys of what nobody released (stored-keyring.ts), where the vault is within the server. */
const ownKeyStore = (folder: string) => ringStore(join(folder, 'recordings'), 'key', 1);

/** The vault's envelopes of uploads under way (pending-envelopes.ts), by their random handles. */
function pendingStore(folder: string): SealedStore {
  type File = { vault: string };
  const read = (bytes: Uint8Array) => {
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as File;
    } catch (cause) {
      throw new KeyRingError('storage', 'what is stored is damaged', { cause });
    }
  };
  return {
    folder: join(folder, 'pending'),
    kind: 'half',
    // One of before keys were split is no JSON, and begins anew.
    envelopeIn: (bytes) =>
      bytes[0] === 0x7b ? new Uint8Array(Buffer.from(read(bytes).vault, 'base64')) : null,
    withEnvelope: (bytes, fresh) =>
      new TextEncoder().encode(
        JSON.stringify({ ...read(bytes), vault: Buffer.from(fresh).toString('base64') }),
      ),
    isNameOf: () => true,
  };
}

/** All that is sealed to the identity of a vault within a server; `keys`: its folder of keys. */
export const serverStores = (keys: string) => [halfStore(keys), ownKeyStore(keys), pendingStore(keys)];

export async function* sealedFiles(
  { folder }: SealedStore,
  files: FileLayer,
): AsyncGenerator<{ path: string; name: string; bytes: Uint8Array }> {
  for (const name of (await files.names(folder)).sort()) {
    // Half written by a process that was killed: nothing stands in it that is not elsewhere.
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const bytes = await files.read(path);
    if (bytes) yield { path, name, bytes };
  }
}
