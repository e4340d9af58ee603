import type { Installation } from '../installation.ts';
import type { Uploads } from './uploads.ts';

/** An envelope without its upload (a kill between the two), and imports that nobody finished. */
export async function sweepEnvelopes(
  { inner: { database, envelopes } }: Installation,
  uploads: Uploads,
): Promise<void> {
  await uploads.forgetStale();
  const open = await database.query<{ id: string }>(`select id from upload where state = 'open'`);
  const known = new Set(open.map((row) => row.id));
  for (const name of await envelopes.list()) if (!known.has(name)) await envelopes.remove(name);
}
