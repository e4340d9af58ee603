import { makeVaultBackup } from '@aboveboard/server/backup/vault-backup';
import { restoreVault } from '@aboveboard/server/backup/vault-restore';
import { noteDone } from '@aboveboard/server/controls/last-done';
import { provedKeyDays } from '@aboveboard/server/vault/key-days';
import { serverOrigin } from '@aboveboard/server/vault/server-origin';
import { countsOf, inWords, sentenceOf } from './backup-run.ts';
import { type CommandContext, UsageError } from './command.ts';

/** What a restored vault means, said before anything is done (spec/backup.md, BAK46). */
const BEFORE_RESTORING = `Read this first.

A vault that comes out of a backup has halves again that were destroyed since. The guardian destroyed its own of them, so they open
nothing; but they are to go. When the vault runs again, the operator has them destroyed once more: aboveboard erasure again.

Halves that came after the backup are lost, and so are those recordings on the server: each device has its own whole key and
can release anew. For five minutes the vault gives nothing that was entered before, since what it gave last stands nowhere.

Never restore while the old vault still runs: of two, one would keep what the other destroyed. If you did read it: --yes`;

export async function vaultBackupFromCommand(
  asked: { to: string; keep: number | null; server: string | null },
  context: CommandContext,
): Promise<void> {
  const { server, ...rest } = asked;
  const origin = server === null ? null : serverOrigin(server);
  const keyDays = async () =>
    origin === null ? null : provedKeyDays(context.data, { origin, now: Date.now });
  const made = await inWords(
    makeVaultBackup({ ...rest, data: context.data, keyDays, now: Date.now, onProgress: context.progress }),
  );
  const { folder, manifest, removed, keyBackupDays } = made;
  await noteDone(context.data, 'vault-backup', Date.parse(manifest.madeAt));
  context.result({ folder, ...countsOf(manifest), removed, keyBackupDays });
  context.print(`${folder}: ${sentenceOf(manifest)}`);
  for (const one of removed) context.print(`Removed: ${one}`);
  context.print(
    keyBackupDays === null
      ? 'No enrolment file is there yet, so this vault has kept nothing.'
      : `It is kept for ${keyBackupDays} days at most; copies of this that you make elsewhere are yours to destroy.`,
  );
}

export async function vaultRestoreFromCommand(
  asked: { from: string; yes: boolean },
  context: CommandContext,
): Promise<void> {
  if (!asked.yes) throw new UsageError(BEFORE_RESTORING);
  const { data, manifest, held, destroyed } = await inWords(
    restoreVault({ from: asked.from, data: context.data, now: Date.now, onProgress: context.progress }),
  );
  context.result({ data, ...countsOf(manifest), held, destroyed });
  context.print(`${data} is as it was at ${manifest.madeAt}. Each half that it holds was opened on trial.`);
  context.print(
    'Start the vault there, as the user that owns this folder; then, at the server: aboveboard erasure again.',
  );
}
