import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('literals <source>')
    .helpGroup(GROUPS.installation)
    .summary('list the words that an application ships, for an agreement')
    .description(
      'Make the list of an application’s own words that an agreement carries, so that recorders ask the ' +
        'application for nothing (masks.literals: "listed"). <source> is a folder or file of its release (scripts, ' +
        'markup, locale files), or a running address, which is read without a log-in; pieces that no script names ' +
        'are not found there. What looks like somebody’s data is left out. Read the list before you sign it.',
    )
    .option('--out <file>', 'write the list here, and print what it is made of')
    .option('--name <name>', 'name of the attachment', 'literals')
    .action(async (source: string, { out, name }: { out?: string; name: string }) => {
      if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
        throw new UsageError('A name has lower-case letters, digits and hyphens.');
      }
      const { shippedFiles } = await import('../application-source.ts');
      const { gatherLiterals } = await import('../literal-gathering.ts');
      const found = await gatherLiterals(shippedFiles(source), name, context.progress);
      const { file, ...rest } = found;
      if (out !== undefined) {
        const { writeFileSync } = await import('node:fs');
        writeFileSync(out, file);
      }
      context.result(rest);
      if (out === undefined) {
        context.print(new TextDecoder().decode(file).trimEnd());
        return;
      }
      const { bytes, digest } = rest.attachment;
      context.print(`literals    ${rest.literals.length} from ${rest.sources.length} files`);
      for (const [rule, count] of Object.entries(rest.leftOut))
        context.print(`left out    ${count} by ${rule}`);
      context.print(`attachment  ${name}, text/plain, ${bytes} bytes`);
      context.print(`SHA-256     ${digest}`);
    });
}
