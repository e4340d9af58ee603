import type { RecordingKey } from './keyring.ts';

/**
 * Seals the parts of a recording one by one (spec/sealing.md, SEAL1-SEAL19): AES-256-GCM under a key that
 * HKDF-SHA-256 separates from the recording's key, a fresh nonce a part, the label authenticated with it.
 * Padded parts (what is released) have one of few lengths. What it does not do: hide that a part exists, or, where
 * it isn't padded, how long it is.
 */
export type SealLabel = { recording: string; index: number; kind: string };

/** The same shape as protocol's `PartSealer`, which this package may not import. */
export interface Sealer {
  /** Throws SealingError `bad-label` for a label that can't be encoded. */
  seal(plain: Uint8Array, label: SealLabel): Promise<Uint8Array>;
  /** Throws SealingError; which bit was wrong is not said. */
  open(sealed: Uint8Array, label: SealLabel): Promise<Uint8Array>;
}

/** Fresh bytes from a cryptographic source: `(n) => crypto.getRandomValues(new Uint8Array(n))`. */
export type RandomBytes = (length: number) => Uint8Array;

/** What sealing takes of WebCrypto; a platform may have its own. */
export type PartCiphers = Pick<SubtleCrypto, 'importKey' | 'deriveKey' | 'encrypt' | 'decrypt'>;

export type SealingErrorCode = 'bad-label' | 'bad-key' | 'bad-random' | 'unknown-version' | 'cannot-open';
export class SealingError extends Error {
  override readonly name = 'SealingError';
  readonly code: SealingErrorCode;
  constructor(code: SealingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const PLAIN = 1;
const PADDED = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What a sealed part is longer than its plaintext by. */
export const SEAL_OVERHEAD = 1 + NONCE_BYTES + TAG_BYTES;

const KEY_INFO = 'aboveboard part key v1';
const LABEL_DOMAINS = { [PLAIN]: 'aboveboard part v1\0', [PADDED]: 'aboveboard part v2\0' } as const;

/** `padded`: what is sealed gets the length of its bucket (SEAL8). Either kind is opened. */
export function makePartSealer(
  key: RecordingKey,
  subtle: PartCiphers,
  random: RandomBytes,
  { padded = false }: { padded?: boolean } = {},
): Sealer {
  if (key.length !== 32) throw new SealingError('bad-key', 'a recording key has 32 bytes');
  const material = new Uint8Array(key);
  // Derived once and on first use: a promise that nobody awaits must not reject unseen.
  let derived: Promise<CryptoKey> | undefined;
  const partKey = () => {
    derived ??= derivePartKey(material, subtle);
    return derived;
  };

  return {
    async seal(plain, label) {
      const version = padded ? PADDED : PLAIN;
      const additionalData = encodeLabel(label, version);
      const nonce = new Uint8Array(random(NONCE_BYTES));
      if (nonce.length !== NONCE_BYTES) throw new SealingError('bad-random', 'a nonce has 12 bytes');
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData };
      const body = await subtle.encrypt(
        algorithm,
        await partKey(),
        padded ? pad(plain) : (plain as Uint8Array<ArrayBuffer>),
      );
      const sealed = new Uint8Array(1 + NONCE_BYTES + body.byteLength);
      sealed[0] = version;
      sealed.set(nonce, 1);
      sealed.set(new Uint8Array(body), 1 + NONCE_BYTES);
      return sealed;
    },

    async open(sealed, label) {
      const [version] = sealed;
      const additionalData = encodeLabel(label, version === PADDED ? PADDED : PLAIN);
      if (sealed.length < SEAL_OVERHEAD)
        throw new SealingError('cannot-open', 'too short to be a sealed part');
      if (version !== PLAIN && version !== PADDED) {
        throw new SealingError('unknown-version', 'sealed by a version that this one does not know');
      }
      const iv = new Uint8Array(sealed.subarray(1, 1 + NONCE_BYTES));
      const body = sealed.subarray(1 + NONCE_BYTES) as Uint8Array<ArrayBuffer>;
      const unlocked = await partKey();
      let plain: Uint8Array;
      try {
        plain = new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, unlocked, body));
      } catch (cause) {
        throw new SealingError('cannot-open', 'not sealed under this key and label', { cause });
      }
      return version === PADDED ? unpad(plain, sealed.length) : plain;
    },
  };
}

/** Was it sealed as one that is padded? That its padding is right shows when it opens (SEAL9). */
export function isPadded(sealed: Uint8Array): boolean {
  return sealed[0] === PADDED;
}

/**
 * The length of the bucket that `length` falls into (SEAL8): as many leading bits as the length has bits in its
 * number of bits, zeros below. At most 12 % more, 3 % at a megabyte; a length tells little more than its magnitude.
 */
export function bucketLength(length: number): number {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** Math.max(0, exponent - kept);
  return Math.ceil(length / step) * step;
}

/** One bit of one, then zeros to the bucket's end. */
function pad(plain: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(bucketLength(plain.length + 1 + SEAL_OVERHEAD) - SEAL_OVERHEAD);
  padded.set(plain);
  padded[plain.length] = 0x80;
  return padded;
}

/** Throws where another padding than the one that the rule gives was sealed: it would be room for a message. */
function unpad(padded: Uint8Array, sealedLength: number): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (padded[end] !== 0x80 || bucketLength(end + 1 + SEAL_OVERHEAD) !== sealedLength) {
    throw new SealingError('cannot-open', 'not padded by the rule');
  }
  return padded.subarray(0, end);
}

async function derivePartKey(material: Uint8Array<ArrayBuffer>, subtle: PartCiphers): Promise<CryptoKey> {
  const root = await subtle.importKey('raw', material, 'HKDF', false, ['deriveKey']);
  material.fill(0);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8(KEY_INFO) };
  return subtle.deriveKey(hkdf, root, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Every field has its length before it or a fixed length, so that no two labels share an encoding. */
export function encodeLabel(
  { recording, index, kind }: SealLabel,
  version: keyof typeof LABEL_DOMAINS = PLAIN,
): Uint8Array<ArrayBuffer> {
  const domain = utf8(LABEL_DOMAINS[version]);
  const id = labelText(recording);
  const name = labelText(kind);
  if (!Number.isInteger(index) || index < 0 || index > 0xffff_ffff) {
    throw new SealingError('bad-label', 'the index of a part is a whole number below 2^32');
  }
  const bytes = new Uint8Array(domain.length + 2 + id.length + 4 + 2 + name.length);
  const view = new DataView(bytes.buffer);
  let at = domain.length;
  bytes.set(domain);
  view.setUint16(at, id.length);
  bytes.set(id, at + 2);
  at += 2 + id.length;
  view.setUint32(at, index);
  view.setUint16(at + 4, name.length);
  bytes.set(name, at + 6);
  return bytes;
}

function labelText(text: string): Uint8Array<ArrayBuffer> {
  // A lone surrogate would encode as U+FFFD, and two labels would become one.
  if (!text.isWellFormed()) throw new SealingError('bad-label', 'a label is well-formed text');
  const bytes = utf8(text);
  if (bytes.length === 0 || bytes.length > 255) {
    throw new SealingError('bad-label', 'the texts of a label have 1 to 255 bytes');
  }
  return bytes;
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}
