import { join } from 'node:path';
import { diskLayer } from '../blobs/file-layer.ts';

/**
 * DATA/guardian-address: the origin of the representative's guardian, on a line of its own; lines that begin with # say nothing.
 * The operator writes it. Null: there is no such file. A sentence for one that names nobody whom halves may be sent to.
 */
export async function readGuardianAddress(root: string): Promise<string | null> {
  const path = join(root, 'guardian-address');
  const bytes = await diskLayer.read(path);
  if (!bytes) return null;
  const lines = new TextDecoder().decode(bytes).split('\n');
  const [line = '', ...more] = lines
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'));
  const url = URL.canParse(line) ? new URL(line) : null;
  const isHere = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(url?.hostname ?? '');
  const isSound = url?.origin === line && (url.protocol === 'https:' || (url.protocol === 'http:' && isHere));
  if (isSound && more.length === 0) return line;
  throw new Error(
    `${path} is to hold the guardian's address alone: https://NAME, or http:// on this computer.`,
  );
}
