import { expect, it } from 'vitest';
import { runLogKills } from './kill-log.ts';

it.each(['writer', 'database', 'both'] as const)(
  '[LGS10] [LGS11] [LGS12] kill -9 of the %s while two processes append loses and doubles nothing',
  async (target) => {
    const report = await runLogKills({ target, rounds: 2, seed: 7 });
    expect(report.faults).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(0);
  },
);
