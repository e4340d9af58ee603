import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { noteDone } from '@aboveboard/server/controls/last-done';
import type { Installation } from '@aboveboard/server/installation';
import { ageIdentity } from '@aboveboard/server/keys/age-identity';
import { openKeyFiles } from '@aboveboard/server/keys/key-files';
import { type HalfRing, makeHalfRing } from '@aboveboard/vault/half-ring';
import { KeyRingError } from '@aboveboard/vault/keyring';
import { type CommandContext, CommandFailure } from './command.ts';

/**
 * What comes out of backups of keys after an erasure (spec/vault.md, VLT75-VLT76): for each erased recording the vault's
 * half from a backup of the server's keys or of a vault of its own, the guardian's from a copy of hers, and whether the two make a key. Nothing is
 * opened and nothing is changed; no half leaves this function.
 */
type ErasureDrill = {
  erased: number;
  /** Halves that the installation itself still gives: none, or an erasure did not do what it said. */
  live: number;
  vault: number;
  /** Null: no backup of the guardian was given. */
  guardian: number | null;
  /** Recordings of which both halves are in these backups. */
  keys: number;
};

/** `vault`: a backup of the keys or of the vault, or the folder itself as it was copied. */
type Backups = { vault: string; guardian: string | null };

/** Says what came out. Throws CommandFailure where an erasure here is not what it said. */
export async function drillFromCommand(backups: Backups, context: CommandContext): Promise<void> {
  const outcome = await drillErasure(await context.installation(), backups);
  context.result(outcome);
  for (const line of inWords(outcome)) context.print(line);
  if (outcome.erased > 0 && outcome.live === 0) await noteDone(context.data, 'erasure-drill', Date.now());
  if (outcome.live > 0) {
    throw new CommandFailure(`${outcome.live} halves of erased recordings are still here: that is a fault.`);
  }
}

function inWords({ erased, live, vault, guardian, keys }: ErasureDrill): string[] {
  if (erased === 0) return ['Nothing was erased here yet, so there is nothing to look for.'];
  return [
    `Erased here: ${erased}. Halves of them that this installation still gives: ${live}.`,
    `The vault's half in the backup: ${vault}. Each alone is random bytes.`,
    guardian === null
      ? 'No copy of the guardian was given, and without one nothing opens.'
      : `The guardian's half in the copy of hers: ${guardian}.`,
    keys === 0
      ? 'No key comes out.'
      : `Keys that come out of both together: ${keys}. Until the last of these copies is destroyed, whoever has both and an old copy of the sealed bytes can open them.`,
  ];
}

async function drillErasure({ inner }: Pick<Installation, 'inner'>, backups: Backups): Promise<ErasureDrill> {
  const rows = await inner.database.query<{ recording: string }>('select recording from erasure');
  const ids = rows.map(({ recording }) => recording);
  const vault = await halvesIn(await backedUp(backups.vault), ids);
  let live = 0;
  for (const id of ids) if ((await inner.vault.state(id)) === 'held') live++;
  const guardian = backups.guardian === null ? null : guardianHalves(backups.guardian, ids);
  return {
    erased: ids.length,
    live,
    vault: vault.size,
    guardian: guardian?.size ?? null,
    keys: guardian ? [...vault].filter((id) => guardian.has(id)).length : 0,
  };
}

async function backedUp(folder: string): Promise<HalfRing> {
  const found = [folder, join(folder, 'keys'), join(folder, 'vault')].find((one) =>
    existsSync(join(one, 'vault.age-identity')),
  );
  if (found === undefined) {
    throw new CommandFailure(
      `${folder} holds no vault.age-identity: it is no backup of the keys of a server whose vault is within it. ` +
        'Where the vault is a process of its own, give a backup of that: --vault.',
    );
  }
  const { identity, older } = await ageIdentity('vault', found, undefined);
  const halves = join(found, 'halves');
  // A backup is changed by nobody: where there is no folder none is made.
  const none = { get: async () => null, put: async () => undefined, delete: async () => undefined };
  const store = existsSync(halves) ? await openKeyFiles(halves, { owner: false }) : none;
  return makeHalfRing({ store, identity: [identity, ...older] });
}

async function halvesIn(ring: HalfRing, ids: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const id of ids) {
    try {
      (await ring.open(id)).fill(0);
      found.add(id);
    } catch (error) {
      if (!(error instanceof KeyRingError) || error.code === 'storage') throw error;
    }
  }
  return found;
}

function guardianHalves(folder: string, ids: readonly string[]): Set<string> {
  const path = join(folder, 'guardian.sqlite');
  if (!existsSync(path)) {
    throw new CommandFailure(`${folder} is no copy of a guardian's folder: it holds no guardian.sqlite.`);
  }
  const store = new DatabaseSync(path);
  try {
    const select = store.prepare('select 1 from half where recording = ?');
    return new Set(ids.filter((id) => select.get(id) !== undefined));
  } finally {
    store.close();
  }
}
