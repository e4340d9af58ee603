import { REMINDED, type Reminded, readReminderConfig } from '@aboveboard/server/reminders/reminder-config';
import { trialMail } from '@aboveboard/server/reminders/reminder-mail';
import { controlsPage } from '@aboveboard/server/reminders/reminders';
import { type MailOutcome, smtpRelay } from '@aboveboard/server/reminders/smtp-relay';
import { type CommandContext, CommandFailure } from './command.ts';

const SAYS: Readonly<Record<MailOutcome, string>> = {
  sent: 'went out',
  unsure: 'the mail server had it and did not say that it takes it',
  'no-answer': 'the mail server did not answer',
  refused: 'the mail server refused it',
  'no-tls': 'the mail server offers no encryption',
  certificate: 'the mail server’s certificate is not to be believed',
  outside: 'the mail server is not inside: list its network under relay.networks if it is yours',
};

/** Needs the data folder and no database. Throws CommandFailure where a trial did not go out (CTL39). */
export async function reportReminders(context: CommandContext, { tries }: { tries: boolean }): Promise<void> {
  const config = configIn(context.data);
  if (config === null) {
    context.result({ relay: null, addresses: {} });
    context.print('Nobody is told by mail: there is no reminders.json in the data folder.');
    return;
  }
  const { relay, to, page } = config;
  const addresses = Object.fromEntries(REMINDED.map((party) => [party, to[party].length]));
  const said = { relay: { host: relay.host, port: relay.port, security: relay.security }, addresses };
  context.print(
    `By ${relay.host}, port ${relay.port}, ${relay.security === 'none' ? 'on this computer' : 'encrypted'}.`,
  );
  for (const party of REMINDED) context.print(`${party}: ${to[party].length}`);
  if (!tries) {
    context.result(said);
    return;
  }
  const send = smtpRelay(config);
  const trials: { party: Reminded; number: number; outcome: MailOutcome }[] = [];
  for (const party of REMINDED) {
    for (const [i, address] of to[party].entries()) {
      context.progress(`${party}, ${i + 1} of ${to[party].length}`);
      const outcome = await send(address, trialMail(controlsPage(page)));
      trials.push({ party, number: i + 1, outcome });
      context.print(`${party}, address ${i + 1}: ${SAYS[outcome]}.`);
    }
  }
  context.result({ ...said, trials });
  if (trials.some(({ outcome }) => outcome !== 'sent'))
    throw new CommandFailure(
      'Not every trial went out. What waits shows on the page Controls whatever becomes of mails.',
    );
}

function configIn(data: string) {
  try {
    return readReminderConfig(data);
  } catch (error) {
    throw new CommandFailure((error as Error).message, { cause: error });
  }
}
