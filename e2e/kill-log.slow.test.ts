import { expect, it } from 'vitest';
import { runLogKills } from './kill-log.ts';

it('[LGS12] thirty rounds of each', async () => {
  for (const target of ['writer', 'database', 'both'] as const) {
    const report = await runLogKills({ target, rounds: 30, seed: 1 });
    expect(report.faults, target).toEqual([]);
    expect(report.rounds, target).toBe(30);
  }
});
