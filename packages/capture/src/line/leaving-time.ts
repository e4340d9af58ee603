const MINUTE = 60_000;
/** The longest that an upload waits beyond the cooling time, so that its time tells nothing of the release. */
const JITTER = 4 * 60 * MINUTE;
const DAY = 86_400_000;
/** After a day's network is used up the next day's begins at a time of its own, not at its first second. */
const MORNING = 60 * MINUTE;

/** Fresh bytes from a cryptographic source; passed in, so that a test can hold the times to it. */
export type RandomBytes = (length: number) => Uint8Array;

/** Until when a release can be recalled, and when it leaves: a time after that which nobody can guess (SPO42). */
export function leavingTime(
  now: number,
  coolingMinutes: number,
  random: RandomBytes,
): { recallUntil: number; uploadAt: number } {
  const cooling = coolingMinutes * MINUTE;
  const recallUntil = now + cooling;
  return { recallUntil, uploadAt: recallUntil + Math.floor(share(random) * Math.min(cooling / 10, JITTER)) };
}

/** After an upload was cut or refused: between one and one and a half times so many minutes (SPO42). */
export function retryTime(now: number, minutes: number, random: RandomBytes): number {
  return now + Math.floor(minutes * MINUTE * (1 + share(random) / 2));
}

/** In the first hour of the next day, which is when the count of the network begins anew (SPO47). */
export function nextDay(now: number, random: RandomBytes): number {
  return (Math.floor(now / DAY) + 1) * DAY + Math.floor(share(random) * MORNING);
}

/** In [0, 1), of 48 bits. */
function share(random: RandomBytes): number {
  return random(6).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
}
