import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import { makeBackup } from '../src/backup/make-backup.ts';
import { restoreBackup, verifyBackup } from '../src/backup/restore-backup.ts';
import { makeVaultBackup } from '../src/backup/vault-backup.ts';
import { restoreVault } from '../src/backup/vault-restore.ts';
import { diskLayer, type FileLayer } from '../src/blobs/file-layer.ts';

/** What a process does that a test kills. It says each moment that it comes to, one a line. */
export type ChildWork = {
  /** It dies by -9 at this moment, by its number from 1 or by how it begins; null: whoever started it kills it. */
  killAt: number | string | null;
} & (
  | { work: 'backup'; kind: 'data' | 'keys'; data: string; to: string; keep: number }
  | { work: 'vault-backup'; data: string; to: string; keep: number; keyDays: number }
  | { work: 'vault-restore'; from: string; data: string }
  | { work: 'verify'; from: string; within: string }
  /** `hold`: it waits to be killed when all is built. */
  | {
      work: 'restore';
      from: string;
      keys: string;
      data: string;
      databaseUrl?: string | null;
      hold: boolean;
    }
);

const asked = JSON.parse(process.argv[2] ?? '') as ChildWork;
let moments = 0;

function say(moment: string): void {
  writeSync(1, `${moment}\n`);
  const { killAt } = asked;
  const isNow = typeof killAt === 'string' ? moment.startsWith(killAt) : ++moments === killAt;
  if (isNow) process.kill(process.pid, 'SIGKILL');
}

/** The disk, and a moment before and after whatever is done to a name on it. */
function saying(root: string): FileLayer {
  const named = (path: string) =>
    (relative(root, path) || '.')
      .replace(/\.making-aboveboard-[\w-]+/, 'MAKING')
      .replace(/[0-9a-f]{64}/, 'DIGEST');
  return {
    ...diskLayer,
    async create(path) {
      const file = await diskLayer.create(path);
      say(`created ${named(path)}`);
      return {
        write: (bytes) => file.write(bytes),
        async sync() {
          say(`wrote ${named(path)}`);
          await file.sync();
        },
        close: () => file.close(),
      };
    },
    async rename(from, to) {
      say(`before the rename of ${named(from)}`);
      await diskLayer.rename(from, to);
      say(`after the rename of ${named(from)}`);
    },
  };
}

if (asked.work === 'backup') {
  await makeBackup({ ...asked, now: Date.now, files: saying(asked.to), onProgress: say });
} else if (asked.work === 'vault-backup') {
  const { keyDays, ...rest } = asked;
  await makeVaultBackup({
    ...{ ...rest, keyDays: async () => keyDays, now: Date.now },
    ...{ files: saying(asked.to), onProgress: say },
  });
} else if (asked.work === 'vault-restore') {
  await restoreVault({
    ...{ ...asked, now: Date.now, files: saying(`${asked.data}.restoring`), onProgress: say },
  });
} else if (asked.work === 'verify') {
  await verifyBackup({ ...asked, onProgress: say });
} else {
  await restoreBackup({
    ...asked,
    files: saying(`${asked.data}.restoring`),
    onProgress: say,
    onBuilt: async () => {
      say('built');
      if (asked.hold) await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
  });
}
say('done');
