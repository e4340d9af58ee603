import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  const backup = program
    .command('backup')
    .helpGroup(GROUPS.installation)
    .summary('back up this server, while it runs or is stopped')
    .description(
      'Writes a new folder below the one that --to names: the tables out of one snapshot, the sealed parts, the agreement and ' +
        'your settings; never keys. With --keys it is the keys alone, for another place: with the guardian’s of the same days ' +
        'they open everything, so those that are older than the agreement allows are removed there. With --vault it is a vault ' +
        'that is a process of its own, and the same holds. The guardian has a command ' +
        'of its own: aboveboard recovery backup.',
    )
    .option('--to <folder>', 'where backups are; best on another disk')
    .option('--keys', 'the keys alone, and nothing else')
    .option(
      '--vault',
      'of a vault that is a process of its own: --data is its folder, and its user runs this',
    )
    .option(
      '--server <address>',
      'with --vault: the server, whose rules say for how many days keys may be kept',
    )
    .option('--keep <number>', 'remove all but so many of the newest of this kind', fromOne)
    .action(async (flags: BackupFlags) => {
      if (!flags.to) throw new UsageError('Say where backups are: --to FOLDER.');
      if (flags.vault) {
        if (flags.keys) throw new UsageError('Keys of a server or a vault of its own: one at a time.');
        const { vaultBackupFromCommand } = await import('../vault-backup-run.ts');
        const { keep = null, server = null } = flags;
        return vaultBackupFromCommand({ to: resolve(flags.to), keep, server }, context);
      }
      if (flags.server) throw new UsageError('--server goes with --vault.');
      const { backupFromCommand } = await import('../backup-run.ts');
      const kind = flags.keys ? 'keys' : 'data';
      await backupFromCommand({ to: resolve(flags.to), kind, keep: flags.keep ?? null }, context);
    });
  backup
    .command('verify <folder>')
    .summary('read a backup whole, and restore it on trial')
    .description(
      'Holds every file of one backup against its manifest and names all faults. Of a vault it opens each half. Of a backup of data it then makes the database ' +
        'again in a temporary folder, or with --database in one transaction that is not committed, brings its schema forward, checks ' +
        'both logs, and removes it all.',
    )
    .option('--database <file>', 'a file with the URL of an empty PostgreSQL of yours, to try it there')
    .action(async (folder: string, { database = null }: { database?: string | null }) => {
      const { verifyFromCommand } = await import('../backup-run.ts');
      await verifyFromCommand({ folder: resolve(folder), database }, context);
    });
}

type BackupFlags = { to?: string; keys?: true; vault?: true; server?: string; keep?: number };

function fromOne(text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}
