import { plainEntry } from '@aboveboard/consent/uses-entry';
import type { OwnHold } from '@aboveboard/protocol/holds';
import type { MyRecording } from '@aboveboard/protocol/installation';
import { openLog } from '@aboveboard/tlog/log-reader';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { describe, expect, test } from 'vitest';
import { proveHolds } from '../src/own-data/proved-holds.ts';
import type { HeldUses } from '../src/own-data/proved-readings.ts';
import { StandInLog } from './stand-in-log.ts';

const HOLD = '2c'.repeat(16);
const AT = 1_795_000_000;
const use = (act: object) =>
  plainEntry({
    format: 'aboveboard-use',
    formatVersion: 1,
    at: AT,
    actor: { role: 'representative', account: null },
    act,
  } as Parameters<typeof plainEntry>[0]);
const hold = (over: object = {}) =>
  use({
    kind: 'hold',
    hold: HOLD,
    reason: 'court-order',
    approvedBy: [
      { role: 'employer', account: null },
      { role: 'representative', account: null },
    ],
    until: AT + 86_400,
    subject: '0'.repeat(64),
    ...over,
  });

async function held(...entries: Uint8Array[]): Promise<HeldUses> {
  const log = new StandInLog('stand-in.example/uses', 21);
  log.entries.push(...entries);
  const policy = parsePolicy(new TextEncoder().encode(log.policy));
  if (!policy.ok) throw new Error('not a policy');
  const { reader, verdict } = await openLog({ read: (path) => log.read(path) }, policy.value);
  return { reader, first: 0, time: verdict.time };
}
const told = (over: Partial<OwnHold> = {}): MyRecording[] => [
  { id: 'A', state: 'released', parts: 1, bytes: 1 },
  {
    id: 'B',
    state: 'released',
    parts: 1,
    bytes: 1,
    held: {
      hold: HOLD,
      reason: 'court-order',
      until: new Date((AT + 86_400) * 1000).toISOString().slice(0, 10),
      by: ['employer', 'representative'],
      entry: 0,
      erasureWaits: true,
      ...over,
    },
  },
];
const proof = async (recordings: MyRecording[], uses: HeldUses | null) =>
  (await proveHolds(recordings, uses)).map(({ id, proof: found }) => `${id} ${found}`);

describe('what the server says is held', () => {
  test('[HLD26] holds where the log has that hold, and is not said to where it is not here', async () => {
    expect(await proof(told(), await held(hold()))).toEqual(['B proved']);
    expect(await proof(told({ entry: 7 }), await held(hold()))).toEqual(['B newer']);
    expect(await proof(told(), { ...(await held(hold())), first: 1 })).toEqual(['B older']);
    expect(await proof(told(), null)).toEqual(['B no-log']);
  });

  test.each<[string, Uint8Array[], Partial<OwnHold>]>([
    ['another hold', [hold({ hold: '3d'.repeat(16) })], {}],
    ['another reason', [hold({ reason: 'legal-claim' })], {}],
    ['another day', [hold({ until: AT + 9 * 86_400 })], {}],
    [
      'only asked for',
      [
        use({
          kind: 'hold-asked',
          hold: HOLD,
          reason: 'court-order',
          until: AT + 86_400,
          subject: '0'.repeat(64),
        }),
      ],
      {},
    ],
    [
      'approved by the employer and the officer',
      [
        hold({
          approvedBy: [
            { role: 'employer', account: null },
            { role: 'data-protection-officer', account: null },
          ],
        }),
      ],
      {},
    ],
    ['ended since', [hold(), use({ kind: 'hold-ended', hold: HOLD })], {}],
  ])('[HLD26] seeded hole: %s does not hold', async (_, entries, over) => {
    expect(await proof(told(over), await held(...entries))).toEqual(['B differs']);
  });
});
