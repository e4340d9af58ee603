import { hex } from './canonical-json.ts';
import { en, type Messages } from './messages/en.ts';
import { shuffled } from './shuffle.ts';

/**
 * Codes that are dealt to all employees and name none of them (T2; spec/enrolment.md, ENR1-ENR10). Whoever
 * holds the lists knows that a code was dealt, not to whom; whoever holds a sheet has the code, and no list
 * has her name.
 */
export type DealtCodes = {
  /** To be printed, sealed and handed out; kept nowhere. In an order that nothing can be read from. */
  codes: readonly string[];
  /** SHA-256 of the secrets that make a contributor, hex, in the order of their bytes. */
  enrolments: readonly string[];
  /** SHA-256 of the secrets that ask for a voice; of the same codes, in an order of their own. */
  tickets: readonly string[];
};

const SECRET_BYTES = 15;
const CHECK_BITS = 20;

/** Throws RangeError unless `count` is a whole number of at least one. */
export async function dealCodes(
  count: number,
  random: (length: number) => Uint8Array,
  subtle: SubtleCrypto,
): Promise<DealtCodes> {
  if (!Number.isInteger(count) || count < 1) throw new RangeError('not a number of people');
  const codes: string[] = [];
  const enrolments: string[] = [];
  const tickets: string[] = [];
  for (let i = 0; i < count; i++) {
    const secret = drawn(random);
    codes.push(await writeCode(secret, subtle));
    enrolments.push(await listed(await codeSecret(secret, 'enrol', subtle), subtle));
    tickets.push(await listed(await codeSecret(secret, 'ticket', subtle), subtle));
  }
  return { codes: shuffled(codes, random), enrolments: enrolments.sort(), tickets: tickets.sort() };
}

/** The 15 bytes of a code as it was typed; null if it was misread. */
export function readCode(typed: string, subtle: SubtleCrypto): Promise<Uint8Array | null> {
  return readWritten(typed, 'code', subtle);
}

/** A code by which her next device joins (ENR60): it looks like a dealt one, and neither is ever taken for the other. */
export async function makeDeviceCode(
  random: (length: number) => Uint8Array,
  subtle: SubtleCrypto,
): Promise<{ code: string; secret: Uint8Array }> {
  const secret = drawn(random);
  return { code: await writeCode(secret, subtle, 'device'), secret };
}

/** The 15 bytes; null if it was misread, or is no code of a device. */
export function readDeviceCode(typed: string, subtle: SubtleCrypto): Promise<Uint8Array | null> {
  return readWritten(typed, 'device', subtle);
}

/** What a code is for stands in its check, so that one for something else reads as misread. */
type CodeKind = 'code' | 'device';

async function readWritten(typed: string, kind: CodeKind, subtle: SubtleCrypto): Promise<Uint8Array | null> {
  if (typed.length > 100) return null;
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (letters.length !== CODE_LETTERS) return null;
  let bits = 0n;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    bits = bits * 32n + BigInt(value);
  }
  const secret = new Uint8Array(SECRET_BYTES);
  let rest = bits >> BigInt(CHECK_BITS);
  for (let i = SECRET_BYTES - 1; i >= 0; i--) {
    secret[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return (bits & CHECK_MASK) === (await checkOf(secret, kind, subtle)) ? secret : null;
}

/** What is shown of a code for one use; of one use nothing of the other can be told (ENR3). */
export async function codeSecret(
  secret: Uint8Array,
  use: 'enrol' | 'ticket' | 'device' | 'device-key',
  subtle: SubtleCrypto,
): Promise<Uint8Array> {
  return await hashed(`aboveboard ${use} v1`, secret, subtle);
}

/** As it stands in a list: SHA-256 of the secret, hex. */
export async function listed(secret: Uint8Array, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', secret as Uint8Array<ArrayBuffer>)));
}

/** Codes of a list that were used, each with what was asked with it. Its owner keeps it durably. */
export type Redemptions = {
  readonly list: ReadonlySet<string>;
  readonly used: ReadonlyMap<string, string>;
};
export type RedeemRefusal = 'not-dealt' | 'used';

/** The redemptions with this one in them. `ask`: SHA-256 of what is asked with it, hex. */
export async function redeem(
  redemptions: Redemptions,
  secret: Uint8Array,
  ask: string,
  subtle: SubtleCrypto,
): Promise<Redemptions | RedeemRefusal> {
  const entry = secret.length === 32 ? await listed(secret, subtle) : '';
  if (!redemptions.list.has(entry)) return 'not-dealt';
  const before = redemptions.used.get(entry);
  if (before !== undefined) return before === ask ? redemptions : 'used';
  return { ...redemptions, used: new Map(redemptions.used).set(entry, ask) };
}

/** What a device makes when it enrols: who she is here, and the paper code that erases (ENR7, ENR8). */
export async function makeContributor(
  random: (length: number) => Uint8Array,
  subtle: SubtleCrypto,
): Promise<{ contributor: string; eraseCode: string; eraser: string }> {
  const contributor = random(16);
  if (contributor.length !== 16) throw new RangeError('the randomness is too short');
  const secret = drawn(random);
  return {
    contributor: hex(contributor),
    eraseCode: await writeCode(secret, subtle),
    eraser: await eraserOf(secret, subtle),
  };
}

/** What server and guardian keep to know an erase code by, hex; of it nothing can be opened. */
export async function eraserOf(secret: Uint8Array, subtle: SubtleCrypto): Promise<string> {
  return hex(await hashed('aboveboard erase v1', secret, subtle));
}

/** What is printed for one code: plain text. */
export function codeSheet(code: string, words: Messages['enrolment'] = en.enrolment): string {
  return [words.title, ...words.paragraphs, words.code, `    ${code}`, words.erase, `    ${BLANK}`, ''].join(
    '\n\n',
  );
}
const BLANK = Array.from({ length: 7 }, () => '____').join('-');

// Crockford's: no I, L, O and U.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LETTERS = 28;
const CHECK_MASK = (1n << BigInt(CHECK_BITS)) - 1n;

async function writeCode(secret: Uint8Array, subtle: SubtleCrypto, kind: CodeKind = 'code'): Promise<string> {
  let bits = secret.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  bits = (bits << BigInt(CHECK_BITS)) | (await checkOf(secret, kind, subtle));
  let letters = '';
  for (let i = 0; i < CODE_LETTERS; i++) {
    letters = ALPHABET[Number(bits & 31n)] + letters;
    bits >>= 5n;
  }
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}

async function checkOf(secret: Uint8Array, kind: CodeKind, subtle: SubtleCrypto): Promise<bigint> {
  const domain = kind === 'code' ? 'aboveboard code v1' : 'aboveboard device code v1';
  const digest = await hashed(domain, secret, subtle);
  return BigInt(new DataView(digest.buffer).getUint32(0) >>> (32 - CHECK_BITS));
}

async function hashed(domain: string, secret: Uint8Array, subtle: SubtleCrypto): Promise<Uint8Array> {
  const head = new TextEncoder().encode(`${domain}\0`);
  const input = new Uint8Array(head.length + secret.length);
  input.set(head);
  input.set(secret, head.length);
  return new Uint8Array(await subtle.digest('SHA-256', input));
}

function drawn(random: (length: number) => Uint8Array): Uint8Array {
  const secret = random(SECRET_BYTES);
  if (secret.length !== SECRET_BYTES) throw new RangeError('the randomness is too short');
  return secret;
}
