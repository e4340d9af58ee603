/**
 * Notices for contributors' recorders (spec/breach.md, BRE10-BRE16). Everyone is given the same: a list of boards, and each board whole,
 * as blocks of one size of which each opens for one contributor, or for nobody.
 *
 *   GET /api/notices          -> NoticeBoards
 *   GET /api/notices/{board}  -> bytes: the blocks of that board, one after another
 */
export type NoticeBoards = { boards: { id: string; blocks: number }[] };

/** What a block says, as JSON. */
export type BreachNotice = {
  notice: 'breach';
  /** The days that it is about, both included. */
  from: string;
  to: string;
  /** What was read of hers in that time, the newest first, as far as there is room. */
  readings: NoticedReading[];
  /** Readings that found no room here; the page of her data has them all. */
  more: number;
};
export type NoticedReading = {
  day: string;
  /** The role of who read. */
  by: string;
  kind: string;
  grant: string | null;
  recordings: string[];
  /** Where it stands in the log of uses; null: it is not there. */
  entry: number | null;
};

/** Null: it is nothing that this version understands. */
export function readNotice(text: string): BreachNotice | null {
  try {
    const said = JSON.parse(text) as Partial<BreachNotice> | null;
    const isDay = (day: unknown) => typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day);
    const readings = said?.readings;
    if (said?.notice !== 'breach' || !isDay(said.from) || !isDay(said.to)) return null;
    if (!Array.isArray(readings) || !Number.isSafeInteger(said.more)) return null;
    const sound = readings.every(
      (one) =>
        isDay(one?.day) &&
        typeof one.by === 'string' &&
        typeof one.kind === 'string' &&
        (one.grant === null || typeof one.grant === 'string') &&
        (one.entry === null || Number.isSafeInteger(one.entry)) &&
        Array.isArray(one.recordings) &&
        one.recordings.every((id) => typeof id === 'string'),
    );
    return sound ? (said as BreachNotice) : null;
  } catch {
    return null;
  }
}
