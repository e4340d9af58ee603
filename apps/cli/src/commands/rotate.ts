import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import type { BeginFlags } from '../rotation-run.ts';

export function register(program: Command, context: CommandContext): void {
  const rotate = program
    .command('rotate')
    .helpGroup(GROUPS.logs)
    .summary('replace the keys of witnesses and logs, without setting anyone up anew')
    .description(
      'Replace the keys that sign and cosign the two logs (docs/ceremonies.md). Both parties sign what counts from then on; the ' +
        'old witnesses cosign that once more; then the old keys go. Between begin and finish both sign, and nothing has to happen at one moment.',
    );
  rotate
    .command('begin')
    .summary('prepare it, and write what both parties are to sign')
    .description(
      'Ask each witness of log-policy for its keys to come, make those of the logs where that is wished, and write the statement ' +
        'that employer and representative sign. The first change of an installation follows the policy that recorders were enrolled with: give that file.',
    )
    .requiredOption('--out <file>', 'the statement, to be signed and entered')
    .option('--enrolment <file>', 'the enrolment file that recorders were set up with')
    .option('--policy <file>', 'the witnesses to come, with addresses, instead of asking those of now')
    .option('--log-keys', 'also replace the keys of both logs')
    .action(async (flags: BeginFlags) => {
      const { beginRotation } = await import('../rotation-run.ts');
      await beginRotation(flags, context);
    });
  rotate
    .command('show')
    .summary('what is missing before the old keys can go')
    .description('Exit code 1 where something is missing, 0 where nothing is or nothing is under way.')
    .action(async () => {
      const { showRotation } = await import('../rotation-run.ts');
      await showRotation(context);
    });
  rotate
    .command('finish')
    .summary('let the old keys go, if nothing is missing')
    .description(
      'Check that the change is in force, that the old witnesses made it public, and that the new keys alone carry both logs; then ' +
        'take the old keys out of the data folder. Where something is missing nothing is changed.',
    )
    .action(async () => {
      const { finishKeys } = await import('../rotation-run.ts');
      await finishKeys(context);
    });
}
