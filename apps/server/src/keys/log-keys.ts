import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isOrigin } from '@aboveboard/tlog/checkpoint';
import { type NoteSigner, type SigningKey, textSigner } from '@aboveboard/tlog/signer';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { LogName } from '../logs/log-name.ts';
import { writeDurably } from './durable-file.ts';
import { seedSigner } from './seed-signer.ts';

/**
 * What signs the heads of one log: its origin for good, and two key pairs (spec/log-service.md, LGS1). `next`: the pairs that take
 * their place when their replacement is finished; until then both sign (LGS50).
 */
export type LogKeys = { origin: string; next: KeyPairs | null } & KeyPairs;
export type KeyPairs = { ed25519: SigningKey; mlDsa44: SigningKey };

const HEADS = {
  demonstration: '# Aboveboard log keys of a DEMONSTRATION: what they sign proves nothing\n',
  production: '# Aboveboard log keys: whoever has this file can sign another history of this log\n',
} as const;

/**
 * Reads DATA/keys/NAME.log-keys, or makes it when `mayMake` says that the log has no head yet. Outside the
 * database, like every key (ADR 0014). A sentence when a production start finds a demonstration's, when the
 * file is not whole, or when it is gone and the log is not.
 */
export async function logKeys(
  folder: string,
  log: LogName,
  options: { kind: InstallationKind | undefined; mayMake: boolean; files?: FileLayer },
): Promise<LogKeys> {
  const { kind, mayMake, files = diskLayer } = options;
  const path = join(folder, `${log}.log-keys`);
  const stored = await files.read(path);
  if (stored) return parsed(new TextDecoder().decode(stored), path, kind);
  if (!mayMake) {
    throw new Error(
      `${path} is gone, and the log that it signs is not. Restore it from your backup; nothing was changed.`,
    );
  }
  const place = kind === 'production' ? 'aboveboard' : 'aboveboard-demonstration';
  const text = `${HEADS[kind ?? 'production']}origin ${place}/${randomBytes(8).toString('hex')}/${log}\n${newPairs('')}`;
  await writeDurably(path, new TextEncoder().encode(text), files);
  return parsed(text, path, kind);
}

/** Makes the pairs that are to follow, unless they are there. A sentence where the log has no keys. */
export async function makeNextLogKeys(folder: string, log: LogName): Promise<LogKeys> {
  const path = join(folder, `${log}.log-keys`);
  const text = await textOf(path);
  const known = parsed(text, path, undefined);
  if (known.next) return known;
  const more = `${text}${newPairs('next-')}`;
  await writeDurably(path, new TextEncoder().encode(more));
  return parsed(more, path, undefined);
}

/** The pairs that followed stand alone from then on; those before them are on this disk no more, as far as files say. */
export async function takeNextLogKeys(folder: string, log: LogName): Promise<void> {
  const path = join(folder, `${log}.log-keys`);
  const text = await textOf(path);
  if (!parsed(text, path, undefined).next) return;
  const own = text.split('\n').filter((line) => !/^(?:ed25519|ml-dsa-44) /.test(line));
  await writeDurably(path, new TextEncoder().encode(own.join('\n').replaceAll('next-', '')));
}

async function textOf(path: string): Promise<string> {
  const stored = await diskLayer.read(path);
  if (!stored) throw new Error(`${path} is not there: this folder has no keys of that log.`);
  return new TextDecoder().decode(stored);
}

function newPairs(prefix: '' | 'next-'): string {
  const pairs = ['ed25519', 'ml-dsa-44'].map(
    (name) => `${prefix}${name} ${randomBytes(32).toString('base64')}\n`,
  );
  return pairs.join('');
}

/** By which those who know a log's key know this server: every pair that there is now signs (LGS50). */
export function serverSigners({ origin, ed25519, next }: LogKeys): NoteSigner[] {
  return [ed25519, ...(next ? [next.ed25519] : [])].map((key) => textSigner(origin, key));
}

function parsed(text: string, path: string, kind: InstallationKind | undefined): LogKeys {
  if (kind === 'production' && text.includes('DEMONSTRATION')) {
    throw new Error(
      `${path} was made by a demonstration. A production installation needs a data folder of its own: choose one with --data.`,
    );
  }
  const field = (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  const origin = field('origin');
  const ed25519 = seedSigner('ed25519', field('ed25519'));
  const mlDsa44 = seedSigner('ml-dsa-44', field('ml-dsa-44'));
  const following = {
    ed25519: seedSigner('ed25519', field('next-ed25519')),
    mlDsa44: seedSigner('ml-dsa-44', field('next-ml-dsa-44')),
  };
  const isWhole = text.includes('\nnext-') === (following.ed25519 !== null && following.mlDsa44 !== null);
  const next = following.ed25519 && following.mlDsa44 ? (following as KeyPairs) : null;
  if (origin && isOrigin(origin) && ed25519 && mlDsa44 && isWhole) return { origin, ed25519, mlDsa44, next };
  throw new Error(
    `${path} does not hold the keys of a log. Restore it from your backup; nothing was changed.`,
  );
}
