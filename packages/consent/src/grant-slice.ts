import type { GrantSlice } from './grant-document.ts';

/** What is known of a recording without opening it. Null or absent: not known. */
export type SlicedRecording = {
  readonly id: string;
  readonly week?: string | null;
  readonly card?: { readonly id: string; readonly version: number } | null;
};

/** Is it within? What is not known of it is not (GRT42). */
export function sliceCovers(slice: GrantSlice, { id, week, card }: SlicedRecording): boolean {
  if (slice.kind === 'recordings') return slice.recordings.includes(id);
  const { cards, weeks } = slice;
  if (!week || !/^\d{4}-W\d\d$/.test(week) || week < weeks.from || week > weeks.to) return false;
  if (cards === null) return true;
  return cards.some((one) => one.id === card?.id && (one.version === null || one.version === card.version));
}
