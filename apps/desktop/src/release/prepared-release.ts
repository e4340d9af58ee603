import { readSteps } from '@aboveboard/dataset/action-steps';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { maskFreeText } from '@aboveboard/redact/free-text';
import { applyEdits } from '@aboveboard/review/apply-edits';
import { type EditList, NO_EDITS, withCut } from '@aboveboard/review/edit-list';
import { type Leaving, measureLeaving } from '@aboveboard/review/leaving';
import type { ReviewAction } from '@aboveboard/review/review-action';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { codec, randomOf } from '../live-recording.ts';
import type { Shelf } from '../spool/shelf.ts';

/** What would leave, as it lies in the spool under an id and a key of its own. */
export type Prepared = { from: string; id: string; leaving: Leaving; lines: string[] };

/** What she says of it; `without` are numbers of steps that are left out with all that happened meanwhile. */
export type ReviewWords = { without: readonly number[]; worked: boolean | null; task: string | null };

/** What leaves has few lengths (SEAL8); what stays on this device has no use for them. */
export async function releaseSealer(keys: KeyRing, id: string) {
  return makePartSealer(await keys.open(id), crypto.subtle, randomOf, { padded: true });
}

/** Writes the result of her edits (REV10). The original stays as it is; a result that failed leaves nothing. */
export async function prepareRelease(
  from: string,
  words: ReviewWords,
  { shelf, keys, closed }: { shelf: Shelf; keys: KeyRing; closed: readonly string[] },
): Promise<Prepared> {
  const recording = await openRecording({ id: from, store: shelf.parts(from), ...(await codec(keys, from)) });
  const actions = (await readSteps(recording)).steps;
  const id = freshRecordingId(randomOf);
  await keys.create(id);
  try {
    const store = shelf.parts(id);
    const target = { id, store, sealer: await releaseSealer(keys, id), deflate: webDeflate };
    await applyEdits({
      recording,
      edits: editsOf(words, actions),
      actions,
      target,
      hitTest: async () => null,
      words: (text) => maskFreeText(text, [], closed).text,
    });
    const result = await openRecording(target);
    const { steps } = await readSteps(result);
    const leaving = await measureLeaving(result, store, steps.length);
    return { from, id, leaving, lines: steps.map(({ label }) => label) };
  } catch (error) {
    await shelf.destroy(id);
    throw error;
  }
}

/** One of the pictures that would leave; null: there is none of this number. */
export async function preparedPicture(
  { id }: Prepared,
  number: number,
  { shelf, keys }: { shelf: Shelf; keys: KeyRing },
): Promise<FrameItem | null> {
  const result = await openRecording({ id, store: shelf.parts(id), ...(await codec(keys, id)) });
  let at = 0;
  for await (const part of result.frames()) {
    const found = part[number - at];
    if (found) return found;
    at += part.length;
  }
  return null;
}

/** A step is left out with its time, half open; a gap of the same length stands in its place (REV3). */
export function editsOf({ without, worked, task }: ReviewWords, actions: readonly ReviewAction[]): EditList {
  const cuts = actions.filter(({ index }) => without.includes(index));
  return cuts.reduce<EditList>((edits, { from, to }) => withCut(edits, { from, to: to + 1 }), {
    ...NO_EDITS,
    worked,
    task,
  });
}
