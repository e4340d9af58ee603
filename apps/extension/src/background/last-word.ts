import type { Post } from '@aboveboard/capture/line/server-client';
import { kept } from '../store/settings.ts';

/** When this device last spoke under her session, in milliseconds since the epoch: the server counts from that month (RET13). */
export const LAST_WORD = 'last-word';
const DAY = 86_400_000;
const NOTICE_DAYS = 30;

/** The same way, which notes on the device when it was answered under her session. */
export function notingWords(post: Post, database: IDBDatabase, now: () => number = Date.now): Post {
  return async (question) => {
    const answer = await post(question);
    if (question.token && answer.status < 400) await kept<number>(database, LAST_WORD).put(now());
    return answer;
  };
}

/**
 * The day from which on what she released may be erased for silence, if that is near or over; null: it is not, or nothing is
 * agreed about it, or nothing of hers is there. Counted from the day itself, it is never later than what the server counts.
 */
export function silenceEnds(given: {
  lastWord: number | null;
  silenceDays: number | undefined;
  released: number;
  now: number;
}): string | null {
  const { lastWord, silenceDays, released, now } = given;
  if (lastWord === null || silenceDays === undefined || released === 0) return null;
  const end = lastWord + silenceDays * DAY;
  return now >= end - NOTICE_DAYS * DAY ? new Date(end).toISOString().slice(0, 10) : null;
}
