import { randomBytes } from 'node:crypto';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { cosigner, type NoteSigner } from '@aboveboard/tlog/signer';
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
  const read = store.prepare('select value from setting where name = ?');
  const value = (name: string) => (read.get(name) as { value: Uint8Array }).value;
  const name = new TextDecoder().decode(value('witness name'));
  const seeds = value('witness seeds');
  return [
    cosigner(name, ed25519Key(seeds.subarray(0, 32)), now),
    cosigner(name, mlDsa44Key(seeds.subarray(32)), now),
  ];
}
