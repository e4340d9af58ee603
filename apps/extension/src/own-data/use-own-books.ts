import { type KeptUses, USES_LOG } from '@aboveboard/capture/line/followed-uses';
import { keptTiles } from '@aboveboard/capture/line/kept-tiles';
import { enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { policyNow } from '@aboveboard/consent/followed-policy';
import { openLog } from '@aboveboard/tlog/log-reader';
import { useEffect, useState } from 'react';
import { openDatabase } from '../store/database.ts';
import { kept } from '../store/settings.ts';
import { readSetup } from '../store/setup.ts';
import {
  ERASE_EVERYTHING,
  ERASURES,
  HELD_THERE,
  type HeldThere,
  type KeptErasure,
  WAITING_ERASURES,
  type WaitingErasure,
} from './held-there.ts';
import { type KeptNotice, NOTICES, type NoticeBook } from './kept-notices.ts';
import { type ProvedHold, proveHolds } from './proved-holds.ts';
import { type HeldUses, type ProvedReading, proveReadings, type ReadingDay } from './proved-readings.ts';

/** What this device has of hers besides recordings; the log is checked anew each time that it is read. */
export type OwnBooks = {
  there: HeldThere | null;
  readings: ProvedReading[];
  days: ReadingDay[];
  erasures: KeptErasure[];
  holds: ProvedHold[];
  waiting: WaitingErasure[];
  notices: KeptNotice[];
  erasing: boolean;
};

/** Null until it was read; `change`: anything that changes when there may be something new. */
export function useOwnBooks(change: unknown): OwnBooks | null {
  const [books, setBooks] = useState<OwnBooks | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again with each change of the view
  useEffect(() => {
    let open = true;
    void readOwnBooks().then(
      (read) => open && setBooks(read),
      () => undefined,
    );
    return () => {
      open = false;
    };
  }, [change]);
  return books;
}

export async function readOwnBooks(): Promise<OwnBooks> {
  const database = await openDatabase();
  try {
    const there = await kept<HeldThere>(database, HELD_THERE).get();
    const none = { readings: [], days: [] };
    const uses = there?.answer ? await heldUses(database).catch(() => null) : null;
    const proved = there?.answer ? await proveReadings(there.answer.readings, uses) : none;
    return {
      there,
      ...proved,
      holds: await proveHolds(there?.answer?.recordings ?? [], uses),
      waiting: (await kept<WaitingErasure[]>(database, WAITING_ERASURES).get()) ?? [],
      notices: (await kept<NoticeBook>(database, NOTICES).get())?.notices ?? [],
      erasures: (await kept<KeptErasure[]>(database, ERASURES).get()) ?? [],
      erasing: (await kept<boolean>(database, ERASE_EVERYTHING).get()) === true,
    };
  } finally {
    database.close();
  }
}

async function heldUses(database: IDBDatabase): Promise<HeldUses | null> {
  const { enrolment } = await readSetup(database);
  const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
  const log = await kept<KeptUses>(database, USES_LOG).get();
  if (!parsed?.ok || !log?.checkpoint) return null;
  const source = keptTiles(log.checkpoint, new Map(log.tiles));
  const { reader, verdict } = await openLog(source, policyNow(parsed.value.uses.policy, log.policy));
  return { reader, first: log.first, time: verdict.time };
}
