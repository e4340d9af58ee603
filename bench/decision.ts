import { makeDecide, PRINCIPAL_ROLES } from '@aboveboard/server/access/decision';
import { matrixRows } from '@aboveboard/server/access/matrix';
import { readPolicies } from '@aboveboard/server/access/policies';
import type { Measured, Target } from './report.ts';

/**
 * One decision through the wrapper, over every question of the access matrix, and over the one that opens a recording
 * under a grant, which has the most policies and the largest context. Beside it, as the floor, a look-up in a table.
 */
export const targets: Target[] = [
  { metric: 'decision_median', op: '<=', value: 100, unit: 'us' },
  { metric: 'open_recording_median', op: '<=', value: 100, unit: 'us' },
];

const ROUNDS = 30;

export async function run(): Promise<Measured> {
  const began = performance.now();
  const { schema, files } = readPolicies();
  const decide = makeDecide(schema, files);
  const load = performance.now() - began;
  const questions = matrixRows().flatMap((row) =>
    PRINCIPAL_ROLES.map((role) => ({ row, question: row.ask(role) })),
  );
  const all: number[] = [];
  const opening: number[] = [];
  for (let round = 0; round < ROUNDS + 5; round++) {
    for (const { row, question } of questions) {
      const start = performance.now();
      decide(question);
      const took = (performance.now() - start) * 1000;
      if (round < 5) continue;
      all.push(took);
      if (row.action === 'open-recording') opening.push(took);
    }
  }
  const table = new Map(questions.map(({ question }) => [JSON.stringify(question), true]));
  const lookUps = questions.map(({ question }) => {
    const start = performance.now();
    table.get(JSON.stringify(question));
    return (performance.now() - start) * 1000;
  });
  return {
    metrics: {
      decision_median: quantile(all, 0.5),
      decision_p99: quantile(all, 0.99),
      open_recording_median: quantile(opening, 0.5),
      load_ms: load,
    },
    peers: { 'a table in memory': { decision_median: quantile(lookUps, 0.5) } },
    notes: [`${questions.length} questions, ${ROUNDS} rounds after 5 to warm up`],
  };
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
