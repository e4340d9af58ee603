import type { PartStore } from '@aboveboard/protocol/part';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import type { Installation } from '@aboveboard/server/installation';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import { nodeDeflate } from '@aboveboard/server/recordings/node-deflate';
import { Refusal } from '@aboveboard/server/refusal';
import type { Policy } from '@aboveboard/tlog/policy';
import { type Access, type AccessPurpose, JournalError } from '@aboveboard/vault/journal';
import { type CommandContext, CommandFailure } from './command.ts';

/** A recording that is open, its sealed parts as they lie here, and the journal's entry of this opening. */
export type OpenForReading = OpenedRecording & {
  sealed: Awaited<ReturnType<PartStore['list']>>;
  entry: string;
};

/**
 * The one way to plaintext here: writes the access journal for all of them, and only then gives how to open
 * each (T13).
 */
export async function openForPurpose(
  installation: Installation,
  purpose: AccessPurpose,
  ids: readonly string[],
): Promise<(id: string) => Promise<OpenForReading>> {
  return openingsOf(installation, await accessFor(installation, purpose, ids));
}

/** The entry of the access journal, durable and witnessed. */
export function accessFor(
  { journal, inner }: Installation,
  purpose: AccessPurpose,
  ids: readonly string[],
): Promise<Access> {
  return journal.beforeRead(purpose, ids).catch((error: unknown) => {
    if (!(error instanceof JournalError) || !(error.cause instanceof Refusal)) throw error;
    throw inWords(error.cause, inner.policy);
  });
}

/** How each recording of an access is opened. */
export function openingsOf(
  { recordings, inner }: Installation,
  access: Access,
): (id: string) => Promise<OpenForReading> {
  return async (id) => {
    const source = await saidInWords(recordings.openReleased(access, id), inner.policy);
    const opened = await openRecording({ ...source, deflate: nodeDeflate, subtle: nodeCiphers });
    return { ...opened, sealed: await source.store.list(), entry: access.entry };
  };
}

/** The secret that takes the key of every recording of an access (REL4). */
export function jointSecretOf(
  { recordings, inner }: Installation,
  access: Access,
): (salt: Uint8Array) => Promise<Uint8Array> {
  return (salt) => saidInWords(recordings.jointSecret(access, salt), inner.policy);
}

function saidInWords<T>(work: Promise<T>, policy: Policy): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof Refusal ? inWords(error, policy) : error;
  });
}

/** Mostly witnesses or guardian are away: what has to run is said, so that nobody has to guess. */
function inWords(refusal: Refusal, { witnesses }: Policy): CommandFailure {
  const asked = witnesses.flatMap(({ name, url }) => (url ? [`\n  ${name} at ${url}`] : []));
  const isAway = refusal.code === 'unavailable' && asked.length > 0;
  const hint = isAway
    ? `\nThese have to run, each with its party ("aboveboard guardian"):${asked.join('')}`
    : '';
  return new CommandFailure(`${refusal.message}${hint}`, { cause: refusal });
}

/** Who reads what people released; an operator has no way to (T13). */
export const COMMAND_RESEARCHER = 'researcher:command';

/**
 * For whom a job reads: the account that asked for the grant. Without one the command's own, under which a demonstration
 * approves for itself and production finds nothing.
 */
export async function readerUnder(
  { grants }: Pick<Installation, 'grants'>,
  grant: string | undefined,
): Promise<string> {
  if (grant === undefined) return COMMAND_RESEARCHER;
  const asker = await grants.askerOf(grant);
  if (asker === null) throw new CommandFailure('There is no grant of that id here.');
  return `researcher:${asker}`;
}

/**
 * One recording: what nobody released for the operator, what contributors released for a researcher, under `grant`
 * (`readerUnder`). Throws CommandFailure when there is none of that id, or no grant that covers this.
 */
export async function openForReading(
  context: CommandContext,
  id: string,
  { kind, grant }: { kind: AccessPurpose['kind']; grant: string | undefined },
): Promise<OpenForReading> {
  const installation = await context.installation({ opens: true });
  const [known] = await installation.recordings.known([id]);
  if (!known) {
    throw new CommandFailure('There is no recording of that id here. "aboveboard recordings" lists them.');
  }
  if (known.class !== 'own' && grant !== undefined) {
    throw new CommandFailure('Nobody released this recording: it is read without a grant.');
  }
  const by = known.class === 'own' ? await readerUnder(installation, grant) : 'operator';
  const open = await openForPurpose(installation, { kind, by }, [id]);
  return await open(id);
}
