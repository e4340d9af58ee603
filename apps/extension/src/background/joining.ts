import { parseAgreement } from '@aboveboard/consent/agreement';
import { type EnrolmentFile, enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import { words } from '../messages/en.ts';
import { LineGivenUp } from '../relay/correspondence.ts';
import { askGuardian, askWitness } from '../relay/guardian-relay.ts';
import { base64urlOf, hexOf } from '../store/byte-text.ts';
import { EMPTY_SETUP, type JoinFault, type Setup } from '../store/setup.ts';
import { byDigest } from './attachments.ts';
import { checkedCards } from './checked-cards.ts';
import { CommandFault } from './command-fault.ts';
import type { RecorderHost } from './recorder-host.ts';
import { randomBytes } from './recording-writing.ts';
import { ServerClient, ServerFault } from './server-client.ts';

const JOIN = 'join';
const FIRST = 'first-contact';
const ATTACHMENTS = 'attachments';

/** Null: there is no guardian at this address. What it says is asked only at the first contact (ENR26). */
export async function firstContactWith(
  origin: string,
  code: string,
): Promise<((setup: Setup) => Setup) | null> {
  const relay = await askGuardian(origin);
  if (!relay) return null;
  const witness = await askWitness(origin);
  if (!witness) throw new CommandFault('unreachable');
  return (setup) => ({
    ...EMPTY_SETUP,
    usage: setup.usage,
    installation: 'demonstration',
    firstContact: { guardian: origin, relay, witness },
    joining: joiningWith(code),
  });
}

/** An enrolment that she opened or her organisation set; it stays until she sets the recorder up anew (ENR25). */
export function enrolledBy(text: string): (setup: Setup) => Setup {
  const parsed = parseEnrolment(new TextEncoder().encode(text));
  if (!parsed.ok) {
    const [fault] = parsed.faults;
    throw new CommandFault('enrolment', fault && `${fault.rule}: ${fault.at} ${fault.message}`);
  }
  const { file } = parsed.value;
  return (setup) => ({ ...EMPTY_SETUP, usage: setup.usage, installation: file.class, enrolment: file });
}

export function joinedWith(code: string): (setup: Setup) => Setup {
  return (setup) => ({ ...setup, joining: joiningWith(code) });
}

/** The session's token is ours, so that redeeming may be said again when its answer was lost (RLY25). */
function joiningWith(code: string): NonNullable<Setup['joining']> {
  return { code: code.trim(), token: base64urlOf(randomBytes(32)), fault: null };
}

let running: Promise<void> | null = null;

/** Goes on with what takes several periods; begun anew by every worker, and after every answer. */
export function goOn(host: RecorderHost): Promise<void> {
  running ??= Promise.all([join(host), fetchAttachments(host)])
    .then(() => undefined)
    .finally(() => {
      running = null;
    });
  return running;
}

async function join(host: RecorderHost): Promise<void> {
  const { joining, firstContact, enrolment } = host.rules.setup;
  if (!joining || joining.fault) return;
  try {
    if (!enrolment && firstContact) {
      const file = await enrolmentOf(host, firstContact);
      await host.installation.close(FIRST);
      await host.change((setup) => ({ ...setup, enrolment: file, firstContact: null }));
    }
    await redeem(host, joining);
  } catch (error) {
    if (error instanceof LineGivenUp) return;
    // Nobody answered, or not now: the next period asks again.
    if (error instanceof ServerFault && (error.status === 0 || error.status === 429 || error.status >= 500))
      return;
    const fault: JoinFault =
      error instanceof JoinRefused ? error.fault : error instanceof ServerFault ? 'code' : 'failed';
    for (const matter of [FIRST, JOIN]) await host.installation.close(matter);
    await host.change((setup) =>
      setup.joining ? { ...setup, joining: { ...setup.joining, fault } } : setup,
    );
  }
}

async function redeem(host: RecorderHost, { code, token }: NonNullable<Setup['joining']>): Promise<void> {
  const client = new ServerClient(host.installation.post(JOIN, host.count()), null);
  const [session, about, given] = await Promise.all([
    client.redeem(code, token),
    client.about(),
    client.cards(),
  ]);
  if (session.role !== 'contributor') throw new JoinRefused('code');
  if (about.installation !== host.rules.setup.enrolment?.class) throw new JoinRefused('agreement');
  const cards = checkedCards(given);
  await host.change((setup) => ({
    ...setup,
    token,
    cards,
    joining: null,
    uploadRecipient: about.uploadRecipient,
    contributor: hexOf(randomBytes(16)),
  }));
  await host.installation.close(JOIN);
}

/** What a demonstration says of itself at the first contact; a real installation is never trusted so (ENR26). */
async function enrolmentOf(
  host: RecorderHost,
  { guardian, relay, witness }: NonNullable<Setup['firstContact']>,
): Promise<EnrolmentFile> {
  const client = new ServerClient(host.installation.post(FIRST, host.count()), null);
  const [about, installed, rules, uses] = await Promise.all([
    client.about(),
    client.agreement(),
    client.logKeys('rules'),
    client.logKeys('uses'),
  ]);
  const agreement = parseAgreement(new TextEncoder().encode(installed.document));
  if (!agreement.ok) throw new JoinRefused('agreement');
  if (about.installation !== 'demonstration' || agreement.value.class !== 'demonstration') {
    throw new JoinRefused('enrolment-missing');
  }
  const file: EnrolmentFile = {
    format: 'aboveboard-enrolment',
    formatVersion: 1,
    class: 'demonstration',
    agreement: agreement.value.id,
    guardian,
    relay,
    policies: { rules: policyOf(rules, witness), uses: policyOf(uses, witness) },
    parties: [...partyKeysOf(agreement.value)].map(([role, keys]) => ({ role, ...keys })),
    place: words.demonstrationPlace,
  };
  if (!parseEnrolment(enrolmentBytes(file)).ok) throw new JoinRefused('agreement');
  return file;
}

/** Every key of the witness has to have cosigned. */
function policyOf(log: readonly string[], witness: readonly string[]): string {
  const key = (text: string): VerifierKey => {
    const parsed = parseVerifierKey(text);
    if (!parsed.ok) throw new JoinRefused('agreement');
    return parsed.value;
  };
  const witnesses = witness.map((text, i) => ({ name: `guardian-${i + 1}`, key: key(text), url: null }));
  return formatPolicy({
    logs: log.map((text) => ({ key: key(text), url: null })),
    witnesses,
    groups: [{ name: 'parties', threshold: witnesses.length, members: witnesses.map(({ name }) => name) }],
    quorum: 'parties',
  });
}

/** Recording starts only with every attachment of the version in force on this device (GATE23). */
async function fetchAttachments(host: RecorderHost): Promise<void> {
  const { setup, agreement, standing } = host.rules;
  if (!setup.enrolment || !agreement || standing?.ok) return;
  const known = setup.agreement?.attachments ?? [];
  const { missing } = await byDigest(agreement, known);
  if (missing.length === 0) return;
  const client = new ServerClient(host.installation.post(ATTACHMENTS, host.count()), setup.token);
  try {
    const came = await Promise.all(
      missing.map(
        async ({ name, digest }): Promise<[string, Uint8Array]> => [name, await client.attachment(digest)],
      ),
    );
    const { here } = await byDigest(agreement, [...known, ...came]);
    const document = new Uint8Array();
    await host.change((now) => ({ ...now, agreement: { document, attachments: [...here] } }));
  } catch (error) {
    if (error instanceof LineGivenUp) return;
    if (!(error instanceof ServerFault)) throw error;
  }
  await host.installation.close(ATTACHMENTS);
}

class JoinRefused extends Error {
  override readonly name = 'JoinRefused';
  readonly fault: JoinFault;
  constructor(fault: JoinFault) {
    super(fault);
    this.fault = fault;
  }
}
