import { randomBytes } from 'node:crypto';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { cosigner, type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import type { VerifierKey } from '@aboveboard/tlog/verifier-key';
import { type GuardianStore, inTransaction } from '../store.ts';

/**
 * The keys that this witness cosigns with, made at the first start and never shown: pairs of Ed25519 and ML-DSA-44, one while
 * nothing changes, and the pair to come beside it while they are replaced (GRD90-GRD94). A pair's name is drawn with it: it says
 * nothing of the organisation.
 */
export type WitnessIdentity = {
  /** All that cosign now, the pair in use first. */
  cosigners(): readonly NoteSigner[];
  /** The same, as others know them. */
  pairs: OwnPairs;
  /** Empty: none is to come. */
  next(): readonly VerifierKey[];
  /**
   * What the guardian says of itself is signed with the Ed25519 key of each pair (CTL22): whoever relies on its witness has one of
   * them. No text that they sign can be taken for a cosignature, nor the reverse (LOG53).
   */
  wordSigners(): readonly NoteSigner[];
  /** Makes the pair to come, unless there is one. Durable when it returns. */
  begin(): void;
  /** The pair to come stands alone; the one before it is overwritten. RangeError where none is to come. */
  retire(): void;
};

/** Of each pair its public keys; a tree counts here when one pair cosigned it whole. */
export type OwnPairs = () => readonly (readonly VerifierKey[])[];

type Pair = { name: string; seeds: Uint8Array };

/** `now`: seconds since the epoch. */
export function witnessIdentity(store: GuardianStore, now: () => number): WitnessIdentity {
  const read = store.prepare('select value from setting where name = ?');
  const put = store.prepare('insert into setting (name, value) values (?, ?) on conflict do nothing');
  const move = store.prepare(
    'update setting set value = (select value from setting where name = ?) where name = ?',
  );
  const drop = store.prepare('delete from setting where name = ?');

  function make(prefix: '' | 'next '): void {
    inTransaction(store, () => {
      if (kept(prefix)) return;
      put.run(`${prefix}witness name`, Buffer.from(`guardian/${randomBytes(8).toString('hex')}`));
      put.run(`${prefix}witness seeds`, randomBytes(64));
    });
  }

  function kept(prefix: '' | 'next '): Pair | null {
    const value = (name: string) =>
      (read.get(`${prefix}${name}`) as { value: Uint8Array } | undefined)?.value;
    const [name, seeds] = [value('witness name'), value('witness seeds')];
    return name && seeds ? { name: new TextDecoder().decode(name), seeds } : null;
  }

  function all(): Pair[] {
    return [kept(''), kept('next ')].filter((pair) => pair !== null);
  }

  const cosignersOf = ({ name, seeds }: Pair): NoteSigner[] => [
    cosigner(name, ed25519Key(seeds.subarray(0, 32)), now),
    cosigner(name, mlDsa44Key(seeds.subarray(32)), now),
  ];
  const keysOf = (pair: Pair) => cosignersOf(pair).map(({ key }) => key);

  make('');
  let pairs = all();
  return {
    cosigners: () => pairs.flatMap(cosignersOf),
    pairs: () => pairs.map(keysOf),
    next: () => pairs.slice(1).flatMap(keysOf),
    wordSigners: () => pairs.map(({ name, seeds }) => textSigner(name, ed25519Key(seeds.subarray(0, 32)))),
    begin() {
      make('next ');
      pairs = all();
    },
    retire() {
      inTransaction(store, () => {
        if (!kept('next ')) throw new RangeError('no keys are to come');
        for (const name of ['witness name', 'witness seeds']) {
          move.run(`next ${name}`, name);
          drop.run(`next ${name}`);
        }
      });
      pairs = all();
      // The store overwrites what it removes; its write-ahead log would keep the page as it was.
      store.exec('pragma wal_checkpoint(truncate)');
    },
  };
}
