import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import {
  beginEnrolment,
  type EnrolmentParts,
  EnrolmentStopped,
  enrol,
  freshEnrolment,
  GuardianRefused,
  renewalOf,
} from '@aboveboard/capture/line/enrolling';
import type { Kept } from '@aboveboard/capture/line/kept-value';
import type { SealedEnrolment } from '@aboveboard/capture/line/sealed-enrolment';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { refusalOf } from '@aboveboard/capture/line/voice-line';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { type EnrolmentFile, enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import type { Session } from '@aboveboard/protocol/installation';
import type { EnrolmentAnswer } from '@aboveboard/protocol/voice';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import { words } from '../messages/en.ts';
import { askGuardian, askWitness } from '../relay/guardian-relay.ts';
import { DEVICE_MEANS } from '../store/device-means.ts';
import { sealedEnrolment } from '../store/sealed-enrolment.ts';
import { EMPTY_SETUP, type JoinFault, type Joining, type JoinWait, type Setup } from '../store/setup.ts';
import { byDigest } from './attachments.ts';
import { cardsOf } from './checked-cards.ts';
import { CommandFault } from './command-fault.ts';
import { leaveHandover, takeHandover, takesHandover } from './handing-over.ts';
import type { RecorderHost } from './recorder-host.ts';

const JOIN = 'join';
const FIRST = 'first-contact';
const ATTACHMENTS = 'attachments';

/** Null: there is no guardian at this address. What it says is asked only at the first contact (ENR26). */
export async function firstContactWith(
  origin: string,
  code: string,
  sealed: Kept<SealedEnrolment>,
): Promise<((setup: Setup) => Setup) | null> {
  const relay = await askGuardian(origin);
  if (!relay) return null;
  const witness = await askWitness(origin);
  if (!witness) throw new CommandFault('unreachable');
  const joining = await joiningWith(code, sealed, 'demonstration');
  return (setup) => ({
    ...EMPTY_SETUP,
    usage: setup.usage,
    installation: 'demonstration',
    firstContact: { guardian: origin, relay, witness },
    joining,
  });
}

export async function joinedWith(code: string, host: RecorderHost): Promise<(setup: Setup) => Setup> {
  const { enrolment } = host.rules.setup;
  if (!enrolment) throw new CommandFault('not-now');
  const device = await takesHandover(code);
  if (device) return (setup) => ({ ...setup, joining: device });
  const joining = await joiningWith(code, sealedOf(host), enrolment.class);
  return (setup) => ({ ...setup, joining });
}

/** The session's token is ours, so that redeeming may be said again when its answer was lost (RLY25). */
async function joiningWith(
  code: string,
  sealed: Kept<SealedEnrolment>,
  kind: Setup['installation'],
): Promise<Joining> {
  const isPaper = await beginEnrolment(sealed, code, DEVICE_MEANS);
  // A demonstration's server has codes of its own, of another form.
  if (!isPaper && kind === 'production') throw new CommandFault('code-misread');
  if (!isPaper) await sealed.put(await freshEnrolment(null, DEVICE_MEANS));
  const own = await sealed.get();
  if (!own) throw new CommandFault('storage');
  return { code: isPaper ? null : code.trim(), token: own.session, fault: null };
}

/** She has her erase code: it is destroyed here (ENR43). */
export async function paperKept(host: RecorderHost): Promise<void> {
  const sealed = sealedOf(host);
  const own = await sealed.get();
  if (own) await sealed.put({ ...own, eraseCode: null });
  await host.change((setup) => ({ ...setup, paperWaits: false }));
}

const sealedOf = (host: RecorderHost) => sealedEnrolment(host.database, host.keys);

let running: Promise<void> | null = null;

/** Goes on with what takes several periods; begun anew by every worker, and after every answer. */
export function goOn(host: RecorderHost): Promise<void> {
  running ??= Promise.all([join(host), fetchAttachments(host), leaveHandover(host)])
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
    const waits = waitAfter(error);
    if (waits !== undefined) return await wait(host, waits);
    const fault = faultAfter(error);
    await host.installation.close(FIRST);
    await closeJoin(host);
    await host.change((setup) =>
      setup.joining ? { ...setup, joining: { ...setup.joining, fault } } : setup,
    );
  }
}

/** Nobody answered, or not now: the next period asks again. Undefined: it does not go on by itself. */
function waitAfter(error: unknown): JoinWait | null | undefined {
  if (error instanceof EnrolmentStopped) return error.why === 'waits-for-issuer' ? 'issuer' : undefined;
  if (error instanceof GuardianRefused)
    return error.code === 'unreachable' || error.code === 'unavailable' ? 'guardian' : undefined;
  if (!(error instanceof ServerFault)) return undefined;
  if (error.at === 'issuer') return 'issuer';
  return error.status === 0 || error.status === 429 || error.status >= 500 ? null : undefined;
}

async function wait(host: RecorderHost, waits: JoinWait | null): Promise<void> {
  // What the server said then is no answer for later.
  if (waits !== null) await host.installation.close(JOIN);
  if ((host.rules.setup.joining?.waits ?? null) === waits) return;
  await host.change((setup) => (setup.joining ? { ...setup, joining: { ...setup.joining, waits } } : setup));
}

function faultAfter(error: unknown): JoinFault {
  if (error instanceof JoinRefused) return error.fault;
  if (error instanceof EnrolmentStopped) return error.why === 'waits-for-issuer' ? 'failed' : error.why;
  if (error instanceof GuardianRefused)
    return error.code === 'not-dealt' || error.code === 'used' ? error.code : 'failed';
  if (!(error instanceof ServerFault)) return 'failed';
  if (error.status === 410) return 'erased';
  return error.at === null ? 'code' : 'issuer';
}

async function redeem(host: RecorderHost, joining: Joining): Promise<void> {
  const { code } = joining;
  const client = new ServerClient(host.installation.post(JOIN, host.count()), null);
  const sealed = sealedOf(host);
  const before = await sealed.get();
  const redeemed = async (): Promise<{ session: Session; token: string }> => {
    if (joining.isDevice) return withDevice(host, client, joining);
    const { token } = joining;
    if (code === null) return { session: await withPaper(host, client), token };
    return { session: await client.redeem(code, { token, ...(before && { eraser: before.eraser }) }), token };
  };
  const [{ session, token }, about, given] = await Promise.all([redeemed(), client.about(), client.cards()]);
  if (session.role !== 'contributor') throw new JoinRefused('code');
  if (about.installation !== host.rules.setup.enrolment?.class) throw new JoinRefused('agreement');
  const cards = cardsOf(given);
  const own = await sealed.get();
  await host.change((setup) => ({
    ...setup,
    token,
    ...cards,
    joining: null,
    uploadRecipient: about.uploadRecipient,
    contributor: own?.contributor ?? null,
    paperWaits: own !== null && own.eraseCode !== null,
    sessionEnds: session.expires,
  }));
  await closeJoin(host);
}

async function withDevice(
  host: RecorderHost,
  client: ServerClient,
  joining: Joining,
): Promise<{ session: Session; token: string }> {
  const token = await takeHandover(host, client, joining).catch((error: unknown) => {
    if (error instanceof ServerFault && error.status === 404) return null;
    throw error;
  });
  if (token === null) throw new JoinRefused('device');
  const hers = new ServerClient(host.installation.post(JOIN, host.count()), token);
  return { session: await hers.session(), token };
}

function withPaper(host: RecorderHost, client: ServerClient): Promise<Session> {
  return enrol({
    kept: sealedOf(host),
    issue: host.rules.news?.rules?.state.enrolment ?? null,
    guardian: guardianOf(host),
    enrol: (request) => client.enrol(request),
    means: DEVICE_MEANS,
  });
}

/** What everyone hears of it, and in the place of filler what only she says (RLY40, RLY41). */
function guardianOf({ installation }: RecorderHost): EnrolmentParts['guardian'] {
  const { voice } = installation;
  if (!voice) throw new JoinRefused('enrolment-missing');
  return {
    async about() {
      const { about } = await voice.desk.storage.get();
      if (!about) throw new GuardianRefused('unreachable');
      return about;
    },
    async redeem(ask) {
      const answer = await voice.line.act({
        key: redeemKey(ask.blinded),
        path: '/voice/enrolment',
        body: ask,
      });
      const refusal = refusalOf(answer);
      if (refusal !== null) throw new GuardianRefused(refusal);
      return answer as EnrolmentAnswer;
    },
  };
}

/** One act for one ask; the answer is there until the matter is closed, also for a worker that begins it anew. */
const redeemKey = (blinded: string) => `enrolment ${blinded.slice(0, 43)}`;

async function closeJoin(host: RecorderHost): Promise<void> {
  await host.installation.close(JOIN);
  const own = await sealedOf(host).get();
  if (own?.ask) await host.installation.voice?.line.close(redeemKey(own.ask.blinded));
}

const RENEW = 'renew';

/** A session that would end is made to last. */
export async function renewSession(host: RecorderHost): Promise<void> {
  const { token, sessionEnds } = host.rules.setup;
  const claim = await renewalOf(await sealedOf(host).get(), {
    token,
    sessionEnds,
    now: Date.now() / 1000,
    subtle: crypto.subtle,
  });
  if (!claim) return;
  try {
    const client = new ServerClient(host.installation.post(RENEW, host.count()), null);
    const { expires } = await client.enrol(claim);
    await host.change((setup) => ({ ...setup, sessionEnds: expires }));
  } catch (error) {
    if (error instanceof LineGivenUp) return;
    const isErased = error instanceof ServerFault && error.status === 410;
    if (isErased) await host.change((setup) => ({ ...setup, token: null, joining: ERASED }));
  }
  await host.installation.close(RENEW);
}

/** Somebody gave the paper code, on this computer or another: she is told, and nothing more is released (ENR45). */
const ERASED: Joining = { code: null, token: '', fault: 'erased' };

/** The server does not know the session any more: it is claimed anew, or she learns why not. */
export async function sessionLost(host: RecorderHost): Promise<void> {
  await host.change((setup) => ({ ...setup, sessionEnds: 0 }));
  void renewSession(host).catch(() => undefined);
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
