import { expect, it } from 'vitest';
import { keepKillReport } from './kill-rounds.ts';

it('[UPL21] [UPL40] fifty rounds of each, and what was seen is kept', async () => {
  const reports = await keepKillReport(50, 1, () => undefined);
  for (const [target, report] of Object.entries(reports)) {
    expect(report.faults, target).toEqual([]);
    // A kill that fell after the last answer tries little.
    expect(report.inTheMiddle, target).toBeGreaterThan(25);
  }
});
