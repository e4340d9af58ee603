import { Decrypter, Encrypter } from 'age-encryption';
import { oneHybridStanza } from './cell.ts';
import type { RecoverySet } from './recovery-set.ts';

/**
 * A guardian's whole store in a file that only its shares open (spec/ceremony.md, CER10-CER13). What stands in front tells
 * which shares; whoever has only that has nothing.
 */
export type GuardianBackup = { kept: RecoverySet; sealed: Uint8Array; mark: Uint8Array };

const MAGIC = 'aboveboard guardian backup v1\n';
const HEAD_LIMIT = 16 * 1024;
const MARK_BYTES = 32;

/** `sealing`: of `dealShares`. */
export async function sealBackup(
  store: Uint8Array,
  { kept, sealing, subtle }: { kept: RecoverySet; sealing: Uint8Array; subtle: SubtleCrypto },
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(kept.recipient);
  const sealed = await encrypter.encrypt(store);
  const head = new TextEncoder().encode(`${MAGIC}${JSON.stringify(kept)}\n`);
  const said = joined(head, sealed);
  return joined(said, new Uint8Array(await subtle.sign('HMAC', await markKey(sealing, subtle), said)));
}

/** Null: not a backup of a guardian. Nothing in it is believed before it was opened. */
export function readBackup(file: Uint8Array): GuardianBackup | null {
  const magic = new TextEncoder().encode(MAGIC);
  if (magic.some((byte, i) => file[i] !== byte)) return null;
  const end = file.subarray(0, HEAD_LIMIT).indexOf(10, magic.length);
  if (end < 0 || file.length < end + 1 + MARK_BYTES) return null;
  const kept = asKept(new TextDecoder().decode(file.subarray(magic.length, end)));
  if (!kept) return null;
  return {
    kept,
    sealed: file.slice(end + 1, file.length - MARK_BYTES),
    mark: file.slice(file.length - MARK_BYTES),
  };
}

/** The store; null: it was changed, or is not what these shares were dealt for (CER11). */
export async function openBackup(
  file: Uint8Array,
  opened: { identity: string; sealing: Uint8Array },
  subtle: SubtleCrypto,
): Promise<Uint8Array | null> {
  const backup = readBackup(file);
  if (!backup) return null;
  const said = file.slice(0, file.length - MARK_BYTES);
  const key = await markKey(opened.sealing, subtle);
  const mark = backup.mark as Uint8Array<ArrayBuffer>;
  if (!(await subtle.verify('HMAC', key, mark, said))) return null;
  const decrypter = new Decrypter();
  decrypter.addIdentity(oneHybridStanza);
  decrypter.addIdentity(opened.identity);
  return decrypter.decrypt(backup.sealed).catch(() => null);
}

function asKept(text: string): RecoverySet | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { set, recipient, enough, digests } = (value ?? {}) as Partial<RecoverySet>;
  const isSound =
    /^[0-9a-f]{8}$/.test(String(set)) &&
    /^age1pq1[a-z0-9]{1,4000}$/.test(String(recipient)) &&
    Number.isInteger(enough) &&
    Array.isArray(digests) &&
    digests.length >= (enough as number) &&
    digests.every((digest) => /^[0-9a-f]{64}$/.test(String(digest)));
  return isSound ? ({ set, recipient, enough, digests } as RecoverySet) : null;
}

function markKey(sealing: Uint8Array, subtle: SubtleCrypto): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return subtle.importKey('raw', sealing as Uint8Array<ArrayBuffer>, algorithm, false, ['sign', 'verify']);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
