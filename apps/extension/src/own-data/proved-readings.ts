import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { MyAccesses } from '@aboveboard/protocol/grants';
import type { LogReader } from '@aboveboard/tlog/log-reader';

/**
 * What this device found of a reading in the log of uses that it follows. `differs`: what stands there says something else,
 * so the server or the log is wrong. `not-entered`: the server says itself that it never came into the log.
 */
export type ReadingProof = 'proved' | 'differs' | 'not-entered' | 'newer' | 'older' | 'no-log';

export type ProvedReading = MyAccesses['accesses'][number] & { proof: ReadingProof };

/** `inAll`: readings of anybody's recordings that the log has of that day; null: this device does not hold all of that day. */
export type ReadingDay = { day: string; hers: number; inAll: number | null };

/** The part of the log that is here; whatever `reader` gives is proved under a head that witnesses signed. */
export type HeldUses = { reader: Pick<LogReader, 'entries' | 'size'>; first: number; time: number | null };

const DAY = 86_400;

/** The server's word on what was read of hers, held against the log (ACC51, ACC52). */
export async function proveReadings(
  told: MyAccesses,
  held: HeldUses | null,
): Promise<{ readings: ProvedReading[]; days: ReadingDay[] }> {
  const opened = held && (await openings(held));
  const claimed = new Set<number>();
  const readings = told.accesses.map((one) => {
    const proof = proofOf(one, held, opened?.byIndex ?? new Map(), claimed);
    if (one.entry !== null) claimed.add(one.entry);
    return { ...one, proof };
  });
  const days = told.days.map(({ day }) => ({
    day,
    hers: told.accesses.filter((one) => one.day === day).length,
    inAll: opened && opened.from <= day && day <= opened.until ? (opened.byDay.get(day) ?? 0) : null,
  }));
  return { readings, days };
}

type Opening = { at: number; grant: string; purpose: string; recordings: number };

async function openings({ reader, first, time }: HeldUses) {
  const byIndex = new Map<number, Opening>();
  const byDay = new Map<string, number>();
  let earliest: number | null = null;
  for await (const { index, entry } of reader.entries(first)) {
    const read = readUsesEntry(entry);
    if (!read.ok || read.value.kind !== 'plain') continue;
    const { at, act } = read.value.use;
    earliest ??= at;
    if (act.kind !== 'access') continue;
    byIndex.set(index, { at, ...act });
    byDay.set(dayOf(at), (byDay.get(dayOf(at)) ?? 0) + 1);
  }
  // Of the first day that is here a part may be missing, unless the log begins here.
  const from = first === 0 ? '' : earliest === null ? '9999' : dayOf(earliest + DAY);
  return { byIndex, byDay, from, until: time === null ? '' : dayOf(time) };
}

function proofOf(
  one: MyAccesses['accesses'][number],
  held: HeldUses | null,
  known: ReadonlyMap<number, Opening>,
  claimed: ReadonlySet<number>,
): ReadingProof {
  if (one.entry === null) return 'not-entered';
  if (!held) return 'no-log';
  if (one.entry >= held.reader.size) return 'newer';
  if (one.entry < held.first) return 'older';
  const there = known.get(one.entry);
  const isSame =
    there !== undefined &&
    !claimed.has(one.entry) &&
    there.purpose === one.kind &&
    there.recordings >= one.recordings.length &&
    (one.grant === null || there.grant === one.grant) &&
    // The journal's row is a moment older than the entry, and midnight may lie between, in whichever zone the server keeps.
    Math.abs(Date.parse(one.day) / 1000 - Math.floor(there.at / DAY) * DAY) <= DAY;
  return isSame ? 'proved' : 'differs';
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
