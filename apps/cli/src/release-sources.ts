import { sliceCovers } from '@aboveboard/consent/grant-slice';
import type { Installation } from '@aboveboard/server/installation';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';
import { Refusal } from '@aboveboard/server/refusal';
import type { Access } from '@aboveboard/vault/journal';
import { CommandFailure } from './command.ts';
import { accessFor, jointSecretOf, openingsOf, readerUnder } from './opened-recording.ts';
import type { ReleaseSources } from './release-making.ts';

/** What may be read for a release, before any of it is. */
export type ChosenRecordings = { ids: readonly string[]; by: string; people: ReadonlyMap<string, string> };

/** `secret`: of a release of these recordings; the same again for the same salt, under any access to all of them (REL4). */
export type OpenedSources = ReleaseSources & { secret(salt: Uint8Array): Promise<Uint8Array> };

/**
 * Everything that contributors released and the grant covers; what is held is not read (HLD20). Whose each is comes from the uploads
 * and stays here: a cohort is counted by it.
 */
export async function chooseRecordings(
  installation: Installation,
  grant: string | undefined,
): Promise<ChosenRecordings> {
  const { database, held } = installation.inner;
  const rows = await database.query<{ id: string; contributor: string }>(
    `select r.id, u.contributor from recording r join upload u on u.id = r.upload
     where r.class = 'own' order by r.id collate "C"`,
    [],
  );
  const all = rows.map(({ id }) => id);
  const by = await readerUnder(installation, grant);
  const slice = grant === undefined ? null : (await installation.grants.documentOf(grant))?.slice;
  const known = new Map((await installation.recordings.known(all)).map((one) => [one.id, one]));
  const frozen = await held.of(all);
  const people = new Map<string, string>();
  for (const { id, contributor } of rows) {
    const recording = known.get(id);
    const covered = recording && (!slice || sliceCovers(slice, recording));
    if (covered && !frozen.has(id)) people.set(id, contributor);
  }
  if (people.size === 0)
    throw new CommandFailure('There is nothing that a contributor released and that may be read.');
  // Without who was drawn when a batch of withdrawals closed; while one is open, nothing (LIN30, LIN32).
  const ids = await installation.releases.takeable([...people.keys()]).catch((error: unknown) => {
    throw error instanceof Refusal ? new CommandFailure(error.message, { cause: error }) : error;
  });
  if (ids.length === 0) throw new CommandFailure('There is nothing left that may be in a release.');
  return { ids, by, people };
}

/** Whose each is, by her pseudonym: for who goes on with what was chosen. */
export async function peopleOf(
  { inner }: Pick<Installation, 'inner'>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await inner.database.query<{ id: string; contributor: string }>(
    'select r.id, u.contributor from recording r join upload u on u.id = r.upload where r.id = any($1)',
    [ids],
  );
  return new Map(rows.map(({ id, contributor }) => [id, contributor]));
}

/** The opening of all is journalled before the first (T13). With a purpose, what it is read for has to be that (REL18). */
export async function openSources(
  installation: Installation,
  { ids, by, people }: ChosenRecordings,
  purpose?: string,
): Promise<OpenedSources> {
  const access = await accessFor(installation, { kind: 'dataset', by }, ids);
  if (purpose !== undefined) await requirePurpose(installation, access, purpose);
  return {
    ids,
    open: openingsOf(installation, access),
    person: (id) => people.get(id) as string,
    secret: jointSecretOf(installation, access),
  };
}

/** For a plan and a measurement, which hand nothing on. */
export async function releaseSources(
  installation: Installation,
  grant: string | undefined,
): Promise<ReleaseSources> {
  return openSources(installation, await chooseRecordings(installation, grant));
}

/**
 * Of the grant that the entry names, which need not be the one that was asked for. What a demonstration approves for itself is for
 * the first purpose of its agreement.
 */
async function requirePurpose(
  { inner, grants }: Installation,
  { entry }: Access,
  purpose: string,
): Promise<void> {
  const [row] = await inner.database.query<{ grant_id: string | null }>(
    'select grant_id from access_entry where entry = $1',
    [entry],
  );
  const grant = row?.grant_id ? await grants.documentOf(row.grant_id) : null;
  const agreed = (await makeRulesLog(inner.logs.rules).state())?.standing.version?.agreement.purposes[0];
  const granted = grant ? grant.purpose : agreed;
  if (granted !== purpose)
    throw new CommandFailure(
      `REL18: these recordings are read for ${granted ?? 'nothing'}, not for ${purpose}.`,
    );
}
