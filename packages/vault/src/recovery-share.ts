/**
 * One person's share of what opens a guardian's backups, as it stands on paper (spec/ceremony.md, CER1-CER5). It says
 * of which set it is and what the set opens; of the secret it says nothing.
 */
export type RecoveryShare = {
  /** Drawn when the set was made, hex: shares of two sets never make anything. */
  set: string;
  /** Of the recipient that backups are sealed to, hex: what these shares open. */
  opens: string;
  /** How many are enough. */
  enough: number;
  number: number;
  of: number;
  data: Uint8Array;
};

export const SEED_BYTES = 32;
const DATA_BYTES = SEED_BYTES + 1;
const SET_BYTES = 4;
const OPENS_BYTES = 8;
const CHECK_BYTES = 4;
const HEAD_BYTES = 1 + SET_BYTES + OPENS_BYTES + 3;
const SHARE_BYTES = HEAD_BYTES + DATA_BYTES + CHECK_BYTES;
const VERSION = 1;
/** Nothing that is read for another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** In groups of four, as it is printed and typed. */
export async function writeShare(share: RecoveryShare, subtle: SubtleCrypto): Promise<string> {
  const bytes = new Uint8Array(SHARE_BYTES);
  bytes[0] = VERSION;
  bytes.set(bytesOf(share.set), 1);
  bytes.set(bytesOf(share.opens), 1 + SET_BYTES);
  bytes.set([share.enough, share.number, share.of], HEAD_BYTES - 3);
  bytes.set(share.data, HEAD_BYTES);
  bytes.set(await checkOf(bytes, subtle), SHARE_BYTES - CHECK_BYTES);
  return (lettersOf(bytes).match(/.{1,4}/g) ?? []).join(' ');
}

/** As it was typed, in either case, O for 0 and I or L for 1; null: misread, or no share. */
export async function readShare(typed: string, subtle: SubtleCrypto): Promise<RecoveryShare | null> {
  if (typed.length > 1_000) return null;
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const bytes = fromLetters(letters);
  if (!bytes || bytes[0] !== VERSION) return null;
  const check = await checkOf(bytes, subtle);
  if (check.some((byte, i) => byte !== bytes[SHARE_BYTES - CHECK_BYTES + i])) return null;
  const [enough = 0, number = 0, of = 0] = bytes.subarray(HEAD_BYTES - 3, HEAD_BYTES);
  if (enough < 2 || of < enough || number < 1 || number > of) return null;
  return {
    set: hexOf(bytes.subarray(1, 1 + SET_BYTES)),
    opens: hexOf(bytes.subarray(1 + SET_BYTES, HEAD_BYTES - 3)),
    enough,
    number,
    of,
    data: bytes.slice(HEAD_BYTES, HEAD_BYTES + DATA_BYTES),
  };
}

/** What a set opens, as its shares say it: the beginning of the SHA-256 of the recipient. */
export async function openedBy(recipient: string, subtle: SubtleCrypto): Promise<string> {
  const bytes = new TextEncoder().encode(`aboveboard recovery v1\n${recipient}\n`);
  return hexOf(new Uint8Array(await subtle.digest('SHA-256', bytes)).subarray(0, OPENS_BYTES));
}

/** SHA-256 of a share, hex: kept with the guardian, so that a share that was changed can be told alone (CER4). */
export async function shareDigest(share: RecoveryShare, subtle: SubtleCrypto): Promise<string> {
  const text = new TextEncoder().encode(`aboveboard share v1\n${await writeShare(share, subtle)}\n`);
  return hexOf(new Uint8Array(await subtle.digest('SHA-256', text)));
}

export function freshSet(random: (length: number) => Uint8Array): string {
  return hexOf(random(SET_BYTES));
}

async function checkOf(bytes: Uint8Array, subtle: SubtleCrypto): Promise<Uint8Array> {
  const said = bytes.slice(0, SHARE_BYTES - CHECK_BYTES);
  return new Uint8Array(await subtle.digest('SHA-256', said)).subarray(0, CHECK_BYTES);
}

const LETTERS = Math.ceil((SHARE_BYTES * 8) / 5);

function lettersOf(bytes: Uint8Array): string {
  let letters = '';
  for (let at = 0; at < LETTERS; at++) {
    let value = 0;
    for (let bit = at * 5; bit < at * 5 + 5; bit++) value = value * 2 + bitOf(bytes, bit);
    letters += ALPHABET[value];
  }
  return letters;
}

function fromLetters(letters: string): Uint8Array | null {
  if (letters.length !== LETTERS) return null;
  const bytes = new Uint8Array(SHARE_BYTES);
  for (const [at, letter] of [...letters].entries()) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    for (let i = 0; i < 5; i++) {
      const bit = at * 5 + i;
      const isSet = ((value >> (4 - i)) & 1) === 1;
      if (bit >= SHARE_BYTES * 8) {
        if (isSet) return null;
      } else if (isSet) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (128 >> (bit & 7));
    }
  }
  return bytes;
}

function bitOf(bytes: Uint8Array, bit: number): number {
  return ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}
