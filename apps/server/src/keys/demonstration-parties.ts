import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { writeDurably } from './durable-file.ts';
import { seedSigner } from './seed-signer.ts';

/** Both signers of each made-up party, Ed25519 first. */
export type DemonstrationParties = Readonly<Record<PartyRole, readonly NoteSigner[]>>;

const HEAD = '# Keys of the made-up parties of a DEMONSTRATION: what they sign binds nobody\n';

/**
 * Reads DATA/keys/demonstration-parties, or makes it. Only a demonstration signs for its parties; anywhere else
 * a party's key stays with the party.
 */
export async function demonstrationParties(
  folder: string,
  files: FileLayer = diskLayer,
): Promise<DemonstrationParties> {
  const path = join(folder, 'demonstration-parties');
  let text = new TextDecoder().decode((await files.read(path)) ?? new Uint8Array());
  if (text === '') {
    const lines = PARTY_ROLES.map(
      (role) => `${role} ${randomBytes(32).toString('base64')} ${randomBytes(32).toString('base64')}\n`,
    );
    text = HEAD + lines.join('');
    await writeDurably(path, new TextEncoder().encode(text), files);
  }
  const parties = {} as Record<PartyRole, readonly NoteSigner[]>;
  for (const role of PARTY_ROLES) {
    const [, ed25519Seed, mlDsaSeed] = new RegExp(`^${role} (\\S+) (\\S+)$`, 'm').exec(text) ?? [];
    const ed25519 = seedSigner('ed25519', ed25519Seed);
    const mlDsa44 = seedSigner('ml-dsa-44', mlDsaSeed);
    if (!ed25519 || !mlDsa44) throw new Error(`${path} does not hold the keys of three parties. Remove it.`);
    const name = `${role}.works.example`;
    parties[role] = [textSigner(name, ed25519), textSigner(name, mlDsa44)];
  }
  return parties;
}
