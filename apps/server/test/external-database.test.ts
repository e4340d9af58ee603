import { hc } from 'hono/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireDurable } from '../src/database/durable-settings.ts';
import type { AppType } from '../src/routes/app.ts';
import { Client, makeRecording } from './device.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  clearFolders();
});

it('a PostgreSQL that somebody else runs does as well, for one data folder', async () => {
  const { url } = await postgres.fresh();
  const data = temporaryFolder();
  const first = await startDemonstration({ data, databaseUrl: url });
  const contributor = await Client.redeem(first.url, first.codes.contributor);
  expect((await contributor.upload(await makeRecording(first.about))).body.state).toBe('complete');
  expect(first.installation.inner.postgres).toBeNull();
  await first.stop();
  await expect(startDemonstration({ databaseUrl: url })).rejects.toThrow('belongs to another data folder');
  const again = await startDemonstration({ data, databaseUrl: url });
  expect(await again.installation.recordings.list()).toHaveLength(1);
  await again.stop();
});

it('one that loses what it acknowledged is refused', async () => {
  const settings = (row: Record<string, unknown>) => ({ query: async () => [row] as never });
  const good = { fsync: 'on', pages: 'on', version: 180_004 };
  await expect(requireDurable(settings(good))).resolves.toBeUndefined();
  await expect(requireDurable(settings({ ...good, fsync: 'off' }))).rejects.toThrow(
    'would not outlive a power cut',
  );
  await expect(requireDurable(settings({ ...good, pages: 'off' }))).rejects.toThrow(
    'would not outlive a power cut',
  );
  await expect(requireDurable(settings({ ...good, version: 150_000 }))).rejects.toThrow(
    'PostgreSQL 16 or newer',
  );
});

it('the table of routes gives a typed client', async () => {
  const server = await startDemonstration();
  const client = hc<AppType>(server.url);
  const answer = await client.api.about.$get();
  const about = await answer.json();
  if ('error' in about) throw new Error(about.error.message);
  // Typed by the route: anything else than these two would not compile.
  const kind: 'demonstration' | 'production' = about.installation;
  expect(kind).toBe('demonstration');
  const refused = await client.api.uploads[':upload'].$get({ param: { upload: '0'.repeat(32) } });
  expect(refused.status).toBe(401);
  await server.stop();
});
