import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { ReminderConfig } from './reminder-config.ts';
import type { ReminderMail } from './reminder-mail.ts';

/**
 * What became of one mail. `unsure`: the relay had the whole of it and did not say that it takes it. Never the relay's own words, which
 * may hold an address (CTL39).
 */
export type MailOutcome = 'sent' | 'unsure' | 'no-answer' | 'refused' | 'no-tls' | 'certificate' | 'outside';
export type SendMail = (to: string, mail: ReminderMail) => Promise<MailOutcome>;

/** Milliseconds: for each answer of the relay, and for all of it (CTL38). */
export type RelayPatience = { answer: number; all: number };
const PATIENCE: RelayPatience = { answer: 10_000, all: 30_000 };

type Resolve = (host: string) => Promise<readonly string[]>;
const resolveByName: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map((one) => one.address);

/** One connection a mail, to an address that was seen to lie inside (CTL37). Never rejects. */
export function smtpRelay(
  { relay, from }: Pick<ReminderConfig, 'relay' | 'from'>,
  { patience = PATIENCE, resolve = resolveByName }: { patience?: RelayPatience; resolve?: Resolve } = {},
): SendMail {
  const { host, port, security, ca, login, inside } = relay;
  return async (to, { subject, text }) => {
    const found = isIP(host) > 0 ? [host] : await resolve(host).catch(() => []);
    const [address] = found;
    if (address === undefined) return 'no-answer';
    if (!found.every((one) => (security === 'none' ? inside.isLoopback(one) : inside.has(one))))
      return 'outside';
    const transport = createTransport({
      ...{ host: address, port, secure: security === 'tls', name: 'aboveboard' },
      ...{ requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
      // The name is what the certificate is held against, the address what is spoken to.
      tls: {
        ...(isIP(host) > 0 ? {} : { servername: host }),
        ...(ca === null ? {} : { ca }),
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
      },
      ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
      ...{ connectionTimeout: patience.answer, greetingTimeout: patience.answer },
      ...{ socketTimeout: patience.answer, dnsTimeout: patience.answer },
      ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
    });
    // It is read when the relay was reached, let us in, and is about to be given the mail.
    const body = { given: false };
    async function* told() {
      body.given = true;
      yield text;
    }
    try {
      await transport.sendMail({
        ...{ from, to, subject, envelope: { from, to } },
        ...{ text: Readable.from(told()), textEncoding: 'quoted-printable' as const },
        // Nobody's holiday answers a machine.
        headers: { 'Auto-Submitted': 'auto-generated' },
        // Ends the connection too: what was given up is not taken afterwards.
        signal: AbortSignal.timeout(patience.all),
      });
      return 'sent';
    } catch (error) {
      return outcomeOf(error as RelayError, body.given);
    } finally {
      transport.close();
    }
  };
}

/** `originalCode`: of what failed below, where `code` is the mailer's own. */
type RelayError = Error & { code?: string; originalCode?: string; responseCode?: number };

/** A certificate that is not the relay's, or by nobody that is believed. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

function outcomeOf({ code = '', originalCode = '', responseCode }: RelayError, given: boolean): MailOutcome {
  if (CERTIFICATE.test(originalCode)) return 'certificate';
  if (code === 'ETLS') return 'no-tls';
  if (responseCode !== undefined && responseCode >= 400) return 'refused';
  if (given) return 'unsure';
  return code === 'EAUTH' || code === 'EENVELOPE' ? 'refused' : 'no-answer';
}
