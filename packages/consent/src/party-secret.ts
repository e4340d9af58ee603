import { decodeBase64, encodeBase64 } from '@aboveboard/tlog/base64';
import { isKeyName } from '@aboveboard/tlog/verifier-key';

/**
 * The two secret keys of a party as the text that is sealed, in a key file and in a browser alike: a name and
 * two seeds of 32 bytes. Whoever reads it signs as that party; it is never stored or sent as it is.
 */
export type PartySecret = {
  /** What both keys sign under: `council.works.example`. */
  name: string;
  ed25519: Uint8Array;
  mlDsa44: Uint8Array;
};

const HEAD = 'aboveboard-party-key v1';
const SEED_BYTES = 32;

export function formatPartySecret({ name, ed25519, mlDsa44 }: PartySecret): string {
  if (!isKeyName(name)) throw new RangeError('not the name of a key');
  return `${HEAD}\nname ${name}\ned25519 ${encodeBase64(ed25519)}\nml-dsa-44 ${encodeBase64(mlDsa44)}\n`;
}

/** Null: not the keys of a party. Nothing of the text is quoted anywhere. */
export function parsePartySecret(text: string): PartySecret | null {
  const field = (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  const name = field('name');
  const ed25519 = decodeBase64(field('ed25519') ?? '');
  const mlDsa44 = decodeBase64(field('ml-dsa-44') ?? '');
  if (!text.startsWith(`${HEAD}\n`) || name === undefined || !isKeyName(name)) return null;
  if (ed25519?.length !== SEED_BYTES || mlDsa44?.length !== SEED_BYTES) return null;
  return { name, ed25519, mlDsa44 };
}
