import { planSpeed, type SpeedTable, shippedTable } from './predict.ts';
import type { SpeedQuery } from './query.ts';
import { seeded } from './seeded.ts';
import { type Arrivals, simulate } from './simulate.ts';

/** What the service promises, ms at the 95th percentile. */
export type ServiceTarget = { ttftP95: number; tpotP95: number };

export type CurvePoint = {
  concurrency: number;
  tpot: number;
  ttft: number;
  throughput: number;
  meets: boolean;
};

/** Throughput against latency of one replica, by concurrency: powers of two up to what KV admits. */
export function speedCurve(
  query: SpeedQuery,
  target: ServiceTarget,
  table: SpeedTable = shippedTable(),
): CurvePoint[] {
  const points: CurvePoint[] = [];
  for (let concurrency = 1; concurrency <= 1024; concurrency *= 2) {
    const answer = planSpeed({ ...query, concurrency }, table);
    points.push({
      concurrency,
      tpot: answer.tpot.p50,
      ttft: answer.ttft.p50,
      throughput: answer.throughput.p50 * query.gpus,
      meets: answer.tpot.p90 <= target.tpotP95 && answer.ttft.p90 <= target.ttftP95,
    });
    if (answer.admitted < concurrency) break;
  }
  return points;
}

export type Sizing = {
  replicas: number;
  gpus: number;
  /** Requests a second that each replica gets. */
  rateEach: number;
  ttftP95: number;
  tpotP95: number;
  /** False: no number of replicas meets the target, since one request alone misses it. */
  reachable: boolean;
};

/**
 * The fewest replicas whose simulated p95 meets the target. Little's law gives the first guess; the simulation
 * with bursts decides.
 */
export function sizeService(
  query: SpeedQuery,
  arrivals: Arrivals,
  target: ServiceTarget,
  options: { seed?: number; table?: SpeedTable; most?: number; curve?: readonly CurvePoint[] } = {},
): Sizing {
  const table = options.table ?? shippedTable();
  // Targets only mark a curve's points: one that was drawn for others holds the same times.
  const curve = options.curve ?? speedCurve(query, target, table);
  const step = (batch: number) => interpolate(curve, batch);
  const alone = planSpeed({ ...query, concurrency: 1 }, table);
  const slots = curve.at(-1)?.concurrency ?? 1;
  const prefill = (tokens: number) => (alone.ttft.p50 * tokens) / query.isl;
  const best = Math.max(...curve.map((point) => point.throughput));
  const most = options.most ?? 4096;
  let replicas = Math.max(1, Math.floor((arrivals.rate * arrivals.osl) / best / 1.5));
  let last = { ttftP95: Number.POSITIVE_INFINITY, tpotP95: Number.POSITIVE_INFINITY };
  const reachable = alone.tpot.p50 <= target.tpotP95 && alone.ttft.p50 <= target.ttftP95;
  const meets = (count: number) => {
    const run = simulate(
      { ...arrivals, rate: arrivals.rate / count },
      { slots, stepMs: step, prefillMs: prefill },
      seeded(options.seed ?? 1),
      300,
    );
    last = { ttftP95: run.ttft.p95, tpotP95: run.tpot.p95 };
    return run.ttft.p95 <= target.ttftP95 && run.tpot.p95 <= target.tpotP95 && run.backlog < 0.05;
  };
  if (reachable) {
    while (replicas < most && !meets(replicas)) replicas = Math.ceil(replicas * 1.25 + 0.01);
    while (replicas > 1 && meets(replicas - 1)) replicas--;
    meets(replicas);
  }
  return { replicas, gpus: replicas * query.gpus, rateEach: arrivals.rate / replicas, ...last, reachable };
}

function interpolate(curve: readonly CurvePoint[], batch: number): number {
  const above = curve.find((point) => point.concurrency >= batch) ?? curve.at(-1);
  const below = [...curve].reverse().find((point) => point.concurrency <= batch) ?? curve[0];
  if (!above || !below) return 0;
  if (above === below) return above.tpot;
  const share = (batch - below.concurrency) / (above.concurrency - below.concurrency);
  return below.tpot + share * (above.tpot - below.tpot);
}
