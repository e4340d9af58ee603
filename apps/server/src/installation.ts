import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Policy } from '@aboveboard/tlog/policy';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { makeAgeWrapper } from '@aboveboard/vault/age-wrapper';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { type AccessJournal, makeJournal } from '@aboveboard/vault/journal';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { makeStoredKeyRing } from '@aboveboard/vault/stored-keyring';
import { dayOf } from './access/grant-state.ts';
import { grantedReading } from './access/granted-reading.ts';
import { type Grants, makeGrants } from './access/grants.ts';
import { type MayRun, makeMayRun } from './access/job-permission.ts';
import { type MayStillOpen, makeMayOpen, makeMayStillOpen } from './access/opening-decision.ts';
import { shippedDecide } from './access/policies.ts';
import type { BlobStore } from './blobs/blob-store.ts';
import { type Garbage, makeGarbage } from './blobs/garbage.ts';
import { openPartBlobs } from './blobs/part-blobs.ts';
import {
  type DataFolder,
  type FolderPaths,
  folderPaths,
  runningServer,
  takeDataFolder,
} from './data-folder.ts';
import { type Database, openDatabase } from './database/database.ts';
import { noteDatabaseElsewhere, requireOwnDatabase } from './database/database-elsewhere.ts';
import { requireDurable } from './database/durable-settings.ts';
import { type EmbeddedPostgres, startEmbedded } from './database/embedded.ts';
import { migrate } from './database/migrate.ts';
import { raiseWalls, SERVER_ROLE } from './database/row-walls.ts';
import { type Held, makeHeld } from './holds/held.ts';
import { type Holds, makeHolds } from './holds/holds.ts';
import { claimDatabase, type InstallationKind, installationKind } from './installation-kind.ts';
import { type KeyedLock, makeKeyedLock } from './keyed-lock.ts';
import { type AgeIdentity, ageIdentity } from './keys/age-identity.ts';
import { demonstrationParties } from './keys/demonstration-parties.ts';
import { readGuardianAddress } from './keys/guardian-address.ts';
import { makeGuardianKeeper } from './keys/guardian-keeper.ts';
import type { HalfKeeper } from './keys/half-keeper.ts';
import { jobSigner } from './keys/job-key.ts';
import { makeJournalRows } from './keys/journal-rows.ts';
import { openKeyFiles } from './keys/key-files.ts';
import { logKeys, serverSigners } from './keys/log-keys.ts';
import { openOwnKeeper } from './keys/own-keeper.ts';
import { openPendingEnvelopes, type PendingEnvelopes } from './keys/pending-envelopes.ts';
import { readVaultAddress } from './keys/vault-address.ts';
import { makeOwnVault, type VaultKeeper } from './keys/vault-keeper.ts';
import { makeSocketVault } from './keys/vault-socket.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { type InstallationLog, type InstallationLogs, openLogs } from './logs/installation-log.ts';
import type { LogName } from './logs/log-name.ts';
import { readLogPolicy, readNextLogPolicy } from './logs/log-policy.ts';
import { makePolicyBridges, type PolicyBridges } from './logs/policy-bridges.ts';
import { makeRulesLog } from './logs/rules-log.ts';
import { makeUsesLog, type UsesLog } from './logs/uses-log.ts';
import { postToWitness } from './logs/witness-post.ts';
import { makeWitnessing, type Witnessing, type WitnessTimes } from './logs/witnessing.ts';
import { makeDemonstrationGrants, noGrants } from './recordings/demonstration-grants.ts';
import { proveEntry } from './recordings/entry-proof.ts';
import type { GrantSource } from './recordings/grant-source.ts';
import { type GrantedKeys, makeGrantedKeys } from './recordings/granted-keys.ts';
import { makeShelf, type Shelf } from './recordings/shelf.ts';
import { makeReleaseBuilds, type ReleaseBuilds } from './releases/build-rows.ts';
import { makeReleases, type Releases } from './releases/releases.ts';

/**
 * What is in a data folder, composed and without HTTP: for the server, which owns the folder, and for
 * commands, which join a server that runs on it or own it while they run.
 */
export type Installation = {
  /** The recordings, and the only way to open one. */
  readonly recordings: Shelf;
  /** Asked before anything is opened. */
  readonly journal: AccessJournal;
  /** What else is done with recordings is written here first. */
  readonly uses: UsesLog;
  /** Who may read what: asked, approved, refused, ended. */
  readonly grants: Grants;
  /** What may not be erased for now, by whom approved. */
  readonly holds: Holds;
  /** What was built from recordings, who holds it, what was trained on it. */
  readonly releases: Releases;
  /** What is being built by many processes. */
  readonly builds: ReleaseBuilds;
  /** What only the server uses. */
  readonly inner: InstallationParts;
  close(): Promise<void>;
};

export type InstallationParts = {
  database: Database;
  /** Null: a PostgreSQL that somebody else runs. */
  postgres: EmbeddedPostgres | null;
  /** Null: joined. */
  folder: DataFolder | null;
  blobs: BlobStore;
  garbage: Garbage;
  envelopes: PendingEnvelopes;
  /** Keys of what nobody released, whole. */
  ring: KeyRing;
  /** Who keeps the vault's halves of the keys of what was released. */
  vault: VaultKeeper;
  keys: GrantedKeys;
  /** What is held now; computed each time. */
  held: Held;
  /** Who keeps the other halves; null: nobody, and nothing is released or opened. */
  keeper: HalfKeeper | null;
  relay: AgeIdentity;
  digestLock: KeyedLock;
  logs: InstallationLogs;
  witnessing: Readonly<Record<LogName, Witnessing>>;
  /** The operator's file: which witnesses are asked, and which must have cosigned. */
  policy: Policy;
  bridges: PolicyBridges;
  databaseUrl: string;
  /** Asked before whatever the server does by itself. */
  mayRun: MayRun;
  /** Asked again by who works long under one access. */
  mayStillOpen: MayStillOpen;
  /** By which whoever knows the log of uses knows this installation. */
  signers: () => Promise<readonly NoteSigner[]>;
};

export type InstallationOptions = {
  data: string;
  /** Given by a server's start; a command takes what it finds. */
  kind?: InstallationKind;
  /** Instead of the embedded PostgreSQL. */
  databaseUrl?: string | undefined;
  /** A command may work beside the server that runs on the folder; a second server may not. */
  join?: boolean;
  onDatabase?: (up: boolean) => void;
  /** Entries of a log that may wait for its next step. */
  logEntriesWaiting?: number;
  witnessTimes?: Partial<WitnessTimes>;
  /** Under which grants is read; a demonstration approves whatever is asked, production nothing by itself. */
  grants?: GrantSource;
  /** Folder and database are this process's, and of the right kind; the policy of the logs is read after it. */
  onClaimed?: () => Promise<void>;
};

/** Throws sentences: for a folder in use, a database that is newer or another's, kinds that do not mix. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const running = options.join ? runningServer(options.data) : null;
  if (running?.databaseUrl)
    return compose({ options, folder: null, postgres: null, databaseUrl: running.databaseUrl });
  const folder = await takeDataFolder(options.data);
  let postgres: EmbeddedPostgres | null = null;
  try {
    if (!options.databaseUrl) {
      requireOwnDatabase(folder.root);
      postgres = await startEmbedded(folder.postgres, options.onDatabase ?? (() => undefined));
    }
    const databaseUrl = options.databaseUrl ?? (postgres as EmbeddedPostgres).url;
    return await compose({ options, folder, postgres, databaseUrl });
  } catch (error) {
    await postgres?.stop();
    folder.release();
    throw error;
  }
}

async function compose(given: {
  options: InstallationOptions;
  folder: DataFolder | null;
  postgres: EmbeddedPostgres | null;
  databaseUrl: string;
}): Promise<Installation> {
  const { options, folder, postgres, databaseUrl } = given;
  const owner = folder !== null;
  const paths = folderPaths(options.data);
  if (owner) await prepareDatabase(databaseUrl);
  const database = openDatabase(databaseUrl, undefined, SERVER_ROLE);
  try {
    if (owner) {
      await claimDatabase(database, paths.root, options.kind);
      if (!postgres) await noteDatabaseElsewhere(paths.root);
      await options.onClaimed?.();
    }
    const random = (length: number) => new Uint8Array(randomBytes(length));
    const relay = await ageIdentity('relay', paths.keys, options.kind);
    const blobs = await openPartBlobs(paths, { owner });
    const envelopes = await openPendingEnvelopes(join(paths.keys, 'pending'), { owner });
    const address = await readVaultAddress(paths.root);
    // What nobody released has a key of the server's own; of what was released it has nothing then (VLT90).
    const own = await ageIdentity(address ? 'imports' : 'vault', paths.keys, options.kind);
    const ring = makeStoredKeyRing({
      store: await openKeyFiles(join(paths.keys, 'recordings'), { owner }),
      wrapper: await makeAgeWrapper(own.identity, own.older),
      random,
      identities: [own.identity, ...own.older],
    });
    const logs = await openLogs({
      database,
      keys: paths.keys,
      kind: options.kind,
      owner,
      waiting: options.logEntriesWaiting ?? DEFAULT_LIMITS.logEntriesWaiting,
    });
    const policy = await readLogPolicy(paths.root);
    const nextPolicy = await readNextLogPolicy(paths.root);
    const bridges = makePolicyBridges(database, logs.rules.origin);
    const rules = makeRulesLog(logs.rules, bridges.areThere);
    const kind = await installationKind(database);
    const decide = shippedDecide();
    const mayRun = makeMayRun({ decide, kind: kind ?? 'none' });
    const witness = (log: InstallationLog) => {
      const witnessing = makeWitnessing({
        log,
        database,
        policies: nextPolicy ? [policy, nextPolicy] : [policy],
        ...(log === logs.rules
          ? { onWitnessed: async (note: Uint8Array) => bridges.see(note, await rules.state()) }
          : {}),
        post: async (...asked) => {
          mayRun('witnessing');
          return postToWitness(...asked);
        },
        now: () => performance.now(),
        ...(options.witnessTimes ? { times: options.witnessTimes } : {}),
      });
      log.onAppended = witnessing.kick;
      return witnessing;
    };
    const witnessing = { rules: witness(logs.rules), uses: witness(logs.uses) };
    const uses = makeUsesLog({ log: logs.uses, witnessed: witnessing.uses.covers, now: Date.now });
    const signers = async () =>
      serverSigners(await logKeys(paths.keys, 'uses', { kind: undefined, mayMake: false }));
    const vault = address
      ? makeSocketVault(address, await signers())
      : makeOwnVault(
          makeHalfRing({
            store: await openKeyFiles(join(paths.keys, 'halves'), { owner }),
            identity: [own.identity, ...own.older],
          }),
          own.recipient,
        );
    const keeper = await openKeeper({ paths, kind, owner, signers });
    const keys = makeGrantedKeys({
      vault,
      keeper,
      prove: (index) => proveEntry(index, { log: logs.uses, witnessing: witnessing.uses, under: 'cosigned' }),
      now: () => performance.now(),
      accessMinutes: DEFAULT_LIMITS.accessMinutes,
    });
    const jobs = await jobSigner(paths.keys);
    const grants = makeGrants({ database, uses, decide, rules: rules.state, jobs, now: Date.now });
    const held = makeHeld({ database, rules: rules.state, now: Date.now });
    const holds = makeHolds({
      database,
      uses,
      decide,
      rules: rules.state,
      kind: kind ?? 'none',
      now: Date.now,
    });
    const releases = makeReleases({ database, uses, kind: kind ?? 'none', now: Date.now });
    const ofParties =
      kind === 'demonstration'
        ? makeDemonstrationGrants({ parties: () => demonstrationParties(paths.keys), rules, now: Date.now })
        : noGrants;
    const opening = {
      database,
      grants: options.grants ?? grantedReading({ grants, jobs, otherwise: ofParties }),
      mayOpen: makeMayOpen({ decide, rules: rules.state, held, now: Date.now }),
    };
    const storage = makeJournalRows({ ...opening, uses, keys });
    const builds = makeReleaseBuilds({ database, today: () => dayOf(Date.now()) });
    const journal = makeJournal({ storage, now: Date.now, random });
    const digestLock = makeKeyedLock();
    const garbage = makeGarbage(database, blobs, digestLock);
    const recordings = makeShelf({ database, blobs, ring, keys, garbage, digestLock });
    return {
      recordings,
      journal,
      uses,
      grants,
      holds,
      releases,
      builds,
      inner: {
        database,
        postgres,
        folder,
        blobs,
        garbage,
        envelopes,
        ring,
        vault,
        keys,
        held,
        keeper,
        relay,
        digestLock,
        logs,
        witnessing,
        policy,
        bridges,
        databaseUrl,
        mayRun,
        mayStillOpen: makeMayStillOpen(opening),
        signers,
      },
      async close() {
        for (const one of Object.values(witnessing)) one.stop();
        await database.close();
        await blobs.close();
        await postgres?.stop();
        folder?.release();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What only the owner of the tables may do, and nobody does afterwards: the schema, and the walls of its rows. */
async function prepareDatabase(url: string): Promise<void> {
  const database = openDatabase(url, 1);
  try {
    await requireDurable(database);
    await migrate(database);
    await database.transaction((query) => raiseWalls(query));
  } finally {
    await database.close();
  }
}

/** The guardian that DATA/guardian-address names; in a demonstration without one the server itself. */
async function openKeeper(given: {
  paths: FolderPaths;
  kind: InstallationKind | null;
  owner: boolean;
  /** The log of uses', by which guardian and vault know this server. */
  signers: () => Promise<readonly NoteSigner[]>;
}): Promise<HalfKeeper | null> {
  const { paths, kind, owner } = given;
  const address = await readGuardianAddress(paths.root);
  if (address !== null) return makeGuardianKeeper(address, await given.signers());
  return kind === 'demonstration' ? openOwnKeeper(paths.keys, { owner }) : null;
}
