import type { PartStore } from '@aboveboard/protocol/part';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { Installation } from '@aboveboard/server/installation';
import { Refusal } from '@aboveboard/server/refusal';
import { type AccessPurpose, JournalError } from '@aboveboard/vault/journal';
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
  { journal, recordings }: Pick<Installation, 'journal' | 'recordings'>,
  purpose: AccessPurpose,
  ids: readonly string[],
): Promise<(id: string) => Promise<OpenForReading>> {
  const access = await journal.beforeRead(purpose, ids).catch((error: unknown) => {
    // Mostly the witnesses: a demonstration's guardian runs while its server does.
    if (!(error instanceof JournalError) || !(error.cause instanceof Refusal)) throw error;
    throw new CommandFailure(`${error.cause.message} Is the server running?`, { cause: error });
  });
  return async (id) => {
    const source = await recordings.openReleased(access, id);
    const opened = await openRecording({ ...source, deflate: webDeflate });
    return { ...opened, sealed: await source.store.list(), entry: access.entry };
  };
}

/** One recording for the operator. Throws CommandFailure when there is none of that id. */
export async function openForReading(
  context: CommandContext,
  id: string,
  purpose: AccessPurpose['kind'],
): Promise<OpenForReading> {
  const installation = await context.installation();
  const [known] = await installation.recordings.known([id]);
  if (!known) {
    throw new CommandFailure('There is no recording of that id here. "aboveboard recordings" lists them.');
  }
  const open = await openForPurpose(installation, { kind: purpose, by: 'operator' }, [id]);
  return await open(id);
}
