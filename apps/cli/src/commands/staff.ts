import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';

const ROLES = ['representative', 'dpo', 'employer', 'researcher', 'operator'] as const;
type Role = (typeof ROLES)[number];

/** What the operator can do about accounts: let in, look, end. Nothing here signs in or recovers (IDN53). */
export function register(program: Command, context: CommandContext): void {
  const staff = program
    .command('staff')
    .helpGroup(GROUPS.installation)
    .summary('invite, list and end accounts of stewards, researchers and operators')
    .description(
      'Accounts of stewards, researchers and operators. You can invite and end; you can sign in as nobody, and give nobody ' +
        'back an account that was lost: she does that with her recovery code, or two other parties do.',
    );

  staff
    .command('invite')
    .summary('make an invitation')
    .description(
      'Make an invitation, good once, with which somebody makes an account on her own device (page /join). Where the ' +
        'rules name keys of a party, she must sign with them too. It is shown here and stored nowhere.',
    )
    .addOption(new Option('--role <role>', 'for whom').choices(ROLES))
    .option(
      '--probe',
      'one of each role, for the guardian’s probe; nothing opens for them, and earlier ones end',
    )
    .option('--hours <number>', 'how long it is good', wholeHours, 72)
    .action(async ({ role, hours, probe = false }: { role?: Role; hours: number; probe?: boolean }) => {
      if (probe === (role !== undefined)) throw new UsageError('Give either --role or --probe.');
      if (role === undefined) return inviteForProbe(hours);
      const { makeAccountClaims } = await import('@aboveboard/server/identity/account-claims');
      const { inner } = await context.installation();
      const invitation = await makeAccountClaims(inner.database).invite(role, hours);
      context.result({ role, invitation, hours });
      context.print(invitation);
    });

  async function inviteForProbe(hours: number): Promise<void> {
    const { inviteProbe, invitationLines } = await import('@aboveboard/server/identity/probe-invitations');
    const { inner, uses } = await context.installation();
    const invitations = await inviteProbe({ database: inner.database, uses }, hours);
    context.result({ invitations, hours });
    context.print(invitationLines(invitations));
  }

  staff
    .command('list')
    .summary('the accounts that there are')
    .action(async () => {
      const { makeStaffRegister } = await import('@aboveboard/server/identity/staff-register');
      const { inner, uses } = await context.installation();
      const accounts = (await makeStaffRegister(inner.database, uses).list()).map(
        ({ partyKey, ...account }) => ({ ...account, bound: partyKey !== null }),
      );
      context.result({ accounts });
      for (const { account, role, madeOn, passkeys, provider, bound, probe } of accounts) {
        const ways = `${passkeys} passkeys${provider ? ', provider' : ''}${probe ? ', of the guardian’s probe: nothing opens for it' : ''}`;
        context.print(
          `${account}  ${role.padEnd(14)} ${madeOn}  ${ways}${bound ? ', bound to its party' : ''}`,
        );
      }
    });

  staff
    .command('end <account>')
    .summary('end an account, with its sessions and passkeys, at once')
    .action(async (account: string) => {
      const { makeStaffRegister } = await import('@aboveboard/server/identity/staff-register');
      const { inner, uses } = await context.installation();
      const accounts = makeStaffRegister(inner.database, uses);
      const ended = await accounts.change((query) => accounts.remove(query, account));
      if (!ended) throw new CommandFailure('There is no such account. "aboveboard staff list" shows them.');
      context.result({ account, ended });
      context.print('Ended: nobody signs in with it any more.');
    });
}

function wholeHours(text: string): number {
  const hours = Number(text);
  if (Number.isInteger(hours) && hours >= 1 && hours <= 720) return hours;
  throw new InvalidArgumentError('Whole hours, 1 to 720.');
}
