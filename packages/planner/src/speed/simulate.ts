/**
 * A discrete-event simulation of one serving replica: requests arrive in bursts, are admitted while KV has room,
 * prefill in turn and decode together. The time of a step comes from the caller, so that the same measured model
 * decides it. Deterministic for a seed.
 */
export type Arrivals = {
  /** Requests a second in the mean. */
  rate: number;
  /** Squared coefficient of variation of the gaps: 1 is Poisson, more is bursty. */
  burstiness: number;
  isl: number;
  osl: number;
  /** Spread of both lengths, as a share of the mean (uniform). */
  spread: number;
};

export type Replica = {
  /** Requests that KV admits at once. */
  slots: number;
  /** ms of one output token with `batch` requests decoding. */
  stepMs: (batch: number) => number;
  /** ms of one prompt's prefill. */
  prefillMs: (tokens: number) => number;
};

export type Simulated = {
  requests: number;
  ttft: { p50: number; p95: number };
  tpot: { p50: number; p95: number };
  /** Output tokens a second. */
  throughput: number;
  meanBatch: number;
  /** Requests still waiting at the end, as a share: above 0.05 the replica does not keep up. */
  backlog: number;
};

type Request = { arrived: number; prompt: number; left: number; tokens: number; first: number };

/** `random` gives numbers in [0, 1): pass a seeded one. */
export function simulate(
  arrivals: Arrivals,
  replica: Replica,
  random: () => number,
  requests = 600,
): Simulated {
  const waiting = schedule(arrivals, random, requests);
  const running: Request[] = [];
  const done: Request[] = [];
  const ends: number[] = [];
  let now = 0;
  let next = 0;
  let batchTime = 0;
  let busy = 0;
  const lastArrival = waiting.at(-1)?.arrived ?? 0;
  while (done.length < requests && now < lastArrival * 3 + 600_000) {
    const head = waiting[next];
    if (head && head.arrived <= now && running.length < Math.max(1, Math.floor(replica.slots))) {
      // Prefill pauses those that decode: engines chunk it, which spreads the pause and keeps its sum.
      now += replica.prefillMs(head.prompt);
      head.first = now;
      head.left -= 1;
      running.push(head);
      next++;
      continue;
    }
    if (running.length === 0) {
      if (!head) break;
      now = Math.max(now, head.arrived);
      continue;
    }
    // Steps until the first of: a request ends, the next arrival can be admitted.
    const step = replica.stepMs(running.length);
    let shortest = Number.POSITIVE_INFINITY;
    for (const { left } of running) if (left < shortest) shortest = left;
    const room =
      running.length < replica.slots && head ? Math.max(1, Math.ceil((head.arrived - now) / step)) : shortest;
    const steps = Math.max(1, Math.min(shortest, room));
    now += steps * step;
    batchTime += running.length * steps * step;
    busy += steps * step;
    for (let i = running.length - 1; i >= 0; i--) {
      const request = running[i];
      if (!request) continue;
      request.left -= steps;
      if (request.left <= 0) {
        done.push(request);
        ends.push(now);
        running.splice(i, 1);
      }
    }
  }
  const settled = done
    .map((request, i) => ({ request, end: ends[i] ?? now }))
    .slice(Math.floor(done.length * 0.1));
  const ttft = Float64Array.from(settled, ({ request }) => request.first - request.arrived).sort();
  const tpot = Float64Array.from(
    settled,
    ({ request, end }) => (end - request.first) / Math.max(1, request.tokens - 1),
  ).sort();
  const tokens = done.reduce((sum, request) => sum + request.tokens, 0);
  const late = waiting.filter(
    (request) => request.first === 0 || request.first > lastArrival * 1.05 + 1000,
  ).length;
  return {
    requests: done.length,
    ttft: { p50: ranked(ttft, 0.5), p95: ranked(ttft, 0.95) },
    tpot: { p50: ranked(tpot, 0.5), p95: ranked(tpot, 0.95) },
    throughput: now > 0 ? (tokens * 1000) / now : 0,
    meanBatch: busy > 0 ? batchTime / busy : 0,
    backlog: late / requests,
  };
}

/** Gaps are exponential, or a two-branch hyperexponential of the asked variation. */
function schedule(arrivals: Arrivals, random: () => number, requests: number): Request[] {
  const mean = 1000 / arrivals.rate;
  const variation = Math.max(1, arrivals.burstiness);
  const p = 0.5 * (1 + Math.sqrt((variation - 1) / (variation + 1)));
  const list: Request[] = [];
  let at = 0;
  for (let i = 0; i < requests; i++) {
    const branch = random() < p ? mean / (2 * p) : mean / (2 * (1 - p));
    at += -Math.log(1 - random()) * branch;
    const vary = () => 1 + arrivals.spread * (2 * random() - 1);
    const tokens = Math.max(1, Math.round(arrivals.osl * vary()));
    list.push({
      arrived: at,
      prompt: Math.max(1, Math.round(arrivals.isl * vary())),
      left: tokens,
      tokens,
      first: 0,
    });
  }
  return list;
}

function ranked(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return Number.POSITIVE_INFINITY;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
