import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { AccessPurpose } from '@aboveboard/vault/journal';
import { type CommandContext, CommandFailure } from './command.ts';

/** Writes the access journal, then opens (T13). Throws CommandFailure when there is no such recording. */
export async function openForReading(
  context: CommandContext,
  id: string,
  purpose: AccessPurpose['kind'],
): Promise<OpenedRecording> {
  const { journal, recordings } = await context.installation();
  const [known] = await recordings.known([id]);
  if (!known) {
    throw new CommandFailure('There is no recording of that id here. "aboveboard recordings" lists them.');
  }
  const access = await journal.beforeRead({ kind: purpose, by: 'operator' }, [id]);
  return openRecording({ ...(await recordings.openReleased(access, id)), deflate: webDeflate });
}
