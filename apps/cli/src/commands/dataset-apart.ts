import type { Command } from 'commander';
import { type CommandContext, CommandFailure, UsageError } from '../command.ts';

type ApartOptions = {
  keysBefore?: string;
  keysAfter?: string;
  origins?: string;
  log?: string;
  policy?: string;
};

/** `aboveboard dataset apart`: whether a release has anything of the one before it (spec/release.md, REL110-REL115). */
export function addApart(dataset: Command, context: CommandContext): void {
  dataset
    .command('apart <before> <after>')
    .description(
      'Check that the release built after a withdrawal has nothing of what was withdrawn from the one before it. Anybody can hold the two ' +
        'manifests against each other, and their order against the log; whoever has the keys, what is in them; the job inside, with ' +
        '--origins, what is gone, and then it says so in the log of uses. A fault is exit code 1.',
    )
    .option('--keys-before <file>', 'keys of the release before')
    .option('--keys-after <file>', 'keys of the release after')
    .option('--origins <file>', 'what `dataset build --origins` wrote of the release before; inside alone')
    .option('--log <where>', 'the log of uses: its address, or a folder')
    .option('--policy <file>', 'whose log and which witnesses you trust')
    .action(async (before: string, after: string, options: ApartOptions) => {
      const { keysBefore, keysAfter, origins, log, policy } = options;
      if ((keysBefore === undefined) !== (keysAfter === undefined))
        throw new UsageError('--keys-before and --keys-after go together.');
      if ((log === undefined) !== (policy === undefined))
        throw new UsageError('--log and --policy go together.');
      if (origins !== undefined && keysBefore === undefined)
        throw new UsageError('--origins needs the keys of both releases.');
      const { checkApart } = await import('../release-apart.ts');
      const checked = await checkApart(context, {
        before,
        after,
        keys:
          keysBefore === undefined || keysAfter === undefined
            ? null
            : { before: keysBefore, after: keysAfter },
        origins: origins ?? null,
        log: log === undefined || policy === undefined ? null : { where: log, policy },
      });
      context.result(checked);
      for (const { rule, at, message } of checked.faults) context.print(`${rule}: ${at} ${message}`);
      for (const line of checked.shown) context.print(`shown       ${line}`);
      for (const line of checked.open) context.print(`not shown   ${line}`);
      if (checked.faults.length > 0) throw new CommandFailure(`${checked.faults.length} faults.`);
      if (checked.entry !== null) context.print(`entered     as entry ${checked.entry} of the log of uses`);
    });
}
