import { expect, it } from 'vitest';
import { runKillRounds } from './kill-rounds.ts';

it.each(['server', 'database', 'both'] as const)(
  '[UPL21] [UPL40] [VLT74] [LIN10] kill -9 of the %s in the middle loses nothing that was acknowledged',
  async (target) => {
    const report = await runKillRounds({ target, rounds: 3, seed: 20 });
    expect(report.faults).toEqual([]);
    expect(report.rounds).toBe(3);
  },
);
