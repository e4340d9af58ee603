import { restoreBackup } from '../src/backup/restore-backup.ts';

/** A restore that says where it is, for a test that kills it. */
const [from = '', keys = '', data = ''] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);
await restoreBackup({
  from,
  keys,
  data,
  onProgress: say,
  onBuilt: async () => {
    say('built');
    // The kill comes now.
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
});
