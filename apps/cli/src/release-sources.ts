import type { Installation } from '@aboveboard/server/installation';
import { CommandFailure } from './command.ts';
import { openForPurpose, readerUnder } from './opened-recording.ts';
import type { ReleaseSources } from './release-making.ts';

/**
 * All that contributors released and the grant covers; the opening of all is journalled before the first (T13). Whose each
 * is comes from the uploads and stays here: a cohort is counted by it.
 */
export async function releaseSources(
  installation: Installation,
  grant: string | undefined,
): Promise<ReleaseSources> {
  const people = new Map<string, string>();
  const rows = await installation.inner.database.query<{ id: string; contributor: string }>(
    `select r.id, u.contributor from recording r join upload u on u.id = r.upload
     where r.class = 'own' order by r.id collate "C"`,
    [],
  );
  for (const { id, contributor } of rows) people.set(id, contributor);
  if (people.size === 0) throw new CommandFailure('There is nothing that a contributor released.');
  const ids = [...people.keys()];
  const by = await readerUnder(installation, grant);
  const open = await openForPurpose(installation, { kind: 'dataset', by }, ids);
  return { ids, open, person: (id) => people.get(id) as string };
}
