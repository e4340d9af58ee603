import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';

/** Contributors enrol with codes that the representative deals; these are for who has an office. */
const OFFICES = ['representative', 'dpo', 'employer', 'researcher', 'operator'] as const;

export function register(program: Command, context: CommandContext): void {
  program
    .command('code')
    .helpGroup(GROUPS.installation)
    .summary('in a demonstration: make a code to sign in with')
    .description(
      'Make a one-time code with which one browser signs in to a demonstration as a steward, a researcher or the operator. ' +
        'It is shown here and stored nowhere. In production they have accounts: "aboveboard staff invite".',
    )
    .addOption(new Option('--role <role>', 'for whom').choices(OFFICES).makeOptionMandatory())
    .option('--hours <number>', 'how long it is good', wholeHours, 24)
    .action(async ({ role, hours }: { role: (typeof OFFICES)[number]; hours: number }) => {
      const { makeCodes } = await import('@aboveboard/server/identity/codes');
      const { inner } = await context.installation();
      const [installed] = await inner.database.query<{ kind: string }>('select kind from installation');
      if (installed?.kind === 'production') {
        throw new CommandFailure(
          'A code signs nobody in here: this is a production installation. Use "aboveboard staff invite".',
        );
      }
      const code = await makeCodes(inner.database).make(role, hours);
      context.result({ role, code, hours });
      context.print(code);
    });
}

function wholeHours(text: string): number {
  const hours = Number(text);
  if (Number.isInteger(hours) && hours >= 1 && hours <= 720) return hours;
  throw new InvalidArgumentError('Whole hours, 1 to 720.');
}
