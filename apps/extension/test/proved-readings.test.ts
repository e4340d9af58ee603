import { commitmentEntry, plainEntry } from '@aboveboard/consent/uses-entry';
import type { MyAccesses } from '@aboveboard/protocol/grants';
import { openLog } from '@aboveboard/tlog/log-reader';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { describe, expect, test } from 'vitest';
import { type HeldUses, proveReadings } from '../src/own-data/proved-readings.ts';
import { StandInLog } from './stand-in-log.ts';

const DAY = 86_400;
const TODAY = Math.floor(Date.now() / 1000 / DAY) * DAY;
const day = (back: number) => new Date((TODAY - back * DAY) * 1000).toISOString().slice(0, 10);
const GRANT = 'ab'.repeat(16);

function opening(
  back: number,
  over: { purpose?: string; grant?: string; recordings?: number } = {},
): Uint8Array {
  return plainEntry({
    format: 'aboveboard-use',
    formatVersion: 1,
    at: TODAY - back * DAY,
    actor: { role: 'researcher', account: null },
    act: { kind: 'access', grant: GRANT, purpose: 'dataset', recordings: 3, list: '0'.repeat(64), ...over },
  });
}

async function held(entries: readonly Uint8Array[], first = 0): Promise<HeldUses> {
  const log = new StandInLog('stand-in.example/uses', 21);
  log.entries.push(...entries);
  const policy = parsePolicy(new TextEncoder().encode(log.policy));
  if (!policy.ok) throw new Error('not a policy');
  const { reader, verdict } = await openLog({ read: (path) => log.read(path) }, policy.value);
  return { reader, first, time: verdict.time };
}

type Told = MyAccesses['accesses'][number];
function told(...accesses: Partial<Told>[]): MyAccesses {
  const one: Told = {
    day: day(0),
    kind: 'dataset',
    by: 'researcher',
    grant: GRANT,
    recordings: ['A', 'B'],
    entry: 0,
  };
  return {
    accesses: accesses.map((over) => ({ ...one, ...over })),
    days: [2, 1, 0].map((back) => ({ day: day(back), readings: 99 })),
  };
}
const proofs = async (say: MyAccesses, log: HeldUses | null) =>
  (await proveReadings(say, log)).readings.map(({ proof }) => proof);

describe('what the server says of readings', () => {
  test('[ACC51] holds where the log has that opening at that place, and is not said to where it is not here', async () => {
    const log = await held([opening(0), commitmentEntry(new Uint8Array(32)), opening(1)]);
    expect(await proofs(told({}, { entry: 2, day: day(1) }, { entry: 3 }, { entry: null }), log)).toEqual([
      'proved',
      'proved',
      'newer',
      'not-entered',
    ]);
    expect(await proofs(told({}), { ...log, first: 1 })).toEqual(['older']);
    expect(await proofs(told({}), null)).toEqual(['no-log']);
  });

  test.each<[string, Partial<Told>]>([
    ['an entry that is no opening', { entry: 1 }],
    ['another purpose', { kind: 'inspection' }],
    ['another grant', { grant: 'cd'.repeat(16) }],
    ['more of hers than were opened', { recordings: ['A', 'B', 'C', 'D'] }],
    ['another day', { day: day(5) }],
  ])('[ACC51] seeded hole: %s does not hold', async (_, over) => {
    const log = await held([opening(0), commitmentEntry(new Uint8Array(32))]);
    expect(await proofs(told(over), log)).toEqual(['differs']);
  });

  test('[ACC51] seeded hole: one entry stands for one reading', async () => {
    const log = await held([opening(0)]);
    expect(await proofs(told({}, {}), log)).toEqual(['proved', 'differs']);
  });

  test('[ACC52] each day has its number, also none: hers as told, in all as counted here and only where all of it is here', async () => {
    const entries = [opening(2), opening(1), opening(1), opening(0)];
    const { days } = await proveReadings(told({ entry: 3 }), await held(entries));
    expect(days).toEqual([
      { day: day(2), hers: 0, inAll: 1 },
      { day: day(1), hers: 0, inAll: 2 },
      { day: day(0), hers: 1, inAll: 1 },
    ]);
    const late = await held(entries);
    const { days: fewer } = await proveReadings(told(), { ...late, first: 1 });
    expect(fewer.map(({ inAll }) => inAll)).toEqual([null, null, 1]);
    expect((await proveReadings(told(), null)).days.map(({ inAll }) => inAll)).toEqual([null, null, null]);
  });
});
