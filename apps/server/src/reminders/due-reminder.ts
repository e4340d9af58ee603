import { createHash } from 'node:crypto';
import type { ShownWait } from '@aboveboard/protocol/controls';

/** The last mail that went to an address: its day, and what waited then. */
export type Told = { on: string; of: Uint8Array };

const DAY = 86_400_000;
const NEAR = 3 * DAY;
const AGAIN = 7 * DAY;

/** The same for the same waits, whatever their words. 32 bytes. */
export function digestOfWaits(waits: readonly ShownWait[]): Uint8Array {
  const said = waits.map(({ kind, by }) => `${kind} ${by ?? 'now'}`).sort();
  return new Uint8Array(createHash('sha256').update(said.join('\n')).digest());
}

/**
 * Whether an address is to be told on `today` (CTL36): something else waits than when it was told last, the nearest deadline is within
 * three days, or a week went by. Days are YYYY-MM-DD. What it was told on a day that is yet to come (a clock was wrong) is not counted.
 */
export function isReminderDue(waits: readonly ShownWait[], told: Told | null, today: string): boolean {
  if (waits.length === 0) return false;
  const now = Date.parse(today);
  if (told === null || Date.parse(told.on) > now) return true;
  if (told.on === today) return false;
  if (!Buffer.from(told.of).equals(digestOfWaits(waits))) return true;
  const nearest = nearestDay(waits);
  return nearest === null || Date.parse(nearest) - now <= NEAR || now - Date.parse(told.on) >= AGAIN;
}

/** Null: something is to be done at once. */
export function nearestDay(waits: readonly ShownWait[]): string | null {
  if (waits.some(({ by }) => by === null)) return null;
  return (
    waits
      .map(({ by }) => by as string)
      .sort()
      .at(0) ?? null
  );
}
