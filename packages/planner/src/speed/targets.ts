import { planSpeed, type SpeedTable, shippedTable } from './predict.ts';
import type { SpeedQuery } from './query.ts';
import { seeded } from './seeded.ts';
import { type Arrivals, type Simulated, simulate } from './simulate.ts';

/** What the service promises, ms at the 95th percentile. */
export type ServiceTarget = { ttftP95: number; tpotP95: number };

export type CurvePoint = {
  concurrency: number;
  tpot: number;
  ttft: number;
  throughput: number;
  /** P10 and P90 of each time: the curve's band. */
  band: { tpot: [number, number]; ttft: [number, number]; throughput: [number, number] };
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
      band: {
        tpot: [answer.tpot.p10, answer.tpot.p90],
        ttft: [answer.ttft.p10, answer.ttft.p90],
        throughput: [answer.throughput.p10 * query.gpus, answer.throughput.p90 * query.gpus],
      },
      meets: answer.tpot.p90 <= target.tpotP95 && answer.ttft.p90 <= target.ttftP95,
    });
    if (answer.admitted < concurrency) break;
  }
  return points;
}

export type Sizing = {
  replicas: number;
  /** Replicas with every time at its P10 and at its P90; null: no number of them meets the target then. */
  interval: { low: number | null; high: number | null };
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
  const alone = planSpeed({ ...query, concurrency: 1 }, table);
  const slots = curve.at(-1)?.concurrency ?? 1;
  const best = Math.max(...curve.map((point) => point.throughput));
  const most = options.most ?? 4096;
  /**
   * The fewest replicas from a first guess on, and no fewer than `least`, with each time at one place of its spread;
   * null: none will do.
   */
  const fewest = (at: 'p10' | 'p50' | 'p90', guess: number, least = 1) => {
    if (alone.tpot[at] > target.tpotP95 || alone.ttft[at] > target.ttftP95) return null;
    const run = (count: number) =>
      simulate(
        { ...arrivals, rate: arrivals.rate / count },
        {
          slots,
          stepMs: (batch) => interpolate(curve, batch) * (alone.tpot[at] / alone.tpot.p50),
          prefillMs: (tokens) => (alone.ttft[at] * tokens) / query.isl,
        },
        seeded(options.seed ?? 1),
        300,
      );
    const meets = ({ ttft, tpot, backlog }: Simulated) =>
      ttft.p95 <= target.ttftP95 && tpot.p95 <= target.tpotP95 && backlog < 0.05;
    let replicas = guess;
    let found = run(replicas);
    while (replicas < most && !meets(found)) {
      replicas = Math.ceil(replicas * 1.25 + 0.01);
      found = run(replicas);
    }
    while (replicas > least) {
      const fewer = run(replicas - 1);
      if (!meets(fewer)) break;
      found = fewer;
      replicas--;
    }
    return { replicas, ttftP95: found.ttft.p95, tpotP95: found.tpot.p95 };
  };
  const guess = Math.max(1, Math.floor((arrivals.rate * arrivals.osl) / best / 1.5));
  const middle = fewest('p50', guess);
  const replicas = middle?.replicas ?? guess;
  // Faster times need no more, slower no fewer: each end is sought on its own side.
  const low = replicas > 1 ? fewest('p10', replicas - 1)?.replicas : 1;
  const high = fewest('p90', replicas, replicas)?.replicas;
  return {
    replicas,
    interval: middle
      ? { low: Math.min(replicas, low ?? replicas), high: high ?? null }
      : { low: null, high: null },
    gpus: replicas * query.gpus,
    rateEach: arrivals.rate / replicas,
    ttftP95: middle?.ttftP95 ?? Number.POSITIVE_INFINITY,
    tpotP95: middle?.tpotP95 ?? Number.POSITIVE_INFINITY,
    reachable: middle !== null,
  };
}

function interpolate(curve: readonly CurvePoint[], batch: number): number {
  let below = curve[0];
  for (const point of curve) {
    if (point.concurrency < batch) {
      below = point;
      continue;
    }
    if (!below || point === below || point.concurrency === batch) return point.tpot;
    const share = (batch - below.concurrency) / (point.concurrency - below.concurrency);
    return below.tpot + share * (point.tpot - below.tpot);
  }
  return below?.tpot ?? 0;
}
