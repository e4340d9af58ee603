import type { Fault } from '@aboveboard/protocol/fault';
import { CARD_NAME } from './card-page.ts';
import { CROISSANT_NAME, croissantFaults } from './croissant.ts';
import { digestOf } from './kept-tasks.ts';
import {
  plainName,
  type ReleaseManifest,
  readReleaseManifest,
  type ShardEntry,
  shardName,
} from './release-manifest.ts';

/** A release as it lies somewhere. Names are relative, with `/`. */
export interface ReleaseStore {
  /** Everything that is there. */
  list(): Promise<string[]>;
  /** Null: not there. */
  read(name: string): Promise<Uint8Array | null>;
}

/** May stand beside the shards, and is in no digest of the release: what is said of it stands in rules of its own (REL70, REL80). */
export const BESIDE: readonly string[] = ['release.json', 'attestation.json', 'croissant.json', 'risk.json'];

export type ReleaseCheck = { manifest: ReleaseManifest | null; shards: number; faults: Fault[] };

/** Every digest, and all faults at once (REL53). `plain`: a set that was exported decrypted, by the digests of its contents. */
export async function checkRelease(
  store: ReleaseStore,
  { subtle, plain = false }: { subtle: SubtleCrypto; plain?: boolean },
): Promise<ReleaseCheck> {
  const bytes = await store.read('release.json');
  if (bytes === null) return none({ rule: 'REL53', at: 'release.json', message: 'is missing' });
  const read = readReleaseManifest(bytes);
  if (!read.ok) return { manifest: null, shards: 0, faults: read.faults };
  const faults: Fault[] = [];
  const named = new Set(BESIDE);
  const { card } = read.value;
  if (card) {
    named.add(CARD_NAME);
    const page = await store.read(CARD_NAME);
    // Plain shards may go without it.
    const message = plain && page === null ? null : await faultOf(page, card, subtle);
    if (message !== null) faults.push({ rule: 'REL64', at: CARD_NAME, message });
  }
  const told = await store.read(CROISSANT_NAME);
  if (told !== null) {
    const digest = await digestOf(bytes, subtle);
    faults.push(...croissantFaults(told, { manifest: read.value, digest, bytes: bytes.length, plain }));
  }
  let shards = 0;
  for (const { shards: set } of read.value.tasks) {
    for (const shard of set) {
      const name = plain ? plainName(shard) : shardName(shard.sha256);
      named.add(name);
      shards++;
      const message = await faultOf(await store.read(name), plain ? shard.plain : shard, subtle);
      if (message !== null) faults.push({ rule: 'REL53', at: name, message });
    }
  }
  for (const name of (await store.list()).sort()) {
    if (!named.has(name)) faults.push({ rule: 'REL53', at: name, message: 'is none of the release' });
  }
  return { manifest: read.value, shards, faults };
}

async function faultOf(
  bytes: Uint8Array | null,
  entry: Pick<ShardEntry, 'sha256' | 'bytes'>,
  subtle: SubtleCrypto,
): Promise<string | null> {
  if (bytes === null) return 'is missing';
  if (bytes.length < entry.bytes) return 'is cut off';
  if (bytes.length > entry.bytes) return 'is longer than it was';
  return (await digestOf(bytes, subtle)) === entry.sha256 ? null : 'is damaged';
}

function none(fault: Fault): ReleaseCheck {
  return { manifest: null, shards: 0, faults: [fault] };
}
