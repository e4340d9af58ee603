import type { GuardianWord } from '@aboveboard/protocol/guardian-word';

/** What of a round of the probe stands in the log of uses (CTL27). `heard`: milliseconds since the epoch. */
export type Entered = {
  at: number;
  tried: number;
  unanswered: number;
  found: number;
  locked: boolean;
  heard: number;
};

const DAY = 86_400_000;

/** Null: no round has ended since the guardian was started, so there is nothing to enter. */
export function enteredFrom({ probe, lockedBy }: GuardianWord, heard: number): Entered | null {
  if (!probe) return null;
  const { at, tried, unanswered, found } = probe;
  return { at, tried, unanswered, found, locked: lockedBy !== null, heard };
}

/** The first since the server began, whenever it is another result than the last, and once a day. */
export function isEntryDue(last: Entered | null, next: Entered): boolean {
  if (last === null) return true;
  return (
    last.found !== next.found ||
    last.unanswered > 0 !== next.unanswered > 0 ||
    last.locked !== next.locked ||
    Math.abs(next.heard - last.heard) >= DAY
  );
}
