import { randomBytes } from 'node:crypto';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { cosigner, type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import type { GuardianStore } from '../store.ts';

/**
 * The two keys that this witness cosigns with, made at the first start and never shown. Its name is drawn
 * then too: it says nothing of the organisation. `now`: seconds since the epoch.
 */
export function witnessIdentity(store: GuardianStore, now: () => number): NoteSigner[] {
  const made = { name: `guardian/${randomBytes(8).toString('hex')}`, seeds: randomBytes(64) };
  store
    .prepare(
      `insert into setting (name, value) values ('witness name', ?), ('witness seeds', ?) on conflict do nothing`,
    )
    .run(Buffer.from(made.name), made.seeds);
  const { name, seeds } = kept(store);
  return [
    cosigner(name, ed25519Key(seeds.subarray(0, 32)), now),
    cosigner(name, mlDsa44Key(seeds.subarray(32)), now),
  ];
}

/**
 * Signs what the guardian says of itself with the Ed25519 key that it cosigns with (CTL22): whoever relies on its witness
 * has this key. No text that it signs can be taken for a cosignature, nor the reverse (LOG53). After `witnessIdentity`.
 */
export function wordSigner(store: GuardianStore): NoteSigner {
  const { name, seeds } = kept(store);
  return textSigner(name, ed25519Key(seeds.subarray(0, 32)));
}

function kept(store: GuardianStore): { name: string; seeds: Uint8Array } {
  const read = store.prepare('select value from setting where name = ?');
  const value = (name: string) => (read.get(name) as { value: Uint8Array }).value;
  return { name: new TextDecoder().decode(value('witness name')), seeds: value('witness seeds') };
}
