import type { ReleaseCiphers } from './release-secret.ts';

/** What is in a shard: a task's lines or its trees (gzip), or its pictures (tar). Each task has one set, under one key (REL41). */
export type ShardKind = 'steps' | 'pictures' | 'trees';
/** What its nonce ends with: no two alike, and never changed. */
export const SHARD_KINDS: Readonly<Record<ShardKind, number>> = { steps: 1, pictures: 2, trees: 3 };
export type ShardLabel = { release: string; task: string; kind: ShardKind };

const VERSION = 1;
const TAG_BYTES = 16;
export const SHARD_OVERHEAD = 1 + TAG_BYTES;

/**
 * AES-256-GCM with a nonce that says the kind. A key is used for one set of contents and no other: it derives from their
 * digests (REL42), so the nonce is never used for two plaintexts and the same release is the same bytes.
 */
export async function sealShard(
  plain: Uint8Array,
  key: Uint8Array,
  label: ShardLabel,
  subtle: ReleaseCiphers,
): Promise<Uint8Array> {
  const secret = await subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, ['encrypt']);
  const body = await subtle.encrypt(algorithmOf(label), secret, plain as Uint8Array<ArrayBuffer>);
  const sealed = new Uint8Array(1 + body.byteLength);
  sealed[0] = VERSION;
  sealed.set(new Uint8Array(body), 1);
  return sealed;
}

/** Null: another key, another label, or not what was sealed. Which of them is not told. */
export async function openShard(
  sealed: Uint8Array,
  key: Uint8Array,
  label: ShardLabel,
  subtle: ReleaseCiphers,
): Promise<Uint8Array | null> {
  if (sealed[0] !== VERSION || sealed.length < SHARD_OVERHEAD || key.length !== 32) return null;
  const secret = await subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, ['decrypt']);
  return subtle.decrypt(algorithmOf(label), secret, sealed.slice(1)).then(
    (plain) => new Uint8Array(plain),
    () => null,
  );
}

function algorithmOf({ release, task, kind }: ShardLabel) {
  const iv = new Uint8Array(12);
  iv[11] = SHARD_KINDS[kind];
  const said = JSON.stringify(['aboveboard shard v1', release, task, kind]);
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(said) };
}
