import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('inspect <file>')
    .helpGroup(GROUPS.recordings)
    .summary('what a bundle holds: parts, sizes, counts, faults')
    .description(
      'Check a bundle file: parts and sizes without any key; with --open also manifest, counts and every part, ' +
        'if the key of the recording is in the data folder (written to the access journal first), or with --key.',
    )
    .option('--open', 'open it with the key that is in the data folder')
    .option('--key <file>', 'open it with the key that lies beside it, as in a copy of your own data')
    .action(async (file: string, { open, key }: { open?: boolean; key?: string }) => {
      const { inspectBundle } = await import('../bundle-inspection.ts');
      const found = await inspectBundle(file, key === undefined ? (open ? context : null) : { keyFile: key });
      context.result(found);
      context.print(`bundle      ${found.id ?? 'of no readable id'}`);
      for (const [kind, { parts, bytes }] of Object.entries(found.sealed)) {
        context.print(`${kind.padEnd(10)}  ${parts} parts, ${bytes.toLocaleString('en-US')} bytes sealed`);
      }
      if (found.manifest) {
        const { summaryOf } = await import('../recording-summary.ts');
        for (const line of summaryOf(found.manifest, found.parts)) context.print(line);
      }
      for (const { rule, at, message } of found.faults)
        context.print(`fault       ${rule} at ${at}: ${message}`);
      if (found.faults.length > 0) throw new CommandFailure(`The bundle is faulty (${found.faults.length}).`);
      context.print(
        found.opened ? 'No faults: every part was opened and read.' : 'No faults in its structure.',
      );
    });
}
