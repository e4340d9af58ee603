import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { formatPartySecret, parsePartySecret } from '@aboveboard/consent/party-secret';
import { seedSigner } from '@aboveboard/server/keys/seed-signer';
import { type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey, isKeyName } from '@aboveboard/tlog/verifier-key';
import { Decrypter, Encrypter } from 'age-encryption';
import { CommandFailure, UsageError } from './command.ts';

/**
 * The two keys of a party in one file, sealed with a passphrase (age, scrypt): it can be carried to a machine
 * without a network and is of no use to who finds it. The file holds seeds and the name that they sign under.
 */
export type PartyKeyFile = { name: string; signers: readonly NoteSigner[]; verifierKeys: readonly string[] };

/** Makes fresh keys; refuses to write over a file. */
export async function makePartyKey(path: string, name: string): Promise<PartyKeyFile> {
  if (!isKeyName(name))
    throw new UsageError('A key’s name has no spaces and no plus sign: council.works.example');
  const text = formatPartySecret({ name, ed25519: randomBytes(32), mlDsa44: randomBytes(32) });
  const encrypter = new Encrypter();
  encrypter.setPassphrase(await passphrase('A passphrase for the new key: ', true));
  const sealed = await encrypter.encrypt(text);
  await writeFile(path, sealed, { flag: 'wx', mode: 0o600 }).catch((cause) => {
    throw new CommandFailure(`${path} can’t be written, or is there already.`, { cause });
  });
  return parsed(text, path);
}

export async function openPartyKey(path: string): Promise<PartyKeyFile> {
  const sealed = await readFile(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  const decrypter = new Decrypter();
  decrypter.addPassphrase(await passphrase(`The passphrase of ${path}: `, false));
  const text = await decrypter.decrypt(new Uint8Array(sealed), 'text').catch((cause) => {
    throw new CommandFailure(`${path} does not open with this passphrase, or is no key.`, { cause });
  });
  return parsed(text, path);
}

function parsed(text: string, path: string): PartyKeyFile {
  const secret = parsePartySecret(text);
  if (!secret) throw new CommandFailure(`${path} holds no keys of a party.`);
  const seed = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const keys = [seedSigner('ed25519', seed(secret.ed25519)), seedSigner('ml-dsa-44', seed(secret.mlDsa44))];
  const signers = keys.flatMap((key) => (key ? [textSigner(secret.name, key)] : []));
  return { name: secret.name, signers, verifierKeys: signers.map(({ key }) => formatVerifierKey(key)) };
}

/** From ABOVEBOARD_PASSPHRASE, or asked for at the terminal without showing it. */
async function passphrase(question: string, isNew: boolean): Promise<string> {
  const given = process.env['ABOVEBOARD_PASSPHRASE'] ?? (await asked(question));
  if (isNew && given.length < 12) throw new UsageError('A passphrase has at least 12 characters.');
  return given;
}

async function asked(question: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError('Give the passphrase at a terminal, or in ABOVEBOARD_PASSPHRASE.');
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
