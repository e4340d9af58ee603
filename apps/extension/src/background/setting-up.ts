import type { Kept } from '@aboveboard/capture/line/kept-value';
import type { SealedEnrolment } from '@aboveboard/capture/line/sealed-enrolment';
import {
  type CountBytes,
  type Post,
  ServerClient,
  ServerFault,
} from '@aboveboard/capture/line/server-client';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import { EMPTY_SETUP, type Setup } from '../store/setup.ts';
import { serverOrigin } from '../wire/server-address.ts';
import { digestOf } from './attachments.ts';
import { cardsOf, checkedCards } from './checked-cards.ts';
import { CommandFault } from './command-fault.ts';
import { directPost } from './direct-post.ts';
import { firstContactWith } from './joining.ts';
import { enrolledBy } from './taking-enrolment.ts';

/**
 * From the address that she or her organisation named: a guardian's, through which everything goes from then on;
 * or that of a demonstration's own server, where there is no guardian.
 */
export async function setUpFromServer(
  address: string,
  code: string,
  count: CountBytes,
  sealed: Kept<SealedEnrolment>,
): Promise<(setup: Setup) => Setup> {
  const server = serverOrigin(address);
  if (!server) throw new CommandFault('address');
  const contact = await firstContactWith(server, code, sealed);
  if (contact) return contact;
  const post = directPost(server, count);
  const open = new ServerClient(post, null);
  try {
    const about = await open.about();
    // A real installation is never spoken to past its guardian, nor trusted on its own word.
    if (about.installation !== 'demonstration') throw new CommandFault('enrolment-missing');
    const session = await open.redeem(code.trim());
    if (session.role !== 'contributor' || !session.token) throw new CommandFault('code');
    const client = new ServerClient(post, session.token);
    const installed = await client.agreement();
    const attachments: [string, Uint8Array][] = [];
    for (const { name, digest } of installed.attachments) {
      attachments.push([name, await client.attachment(digest)]);
    }
    const document = new TextEncoder().encode(installed.document);
    await mustVerify(document, attachments);
    const cards = cardsOf(await client.cards());
    return () => ({
      ...EMPTY_SETUP,
      server,
      installation: about.installation,
      token: session.token ?? null,
      agreement: { document, attachments },
      verifiedAt: Date.now(),
      ...cards,
      uploadRecipient: about.uploadRecipient,
      guardianRecipient: about.guardianRecipient,
    });
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    if (!(error instanceof ServerFault)) throw new CommandFault('unreachable');
    if (error.status === 0) throw new CommandFault('unreachable');
    throw new CommandFault(error.status === 401 || error.status === 404 ? 'code' : 'failed', error.message);
  }
}

/**
 * From one local file: an enrolment, or `{ document, attachments: { name: text }, cards }`. From a device with
 * the latter nothing can be released, and only a demonstration records; it is for looking before one agrees.
 */
export async function setUpFromFile(
  text: string,
  installedBy: string | null,
): Promise<(setup: Setup) => Setup> {
  let file: { format?: unknown; document?: unknown; attachments?: unknown; cards?: unknown };
  try {
    file = JSON.parse(text);
  } catch {
    throw new CommandFault('file');
  }
  if (file?.format === 'aboveboard-enrolment') return enrolledBy(text, installedBy);
  if (
    typeof file?.document !== 'string' ||
    typeof file.attachments !== 'object' ||
    file.attachments === null
  ) {
    throw new CommandFault('file');
  }
  const document = new TextEncoder().encode(file.document);
  const attachments = Object.entries(file.attachments).map(([name, content]): [string, Uint8Array] => [
    name,
    new TextEncoder().encode(String(content)),
  ]);
  const agreement = await mustVerify(document, attachments);
  return () => ({
    ...EMPTY_SETUP,
    installation: agreement.class,
    agreement: { document, attachments },
    verifiedAt: Date.now(),
    cards: checkedCards(file.cards ?? []),
  });
}

/** Cards, and without a guardian the agreement, fetched again; what could not be checked stays as old as it was (T14). */
export async function refreshed(setup: Setup, post: Post): Promise<((setup: Setup) => Setup) | null> {
  const { server, token, enrolment } = setup;
  if (!token || (!server && !enrolment)) return null;
  const client = new ServerClient(post, token);
  if (enrolment) {
    const cards = cardsOf(await client.cards());
    return (now) => ({ ...now, ...cards });
  }
  // Of a demonstration without an enrolment: whom halves go to may be another than when it was set up.
  const { uploadRecipient, guardianRecipient } = await client.about();
  const installed = await client.agreement();
  const document = new TextEncoder().encode(installed.document);
  const known = new Map<string, Uint8Array>();
  for (const [, content] of setup.agreement?.attachments ?? []) known.set(await digestOf(content), content);
  const attachments: [string, Uint8Array][] = [];
  for (const { name, digest } of installed.attachments) {
    attachments.push([name, known.get(digest) ?? (await client.attachment(digest))]);
  }
  await mustVerify(document, attachments);
  const cards = cardsOf(await client.cards());
  const verifiedAt = Date.now();
  const recipients = { uploadRecipient, guardianRecipient };
  return (now) => ({ ...now, ...recipients, agreement: { document, attachments }, ...cards, verifiedAt });
}

async function mustVerify(document: Uint8Array, attachments: [string, Uint8Array][]) {
  const standing = await makeLocalVerifier(crypto.subtle).verify({
    document,
    attachments: new Map(attachments),
  });
  const parsed = parseAgreement(document);
  if (!standing.ok || !parsed.ok) {
    const fault = standing.ok ? undefined : standing.faults[0];
    throw new CommandFault('agreement', fault && `${fault.rule}: ${fault.at} ${fault.message}`);
  }
  return parsed.value;
}
