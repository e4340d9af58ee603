import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

/** Contributors enrol with codes that the representative deals; these are for who has an office. */
const OFFICES = ['representative', 'dpo', 'employer', 'researcher', 'operator'] as const;

export function register(program: Command, context: CommandContext): void {
  program
    .command('code')
    .helpGroup(GROUPS.installation)
    .summary('make a code to sign in with')
    .description(
      'Make a one-time code with which one browser signs in as a steward, a researcher or the operator. Hand it over ' +
        'yourself: whoever brings it first is in. It is shown here and stored nowhere.',
    )
    .addOption(new Option('--role <role>', 'for whom').choices(OFFICES).makeOptionMandatory())
    .option('--hours <number>', 'how long it is good', wholeHours, 24)
    .action(async ({ role, hours }: { role: (typeof OFFICES)[number]; hours: number }) => {
      const { makeCodes } = await import('@aboveboard/server/identity/codes');
      const { inner } = await context.installation();
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
