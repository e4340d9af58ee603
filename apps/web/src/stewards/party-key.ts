import { formatPartySecret, type PartySecret, parsePartySecret } from '@aboveboard/consent/party-secret';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { Decrypter, Encrypter, webauthn } from 'age-encryption';

/**
 * The keys of a party in a browser. What is kept is an age file: sealed under a passkey (WebAuthn PRF) or a
 * passphrase (scrypt), so that neither a copy of the profile nor the server has it. Opened for one act at a
 * time. The copy under a passphrase is the key file of `aboveboard agreement sign`.
 */
export type SealedKey = {
  name: string;
  /** Verifier keys, Ed25519 first. */
  verifierKeys: readonly string[];
  /** An age file. */
  sealed: Uint8Array;
  by: { how: 'passphrase' } | { how: 'passkey'; identity: string };
};

export type Opened = { signers: readonly NoteSigner[]; secret: PartySecret };

export const LEAST_PASSPHRASE = 12;

export function freshSecret(name: string): PartySecret {
  const random = () => crypto.getRandomValues(new Uint8Array(32));
  return { name, ed25519: random(), mlDsa44: random() };
}

/** Rejects where the device has no passkey that can seal, or the person says no. */
export async function sealWithPasskey(secret: PartySecret): Promise<SealedKey> {
  const identity = await webauthn.createCredential({ keyName: secret.name });
  const encrypter = new Encrypter();
  encrypter.addRecipient(new webauthn.WebAuthnRecipient({ identity }));
  const sealed = await encrypter.encrypt(formatPartySecret(secret));
  return { ...publicHalves(secret), sealed, by: { how: 'passkey', identity } };
}

export async function sealWithPassphrase(secret: PartySecret, passphrase: string): Promise<SealedKey> {
  if (passphrase.length < LEAST_PASSPHRASE) throw new RangeError('a passphrase that is too short');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  const sealed = await encrypter.encrypt(formatPartySecret(secret));
  return { ...publicHalves(secret), sealed, by: { how: 'passphrase' } };
}

/** Null: it does not open so. `passphrase` is for a key that is sealed with one. */
export async function openKey(
  key: Pick<SealedKey, 'sealed' | 'by'>,
  passphrase: string,
): Promise<Opened | null> {
  const decrypter = new Decrypter();
  if (key.by.how === 'passkey') {
    decrypter.addIdentity(new webauthn.WebAuthnIdentity({ identity: key.by.identity }));
  } else decrypter.addPassphrase(passphrase);
  const text = await decrypter.decrypt(key.sealed, 'text').catch(() => null);
  const secret = text === null ? null : parsePartySecret(text);
  return secret && { secret, signers: signersOf(secret) };
}

/** A key file of the command line. Null: none, or another passphrase. */
export async function takeKeyFile(sealed: Uint8Array, passphrase: string): Promise<SealedKey | null> {
  const opened = await openKey({ sealed, by: { how: 'passphrase' } }, passphrase);
  return opened && { ...publicHalves(opened.secret), sealed, by: { how: 'passphrase' } };
}

function signersOf({ name, ed25519, mlDsa44 }: PartySecret): NoteSigner[] {
  return [textSigner(name, ed25519Key(ed25519)), textSigner(name, mlDsa44Key(mlDsa44))];
}

function publicHalves(secret: PartySecret): Pick<SealedKey, 'name' | 'verifierKeys'> {
  return { name: secret.name, verifierKeys: signersOf(secret).map(({ key }) => formatVerifierKey(key)) };
}
