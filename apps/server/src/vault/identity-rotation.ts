import { join } from 'node:path';
import { recipientOf } from '@aboveboard/vault/envelope';
import { KeyRingError } from '@aboveboard/vault/keyring';
import { type HeldIdentities, opensWith, reseal } from '@aboveboard/vault/resealing';
import { generateHybridIdentity } from 'age-encryption';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { readIdentityFile } from '../keys/age-identity.ts';
import { replaceWiping, sweepTemporary, writeDurably } from '../keys/durable-file.ts';
import { formatIdentityFile, type IdentityFile, identityName } from '../keys/identity-file.ts';
import { type SealedStore, sealedFiles } from './sealed-stores.ts';

/**
 * From one identity of the vault to the next (spec/vault.md, VLT100-VLT110): made beside the old one, what is kept sealed
 * to it file by file, the old one gone when nothing needs it. Whoever calls has the folder to himself (VLT104). Each step
 * may be killed at any moment and is then done again; what opened before opens at each moment in between.
 */
export type RotationPlace = {
  /** The folder of `vault.age-identity`. */
  folder: string;
  stores: readonly SealedStore[];
  /** Milliseconds since 1970. */
  now: () => number;
  /** The vault's journal, where it has one (VLT108). */
  note?: (line: { at: number; identity: Noted; name: string; halves?: number }) => void;
  files?: FileLayer;
};
type Noted = 'made' | 'resealed' | 'retired';

/** Nothing was changed. `count`: of what still needs an older identity. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
  readonly code: 'under-way' | 'needed' | 'damaged';
  readonly count: number;
  constructor(code: RotationRefused['code'], message: string, count = 0) {
    super(message);
    this.code = code;
    this.count = count;
  }
}

const FILE = 'vault.age-identity';

/** What is there. */
export function identitiesAt({ folder, files = diskLayer }: RotationPlace): Promise<IdentityFile> {
  return readIdentityFile(join(folder, FILE), files);
}

/** Durable beside those before when it resolves, and the newest (VLT101). RotationRefused `under-way`: an older one is not retired. */
export async function makeIdentity(place: RotationPlace): Promise<{ recipient: string; name: string }> {
  const { folder, files = diskLayer } = place;
  await sweepTemporary(folder, files);
  const file = await identitiesAt(place);
  const [before, ...older] = file.held;
  if (!before || older.length > 0) {
    throw new RotationRefused(
      'under-way',
      'A new identity was made before, and the older one is not retired yet. Seal anew and retire that one first.',
    );
  }
  const identity = await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  const name = identityName(recipient);
  const since = timeOf(place);
  noted(place, 'made', { name });
  const held = [
    { identity, recipient, since, until: null },
    { ...before, until: since },
  ];
  await writeDurably(join(folder, FILE), bytesOf({ ...file, held }), files);
  return { recipient, name };
}

export type ResealedCount = { resealed: number; already: number; destroyed: number };

/**
 * Everything that is kept, sealed to the newest identity: one file at a time, each replaced in one step (VLT103). Again, it
 * does what is left. RotationRefused `damaged` for what no identity here opens, when all the rest is done.
 */
export async function resealAll(
  place: RotationPlace,
  onProgress: (done: number) => void = () => undefined,
): Promise<ResealedCount> {
  const { stores, files = diskLayer } = place;
  const file = await identitiesAt(place);
  const [newest, ...older] = file.held;
  if (!newest) return { resealed: 0, already: 0, destroyed: 0 };
  const held = {
    ...{ newest: newest.identity, recipient: newest.recipient },
    older: older.map(({ identity }) => identity),
  };
  const count: ResealedCount = { resealed: 0, already: 0, destroyed: 0 };
  let damaged = 0;
  for (const store of stores) {
    await sweepTemporary(store.folder, files);
    for await (const { path, name, bytes } of sealedFiles(store, files)) {
      const outcome = await resealFile({ store, name, bytes, held }).catch((error: unknown) => {
        if (!(error instanceof KeyRingError)) throw error;
        return 'damaged' as const;
      });
      if (outcome === 'damaged') damaged++;
      else if (outcome instanceof Uint8Array) {
        await writeDurably(path, outcome, files);
        count.resealed++;
      } else count[outcome]++;
      onProgress(count.resealed + count.already + count.destroyed);
    }
  }
  if (count.resealed > 0) {
    noted(place, 'resealed', { name: identityName(newest.recipient), halves: count.resealed });
  }
  if (damaged > 0)
    throw new RotationRefused('damaged', `${damaged} of what is kept opens with no identity here.`, damaged);
  return count;
}

/** The bytes that take its place; or why none do. */
async function resealFile(one: {
  store: SealedStore;
  name: string;
  bytes: Uint8Array;
  held: HeldIdentities;
}): Promise<Uint8Array | 'already' | 'destroyed'> {
  const { store, name, bytes } = one;
  const envelope = store.envelopeIn(bytes);
  if (!envelope) return 'destroyed';
  const { id, fresh } = await reseal(store.kind, envelope, one.held);
  if (!store.isNameOf(name, id)) throw new KeyRingError('cannot-open', 'it is of another recording');
  return fresh === null ? 'already' : store.withEnvelope(bytes, fresh);
}

/**
 * The older identities are overwritten and gone when it resolves: only what is tried and opens without them allows that
 * (VLT105). RotationRefused `needed` with the count of what does not. Again, there is nothing to do.
 */
export async function retireOlder(
  place: RotationPlace,
  onProgress: (tried: number) => void = () => undefined,
): Promise<{ retired: string[] }> {
  const { folder, stores, files = diskLayer } = place;
  await sweepTemporary(folder, files);
  const file = await identitiesAt(place);
  const [newest, ...older] = file.held;
  if (!newest || older.length === 0) return { retired: [] };
  let needed = 0;
  let tried = 0;
  for (const store of stores) {
    for await (const { bytes } of sealedFiles(store, files)) {
      if (!(await opensAlone(store, bytes, newest.identity))) needed++;
      onProgress(++tried);
    }
  }
  if (needed > 0) {
    const message = `${needed} of what is kept still needs an older identity. Seal it anew first.`;
    throw new RotationRefused('needed', message, needed);
  }
  const gone = timeOf(place);
  const names = older.map(({ recipient }) => identityName(recipient));
  for (const name of names) noted(place, 'retired', { name });
  const retired = older.map(({ recipient, since, until }) => ({
    ...{ name: identityName(recipient), since, until: until ?? gone, gone },
  }));
  const after = { ...file, held: [newest], retired: [...file.retired, ...retired] };
  await replaceWiping(join(folder, FILE), bytesOf(after), files);
  return { retired: names };
}

/** What nobody can open counts as what needs another identity. */
async function opensAlone(store: SealedStore, bytes: Uint8Array, identity: string): Promise<boolean> {
  try {
    const envelope = store.envelopeIn(bytes);
    return envelope === null || (await opensWith(store.kind, envelope, [identity]));
  } catch (error) {
    if (error instanceof KeyRingError) return false;
    throw error;
  }
}

function noted({ note, now }: RotationPlace, identity: Noted, line: { name: string; halves?: number }): void {
  note?.({ at: Math.floor(now() / 1000), identity, ...line });
}

function timeOf({ now }: RotationPlace): string {
  return new Date(now()).toISOString();
}

function bytesOf(file: IdentityFile): Uint8Array {
  return new TextEncoder().encode(formatIdentityFile(file));
}
