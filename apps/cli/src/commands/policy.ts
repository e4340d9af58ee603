import type { Command } from 'commander';
import type { BrowserPolicyFlags } from '../browser-policy.ts';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('policy <enrolment>')
    .helpGroup(GROUPS.installation)
    .summary('make the browser’s policy that installs the recorder on computers of work')
    .description(
      'Make the policy file for Chromium and Chrome that installs the recorder and brings it the enrolment file. A real ' +
        'installation enrols nowhere else (docs/operators.md). It goes onto every computer of work that the agreement is about, ' +
        'whoever takes part; nothing is recorded by it, and each person still accepts, or not, by herself.',
    )
    .requiredOption('--id <letters>', 'the extension’s id, as packing it gave it: 32 letters from a to p')
    .requiredOption('--updates <address>', 'the update manifest of the recorder, https://…')
    .requiredOption('--out <file>', 'the policy file')
    .action(async (enrolment: string, flags: BrowserPolicyFlags) => {
      const { makeBrowserPolicy } = await import('../browser-policy.ts');
      await makeBrowserPolicy(enrolment, flags, context);
    });
}
