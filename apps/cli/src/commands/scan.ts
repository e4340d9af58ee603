import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('scan <path>')
    .helpGroup(GROUPS.datasets)
    .summary('look for personal data where there should be none')
    .description(
      'Look through a bundle, a file or all files of a folder for keys, cards, accounts, identifiers, addresses and telephone ' +
        'numbers: as they lie there, decompressed, decoded, and opened where the key is in the data folder (written to the ' +
        'access journal first). Prints where and what kind, never what. Exit code 1 if anything is found or could not be read.',
    )
    .option('--words <file>', 'also these words, one in a line')
    .option('--names', 'also names, streets, organisations, handles')
    .option('--no-open', 'do not open bundles')
    .action(async (path: string, options: { words?: string; names?: boolean; open: boolean }) => {
      const { scanPath } = await import('../folder-scan.ts');
      const told = await scanPath(path, options, context);
      context.result(told);
      for (const { where, kind, rule, count } of told.findings)
        context.print(`${kind.padEnd(12)} ${rule.padEnd(24)} ${count} in ${where}`);
      for (const { where, why } of told.unread) context.print(`not read     ${where}: ${why}`);
      context.print(
        `looked at    ${told.files} files, ${told.bytes.toLocaleString('en-US')} bytes, ${told.opened} bundles opened`,
      );
      if (told.findings.length > 0)
        throw new CommandFailure('There is personal data where there should be none.');
      if (told.unread.length > 0) throw new CommandFailure('Not everything could be looked at.');
    });
}
