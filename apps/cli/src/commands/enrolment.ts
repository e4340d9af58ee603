import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import type { EnrolmentFlags } from '../enrolment-making.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('enrolment <document>')
    .helpGroup(GROUPS.logs)
    .summary('make the file that every recorder is given')
    .description(
      'Make the enrolment file of an installation: whose signatures, logs and witnesses its recorders rely on for good, ' +
        'and where its guardian is. The representative makes it, from what it checked itself, and hands it to everyone, ' +
        'taking part or not. The SHA-256 that is printed is to be told by another way.',
    )
    .requiredOption('--guardian <address>', 'the guardian, as recorders reach it')
    .requiredOption('--policy <file>', 'tlog-policy with the keys of both logs, the witnesses and the quorum')
    .requiredOption('--place <file>', 'JSON of what receipts say of the place (see docs/operators.md)')
    .requiredOption('--out <file>', 'the enrolment file')
    .action(async (document: string, flags: EnrolmentFlags) => {
      const { makeEnrolment } = await import('../enrolment-making.ts');
      await makeEnrolment(document, flags, context);
    });
}
