import type { PartStore } from '@aboveboard/protocol/part';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { AccessPurpose } from '@aboveboard/vault/journal';
import { type CommandContext, CommandFailure } from './command.ts';

/** A recording that is open, its sealed parts as they lie here, and the journal's entry of this opening. */
export type OpenForReading = OpenedRecording & {
  sealed: Awaited<ReturnType<PartStore['list']>>;
  entry: string;
};

/** Writes the access journal, then opens (T13). Throws CommandFailure when there is no such recording. */
export async function openForReading(
  context: CommandContext,
  id: string,
  purpose: AccessPurpose['kind'],
): Promise<OpenForReading> {
  const { journal, recordings } = await context.installation();
  const [known] = await recordings.known([id]);
  if (!known) {
    throw new CommandFailure('There is no recording of that id here. "aboveboard recordings" lists them.');
  }
  const access = await journal.beforeRead({ kind: purpose, by: 'operator' }, [id]);
  const source = await recordings.openReleased(access, id);
  const opened = await openRecording({ ...source, deflate: webDeflate });
  return { ...opened, sealed: await source.store.list(), entry: access.entry };
}
