import type { SpeedQuery } from './query.ts';

/** A measured row that plans lean on: its configuration, its times and how far the plain plan was from them. */
export type Anchor = {
  model: string;
  family: string;
  system: string;
  backend: string;
  version: string;
  quant: string;
  isl: number;
  osl: number;
  concurrency: number;
  gpus: number;
  attentionDp: number;
  expertEp: number;
  tpot: number;
  ttft: number;
  /** ln(measured / planned) of both times under the shipped fit. */
  offTpot: number;
  offTtft: number;
  source: string;
  date: string;
};

export type Lean = {
  /** ln factors to correct the plan by. */
  tpot: number;
  ttft: number;
  basis: 'measured' | 'interpolated' | 'extrapolated';
  anchors: { anchor: Anchor; weight: number }[];
  /** Where the same question was measured more than once: how far apart, ln. */
  apart: { tpot: number; ttft: number };
};

/** Anchors of the same family only: rows of other families were tried and do not help (docs/planner-accuracy.md). */
const reach = { nearEnough: 0.35, pull: 0.25, sharpness: 2, farthest: Math.log(1e4) / 2 };

/** A list's anchors by family, made once a list: a curve asks for one family's twenty times a key press. */
const families = new WeakMap<readonly Anchor[], Map<string, Anchor[]>>();

function ofFamily(anchors: readonly Anchor[], family: string): readonly Anchor[] {
  const known = families.get(anchors) ?? Map.groupBy(anchors, (anchor) => anchor.family);
  families.set(anchors, known);
  return known.get(family) ?? [];
}

/** How far a measured row is from a question; 0 is the same question. */
export function distance(anchor: Anchor, query: SpeedQuery): number {
  const ln = (a: number, b: number, scale: number) => (Math.log(a / b) / scale) ** 2;
  const unlike = (a: unknown, b: unknown, cost: number) => (a === b ? 0 : cost);
  return (
    ln(anchor.concurrency, query.concurrency, 1.5) +
    ln(anchor.isl, query.isl, 2) +
    ln(anchor.osl, query.osl, 2.5) +
    ln(anchor.gpus, query.gpus, 1) +
    unlike(anchor.system, query.gpu.name, 1) +
    unlike(anchor.backend, query.backend, 1) +
    (query.version === '' ? 0 : unlike(anchor.version, query.version, 0.4)) +
    unlike(anchor.quant, query.quant.name, 0.6) +
    unlike(anchor.attentionDp > 1, query.layout.attentionDp > 1, 0.4) +
    unlike(anchor.expertEp > 1, query.layout.expertEp > 1, 0.3)
  );
}

/** What nearby measured rows say about a question. */
export function leanOn(anchors: readonly Anchor[], query: SpeedQuery): Lean {
  const near: { anchor: Anchor; weight: number; away: number }[] = [];
  let total = 0;
  for (const anchor of ofFamily(anchors, query.family)) {
    const away = distance(anchor, query);
    if (away > reach.farthest) continue;
    const weight = Math.exp(-reach.sharpness * away);
    near.push({ anchor, weight, away });
    total += weight;
  }
  if (near.length === 0)
    return { tpot: 0, ttft: 0, basis: 'extrapolated', anchors: [], apart: { tpot: 0, ttft: 0 } };
  const mean = (of: (anchor: Anchor) => number) =>
    near.reduce((sum, { anchor, weight }) => sum + weight * of(anchor), 0) / (total + reach.pull);
  near.sort((a, b) => a.away - b.away);
  const nearest = near[0]?.away ?? Number.POSITIVE_INFINITY;
  // The same question up to rounding of lengths: 1,000 for 1,024.
  const basis = nearest < 0.002 ? 'measured' : nearest < reach.nearEnough ? 'interpolated' : 'extrapolated';
  const same = near.filter((entry) => entry.away < 0.002);
  if (basis === 'measured') {
    const average = (of: (anchor: Anchor) => number) =>
      same.reduce((sum, { anchor }) => sum + of(anchor), 0) / same.length;
    return {
      tpot: average((anchor) => anchor.offTpot),
      ttft: average((anchor) => anchor.offTtft),
      basis,
      anchors: same.slice(0, 5),
      apart: {
        tpot: range(same.map((e) => e.anchor.offTpot)) / 2,
        ttft: range(same.map((e) => e.anchor.offTtft)) / 2,
      },
    };
  }
  return {
    tpot: mean((anchor) => anchor.offTpot),
    ttft: mean((anchor) => anchor.offTtft),
    basis,
    anchors: near.slice(0, 5).map(({ anchor, weight }) => ({ anchor, weight })),
    apart: { tpot: 0, ttft: 0 },
  };
}

const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
