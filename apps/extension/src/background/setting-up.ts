import { parseAgreement } from '@aboveboard/consent/agreement';
import { makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { parseTaskCards } from '@aboveboard/protocol/task-card-check';
import { hexOf } from '../store/byte-text.ts';
import { EMPTY_SETUP, type Setup } from '../store/setup.ts';
import { serverOrigin } from '../wire/server-address.ts';
import { CommandFault } from './command-fault.ts';
import { type CountBytes, ServerClient, ServerFault } from './server-client.ts';

/** Agreement, cards and the vault's recipient from the server that she or her organisation named. */
export async function setUpFromServer(
  address: string,
  code: string,
  count: CountBytes,
): Promise<(setup: Setup) => Setup> {
  const server = serverOrigin(address);
  if (!server) throw new CommandFault('address');
  const open = new ServerClient(server, null, count);
  try {
    const about = await open.about();
    const session = await open.redeem(code.trim());
    if (session.role !== 'contributor' || !session.token) throw new CommandFault('code');
    const client = new ServerClient(server, session.token, count);
    const installed = await client.agreement();
    const attachments: [string, Uint8Array][] = [];
    for (const { name, digest } of installed.attachments) {
      attachments.push([name, await client.attachment(digest)]);
    }
    const document = new TextEncoder().encode(installed.document);
    await mustVerify(document, attachments);
    const cards = checkedCards(await client.cards());
    return () => ({
      ...EMPTY_SETUP,
      server,
      installation: about.installation,
      token: session.token ?? null,
      agreement: { document, attachments },
      verifiedAt: Date.now(),
      cards,
      uploadRecipient: about.uploadRecipient,
    });
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    if (!(error instanceof ServerFault)) throw new CommandFault('unreachable');
    if (error.status === 0) throw new CommandFault('unreachable');
    throw new CommandFault(error.status === 401 || error.status === 404 ? 'code' : 'failed', error.message);
  }
}

/**
 * The same from one local file: `{ document, attachments: { name: text }, cards }`. Nothing can be released from
 * such a device; it is for looking before one agrees, and for an operator who carries the agreement by hand.
 */
export async function setUpFromFile(text: string): Promise<(setup: Setup) => Setup> {
  let file: { document?: unknown; attachments?: unknown; cards?: unknown };
  try {
    file = JSON.parse(text);
  } catch {
    throw new CommandFault('file');
  }
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

/** The state of the rules, fetched again; what could not be checked stays as old as it was (T14). */
export async function refreshed(setup: Setup, count: CountBytes): Promise<((setup: Setup) => Setup) | null> {
  const { server, token } = setup;
  if (!server) return null;
  const client = new ServerClient(server, token, count);
  const installed = await client.agreement();
  const document = new TextEncoder().encode(installed.document);
  const known = new Map<string, Uint8Array>();
  for (const [, content] of setup.agreement?.attachments ?? []) known.set(await digestOf(content), content);
  const attachments: [string, Uint8Array][] = [];
  for (const { name, digest } of installed.attachments) {
    attachments.push([name, known.get(digest) ?? (await client.attachment(digest))]);
  }
  await mustVerify(document, attachments);
  const cards = checkedCards(await client.cards());
  const verifiedAt = Date.now();
  return (now) => ({ ...now, agreement: { document, attachments }, cards, verifiedAt });
}

async function digestOf(content: Uint8Array): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>)));
}

/** What a card says may stay literal: one that is none is not taken for one (REC18). */
function checkedCards(given: unknown): TaskCard[] {
  const parsed = parseTaskCards(given);
  if (!parsed.ok) throw new CommandFault('file', parsed.faults[0] && `cards: ${parsed.faults[0].message}`);
  return parsed.value;
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
