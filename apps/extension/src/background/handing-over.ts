import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import type { SealedEnrolment } from '@aboveboard/capture/line/sealed-enrolment';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { HANDOVER_BYTES, openHandover, sealHandover } from '@aboveboard/consent/device-handover';
import { codeSecret, makeDeviceCode, readDeviceCode } from '@aboveboard/consent/enrolment-codes';
import { base64urlBytes } from '@aboveboard/consent/own-voice';
import { base64urlOf } from '../store/byte-text.ts';
import { sealedEnrolment } from '../store/sealed-enrolment.ts';
import type { Joining, Setup } from '../store/setup.ts';
import { CommandFault } from './command-fault.ts';
import type { RecorderHost } from './recorder-host.ts';

/**
 * From one device of hers to the next (spec/enrolment.md, ENR60-ENR66). The code is shown on this screen and typed in on the
 * other; the server carries what it can't open.
 */
const LEAVE = 'handover';
/** A minute less than the server keeps it, so that no code is shown that is over. */
const HOLDS = 14 * 60_000;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const { subtle } = crypto;

/** Shows a code; it is there for the other device when `until` is set. A second one takes the place of the first. */
export async function beginHandover(host: RecorderHost): Promise<void> {
  const { token, enrolment } = host.rules.setup;
  const own = await sealedEnrolment(host.database, host.keys).get();
  if (!token || !enrolment || !own) throw new CommandFault('not-now');
  await host.installation.close(LEAVE);
  const { code } = await makeDeviceCode(random, subtle);
  await host.change((setup) => ({ ...setup, handover: { code, until: null, sealed: null } }));
}

export async function endHandover(host: RecorderHost): Promise<void> {
  await host.installation.close(LEAVE);
  await host.change((setup) => ({ ...setup, handover: null }));
}

/** Goes on with one that was begun; what was sealed is sent alike as often as it is sent. */
export async function leaveHandover(host: RecorderHost): Promise<void> {
  const { handover, token } = host.rules.setup;
  if (!handover || handover.until !== null || !token) return;
  const secret = await readDeviceCode(handover.code, subtle);
  const own = await sealedEnrolment(host.database, host.keys).get();
  if (!secret || !own) return endHandover(host);
  const sealed = handover.sealed ?? base64urlOf(await sealHandover(handedOver(own), secret, random, subtle));
  const isSame = (setup: Setup) => setup.handover?.code === handover.code;
  await host.change((setup) => (isSame(setup) ? { ...setup, handover: { ...handover, sealed } } : setup));
  try {
    const client = new ServerClient(host.installation.post(LEAVE, host.count()), token);
    await client.leaveHandover({ secret: base64urlOf(await codeSecret(secret, 'device', subtle)), sealed });
  } catch (error) {
    if (error instanceof LineGivenUp) return;
    const goesOn = error instanceof ServerFault && (error.status === 0 || error.status >= 500);
    if (!goesOn) await endHandover(host);
    return;
  }
  const until = Date.now() + HOLDS;
  await host.change((setup) =>
    isSame(setup) ? { ...setup, handover: { ...handover, sealed: null, until } } : setup,
  );
  await host.installation.close(LEAVE);
}

/** What this device takes with a code of another of hers; null: it is none. Nothing was asked yet. */
export async function takesHandover(code: string): Promise<Joining | null> {
  if (!(await readDeviceCode(code, subtle))) return null;
  return { code: code.trim(), token: base64urlOf(random(16)), fault: null, isDevice: true };
}

/** The session's token, kept before anybody relies on it. Throws ServerFault 404 where there is none for this code; null: it does not open. */
export async function takeHandover(
  host: RecorderHost,
  client: ServerClient,
  { code, token: asker }: Joining,
): Promise<string | null> {
  const secret = await readDeviceCode(code ?? '', subtle);
  if (!secret) return null;
  const shown = base64urlOf(await codeSecret(secret, 'device', subtle));
  const { sealed } = await client.takeHandover({ secret: shown, asker });
  const bytes = sealed.length <= HANDOVER_BYTES * 2 ? base64urlBytes(sealed) : new Uint8Array();
  const given = await openHandover(bytes, secret, subtle);
  if (!given) return null;
  const { contributor, session, eraser, claim } = given;
  await sealedEnrolment(host.database, host.keys).put({
    ...{ contributor, session, eraser, secrets: null, eraseCode: null },
    ...{ ask: claim?.ask ?? null, signature: claim?.signature ?? null },
  });
  return session;
}

function handedOver({ contributor, session, eraser, ask, signature }: SealedEnrolment) {
  const claim = ask && signature !== null ? { ask, signature } : null;
  return { contributor, session, eraser, claim };
}
