import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../src/backup/make-backup.ts';
import { restoreBackup } from '../src/backup/restore-backup.ts';
import type { StartedServer } from '../src/start.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';
import { chmodSync } from 'node:fs';

it('round', async () => {
  const data = temporaryFolder();
  chmodSync(data, 0o711);
  const server = await startDemonstration({ data });
  const to = temporaryFolder();
  const made = await makeBackup({ data, to, kind: 'data', keep: null, now: Date.now });
  console.log(made.manifest.tables.map((t) => `${t.name} ${t.rows}`).join('\n'), made.manifest.logs, made.manifest.files.length);
  const keys = await makeBackup({ data, to, kind: 'keys', keep: null, now: Date.now });
  console.log(keys.manifest.files.length, keys.keyBackupDays);
  await server.stop();
  const parent = temporaryFolder();
  chmodSync(parent, 0o711);
  const again = join(parent, 'new');
  const r = await restoreBackup({ from: made.folder, keys: keys.folder, data: again });
  console.log(r.schema);
  const second = await startDemonstration({ data: again });
  await second.stop();
});
