import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '@aboveboard/server/database/database';
import { startEmbedded } from '@aboveboard/server/database/embedded';
import { ageIdentity } from '@aboveboard/server/keys/age-identity';
import { asKeyHalf, joinHalves } from '@aboveboard/vault/key-half';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import { Decrypter } from 'age-encryption';
import { type Secret, SecretScan } from './secret-scan.ts';

/**
 * Somebody who took a full copy of a server's data folder (database files and their log, blobs, keys, pending uploads) and
 * who knows all of this software (T12). It reads every byte, starts the database, opens every envelope with every identity that
 * it finds, tries everything of 32 bytes that came out, alone and in pairs, on every sealed part, and looks for what was
 * planted in what opens. With a guardian's folder it does just the same with more.
 */
export type Loot = {
  found: Set<Secret>;
  /** Where each was found. */
  places: string[];
  identities: number;
  envelopes: number;
  keys: number;
  parts: number;
  opened: number;
  scanned: number;
};

type Part = { recording: string; index: number; kind: string; sha256: string };

export async function rob(folder: string, secrets: readonly Secret[], guardian?: string): Promise<Loot> {
  const scan = new SecretScan(secrets);
  const files = await everyFile(folder);
  const taken = guardian === undefined ? [] : await everyFile(guardian);
  for (const { path, bytes } of [...files, ...taken]) scan.bytes(path, bytes);
  const parts = await dump(folder, scan);

  const identities = identitiesIn([...files, ...taken].map(({ bytes }) => bytes));
  const contents: Uint8Array[] = [];
  let envelopes = 0;
  for (const { path, bytes } of [...files, ...taken]) {
    for (const envelope of envelopesIn(bytes)) {
      envelopes++;
      const content = await opened(envelope, identities);
      if (!content) continue;
      contents.push(content);
      scan.bytes(`${path} (envelope)`, content);
    }
  }
  const keys = candidates(contents, halvesIn([...files, ...taken]));

  const blobs = new Map(
    files.filter(({ path }) => path.includes('/blobs/')).map(({ path, bytes }) => [nameOf(path), bytes]),
  );
  let openedParts = 0;
  for (const part of parts) {
    const sealed = blobs.get(part.sha256);
    if (!sealed) continue;
    for (const key of keys) {
      const plain = await makePartSealer(asRecordingKey(key), crypto.subtle, () => new Uint8Array())
        .open(sealed, part)
        .catch(() => null);
      if (!plain) continue;
      openedParts++;
      scan.bytes(`part ${part.index} of ${part.recording}`, plain);
      break;
    }
  }
  return {
    found: scan.found,
    places: scan.findings.map(({ secret, where, spelling }) => `${secret.place} in ${where} as ${spelling}`),
    identities: identities.length,
    envelopes,
    keys: keys.length,
    parts: parts.length,
    opened: openedParts,
    scanned: scan.scanned,
  };
}

async function everyFile(root: string): Promise<{ path: string; bytes: Buffer }[]> {
  const files: { path: string; bytes: Buffer }[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.push({ path, bytes: await readFile(path) });
  }
  return files;
}

/** Every row of every table, and the parts that the database knows of. */
async function dump(folder: string, scan: SecretScan): Promise<Part[]> {
  const postgres = await startEmbedded(join(folder, 'postgres'), () => undefined);
  const database = openDatabase(postgres.url);
  try {
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      for (const row of await database.query<Record<string, unknown>>(`select * from ${name}`)) {
        scan.text(`table ${name}`, JSON.stringify(row));
        for (const value of Object.values(row))
          if (value instanceof Uint8Array) scan.bytes(`table ${name}`, value);
      }
    }
    return await database.query<Part>(
      `select u.recording, p.index, p.kind, encode(p.sha256, 'hex') as sha256
       from part p join upload u on u.id = p.upload order by u.recording, p.index`,
    );
  } finally {
    await database.close();
    await postgres.stop();
  }
}

function identitiesIn(all: readonly Buffer[]): string[] {
  const found = new Set<string>();
  for (const bytes of all) {
    for (const [identity] of bytes.toString('latin1').matchAll(/AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,}/g))
      found.add(identity);
  }
  return [...found];
}

const AGE = Buffer.from('age-encryption.org/v1');
/** Longer than any envelope of a key. */
const ENVELOPE = 8 * 1024;

/** Wherever an age file begins, in the file itself or in base64. */
function* envelopesIn(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(AGE); at >= 0; at = bytes.indexOf(AGE, at + 1))
    yield bytes.subarray(at, at + ENVELOPE);
  const text = bytes.toString('latin1');
  for (const [encoded] of text.matchAll(/YWdlLWVuY3J5cHRpb24ub3JnL3Yx[A-Za-z0-9+/_-]+/g))
    yield Buffer.from(encoded, encoded.includes('-') || encoded.includes('_') ? 'base64url' : 'base64');
}

async function opened(envelope: Buffer, identities: readonly string[]): Promise<Uint8Array | null> {
  for (const identity of identities) {
    const decrypter = new Decrypter();
    try {
      decrypter.addIdentity(identity);
      return await decrypter.decrypt(new Uint8Array(envelope));
    } catch {
      // Another's.
    }
  }
  return null;
}

/** Every value of 32 bytes in any SQLite file, whatever it is called: its pages may hold a row in two pieces. */
function halvesIn(files: readonly { path: string; bytes: Buffer }[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const { path } of files.filter(({ bytes }) => bytes.subarray(0, 15).equals(SQLITE))) {
    const store = new DatabaseSync(path);
    try {
      const tables = store.prepare(`select name from sqlite_schema where type = 'table'`).all();
      for (const { name } of tables as { name: string }[]) {
        for (const row of store.prepare(`select * from "${name}"`).iterate()) {
          for (const value of Object.values(row))
            if (value instanceof Uint8Array && value.length === 32) found.push(value);
        }
      }
    } finally {
      store.close();
    }
  }
  return found;
}
const SQLITE = Buffer.from('SQLite format 3');

/** Every 32 bytes that an envelope held after its first, each half, and whatever any two make together. */
function candidates(contents: readonly Uint8Array[], halves: readonly Uint8Array[]): Uint8Array[] {
  const single = new Map<string, Uint8Array>();
  for (const bytes of [
    ...contents.filter((one) => one.length >= 33).map((one) => one.subarray(1, 33)),
    ...contents.filter((one) => one.length === 32),
    ...halves,
  ])
    single.set(Buffer.from(bytes).toString('hex'), bytes);
  const all = [...single.values()];
  const pairs: Uint8Array[] = [];
  for (const [i, one] of all.entries()) {
    for (const other of all.slice(i + 1))
      pairs.push(joinHalves({ vault: asKeyHalf(one), guardian: asKeyHalf(other) }));
  }
  return [...all, ...pairs];
}

const nameOf = (path: string) => path.split('/').at(-1) ?? '';

/** The identity that the server's folder has for the vault, to plant something with. */
export const vaultOf = (folder: string) => ageIdentity('vault', join(folder, 'keys'), undefined);
