import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import { expect, it } from 'vitest';
import { planFrom } from '../src/release-making.ts';
import { measureRelease } from '../src/release-risk.ts';
import { sourcesOfWork } from './made-up-recordings.ts';

const LIMIT = 600_000;

it('[RISK11] the risk is measured of the very recordings of a plan, whatever its secret', {
  timeout: LIMIT,
}, async () => {
  const sources = sourcesOfWork(10, 4);
  const report = await measureRelease(sources, {
    ask: { level: 'release' },
    secret: new Uint8Array(32).fill(1),
    effort: { rounds: 1, tasksOfSession: 4 },
    seed: 1,
    threads: 2,
    progress: () => undefined,
  });
  expect(report).toMatchObject({ level: 'release', people: 10, sessions: 40 });
  expect(report.naming.map(({ length }) => length)).toEqual([1, 5, 15, 'all']);
  const { plan } = await planFrom(sources, new Uint8Array(32).fill(2), { level: 'release' }, () => undefined);
  expect(report.inputs).toBe(await measuredInputs(plan, crypto.subtle));
  // Everybody has places of her own, and the measurement sees it.
  const five = report.naming.find(({ length }) => length === 5)?.found;
  expect(five?.attackers[five.best]?.share).toBeGreaterThan(0.5);
});
