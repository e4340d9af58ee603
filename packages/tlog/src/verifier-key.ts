import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Checked, fault, faulty } from './log-fault.ts';

/**
 * Public keys of signed notes: `name+hex(id)+base64(type || key)` (spec/log.md, LOG50-LOG55). The type says
 * which bytes are signed, so one key under two types is two verifier keys.
 */
export type SignatureType =
  /** 0x01: the note's text. */
  | 'ed25519'
  /** 0x04: a checkpoint with a time (tlog-cosignature). */
  | 'ed25519-cosignature'
  /** 0x06: a checkpoint's origin, size and root with a time (tlog-cosignature). */
  | 'ml-dsa-44-cosignature'
  /** 0xff and a name of ours: the note's text, for which no type is assigned. */
  | 'ml-dsa-44';

export type VerifierKey = {
  readonly name: string;
  /** The first four bytes of a digest, big-endian. Tells keys apart and authenticates nothing. */
  readonly id: number;
  readonly type: SignatureType;
  readonly publicKey: Uint8Array;
};

type TypeFacts = { prefix: Uint8Array; keyBytes: number; signatureBytes: number };
const utf8 = new TextEncoder();

const TYPES: Readonly<Record<SignatureType, TypeFacts>> = {
  ed25519: { prefix: Uint8Array.of(0x01), keyBytes: 32, signatureBytes: 64 },
  'ed25519-cosignature': { prefix: Uint8Array.of(0x04), keyBytes: 32, signatureBytes: 8 + 64 },
  'ml-dsa-44-cosignature': { prefix: Uint8Array.of(0x06), keyBytes: 1312, signatureBytes: 8 + 2420 },
  'ml-dsa-44': {
    prefix: Uint8Array.of(0xff, ...utf8.encode('aboveboard/ml-dsa-44-note/v1\n')),
    keyBytes: 1312,
    signatureBytes: 2420,
  },
};

/** RangeError for a name or a key that can't be one. */
export function verifierKey(name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey {
  const { prefix, keyBytes } = TYPES[type];
  if (!isKeyName(name)) throw new RangeError('not the name of a key');
  if (publicKey.length !== keyBytes) throw new RangeError(`a key of this type has ${keyBytes} bytes`);
  const digest = sha256
    .create()
    .update(utf8.encode(`${name}\n`))
    .update(prefix)
    .update(publicKey)
    .digest();
  const id = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
  return Object.freeze({ name, id, type, publicKey: Uint8Array.from(publicKey) });
}

/** SHA-256 of the key as it is written, hex in groups of four: people compare it where the key is too long to. */
export function keyFingerprint(key: VerifierKey): string {
  const digest = sha256(utf8.encode(formatVerifierKey(key)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return (hex.match(/.{4}/g) ?? []).join(' ');
}

export function formatVerifierKey(key: VerifierKey): string {
  const { prefix } = TYPES[key.type];
  const material = new Uint8Array(prefix.length + key.publicKey.length);
  material.set(prefix);
  material.set(key.publicKey, prefix.length);
  return `${key.name}+${key.id.toString(16).padStart(8, '0')}+${encodeBase64(material)}`;
}

/** `at` is where in its file the key stands. */
export function parseVerifierKey(text: string, at = 'key'): Checked<VerifierKey> {
  if (text.length > KEY_TEXT_LIMIT) return faulty(fault('LOG50', at, 'longer than any key'));
  const [, name, id, base64] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  if (name === undefined || !isKeyName(name) || base64 === undefined) {
    return faulty(fault('LOG50', at, 'not name+id+key'));
  }
  const material = decodeBase64(base64);
  if (!material) return faulty(fault('LOG2', at, 'not canonical base64'));
  for (const type of Object.keys(TYPES) as SignatureType[]) {
    const { prefix, keyBytes } = TYPES[type];
    if (material.length !== prefix.length + keyBytes || prefix.some((byte, i) => byte !== material[i]))
      continue;
    const key = verifierKey(name, type, material.subarray(prefix.length));
    return key.id === Number.parseInt(id as string, 16)
      ? { ok: true, value: key }
      : faulty(fault('LOG51', at, 'the id is not that of the key'));
  }
  return faulty(fault('LOG52', at, 'not a type and length of key that is known here'));
}
const KEY_TEXT_LIMIT = 4096;

/** Not empty, well formed, without white space, control characters and plus; at most 255 bytes (LOG40). */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.isWellFormed() &&
    !/[\p{White_Space}\p{Cc}+]/u.test(name) &&
    utf8.encode(name).length <= 255
  );
}

export function signatureBytes(type: SignatureType): number {
  return TYPES[type].signatureBytes;
}

export function sameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && a.id === b.id && a.type === b.type && sameBytes(a.publicKey, b.publicKey);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
