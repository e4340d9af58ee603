import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isOrigin } from '@aboveboard/tlog/checkpoint';
import type { SigningKey } from '@aboveboard/tlog/signer';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { LogName } from '../logs/log-name.ts';
import { writeDurably } from './durable-file.ts';
import { seedSigner } from './seed-signer.ts';

/** What signs the heads of one log: its origin for good, and two key pairs (spec/log-service.md, LGS1). */
export type LogKeys = { origin: string; ed25519: SigningKey; mlDsa44: SigningKey };

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
  const text = [
    `${HEADS[kind ?? 'production']}origin ${place}/${randomBytes(8).toString('hex')}/${log}`,
    `ed25519 ${randomBytes(32).toString('base64')}`,
    `ml-dsa-44 ${randomBytes(32).toString('base64')}`,
    '',
  ].join('\n');
  await writeDurably(path, new TextEncoder().encode(text), files);
  return parsed(text, path, kind);
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
  if (origin && isOrigin(origin) && ed25519 && mlDsa44) return { origin, ed25519, mlDsa44 };
  throw new Error(
    `${path} does not hold the keys of a log. Restore it from your backup; nothing was changed.`,
  );
}
