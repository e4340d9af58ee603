import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../src/command.ts';
import { reportRetention } from '../src/retention-report.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const hourAgo = new Date(now - 3_600_000);
const sweep = { began: hourAgo, ended: hourAgo, failed: false, unplaced: 0 };

async function told(rows: readonly object[]) {
  let found: unknown;
  const context = {
    installation: async () => ({ inner: { database: { query: async () => rows } } }),
    print: () => undefined,
    result: (value: unknown) => {
      found = value;
    },
  } as unknown as CommandContext;
  const failure = await reportRetention(context, now).then(
    () => null,
    (error: Error) => error.name,
  );
  return { found, failure };
}

describe('aboveboard retention', () => {
  it('[RET9] says when the last sweep ended, and fails when the alarm is on', async () => {
    const ended = hourAgo.toISOString();
    expect(await told([sweep])).toEqual({ found: { alarm: null, ended }, failure: null });
    expect(await told([])).toEqual({ found: { alarm: 'never', ended: null }, failure: 'CommandFailure' });
    for (const [change, alarm] of [
      [{ failed: true }, 'failed'],
      [{ unplaced: 2 }, 'unplaced'],
    ] as const)
      expect(await told([{ ...sweep, ...change }])).toEqual({
        found: { alarm, ended },
        failure: 'CommandFailure',
      });
  });
});
