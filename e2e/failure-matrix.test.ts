import { describe, expect, it } from 'vitest';
import { type Act, runFailureMatrix } from './failure/failure-matrix.ts';
import type { Hole } from './failure/victim-process.ts';

/** A round of every second kind; e2e/failure-matrix.slow.test.ts goes through all of the steps. */
describe('the failure matrix', () => {
  it('[VLT74] [UPL40] finds nothing unlogged, lost or left when server or guardian are killed or without disk', async () => {
    const report = await runFailureMatrix({ rounds: 12 });
    expect(report.faults).toEqual([]);
    expect(report.failed).toBeGreaterThan(8);
    expect(report.openings).toBeGreaterThan(0);
  });

  it.each<[Hole, Act, 'unloggedOpenings' | 'recordingsLost' | 'halvesLeft']>([
    ['unlogged opening', 'opening', 'unloggedOpenings'],
    ['lost recording', 'split', 'recordingsLost'],
    ['half left', 'erasure', 'halvesLeft'],
    ['half left', 'retention', 'halvesLeft'],
  ])('finds the seeded hole: %s', async (hole, act, kind) => {
    // A start sweeps before the hole is seeded in it: the third round is the first without a start.
    const report = await runFailureMatrix({ rounds: act === 'retention' ? 3 : 1, acts: [act], hole });
    expect(report[kind]).toBeGreaterThan(0);
  });
});
