import type { Confidence } from '../catalogue/model.ts';
import { engineProfile } from '../memory/engine.ts';
import { type Anchor, leanOn } from './anchor.ts';
import { backends, tpotColumns, ttftColumns, weigh } from './columns.ts';
import type { SpeedFit } from './fit.ts';
import type { SpeedQuery } from './query.ts';
import { type Basis, type SpeedBands, shippedAnchors, shippedBands, shippedFit } from './table.ts';
import { type SpeedTerms, speedTerms } from './terms.ts';

export type Spread = { p10: number; p50: number; p90: number };

export type SpeedAnswer = {
  ttft: Spread;
  tpot: Spread;
  /** Output tokens a second and GPU, by Little's law at the asked concurrency. */
  throughput: Spread;
  basis: Basis;
  confidence: Confidence;
  /** What in this answer no measured row stands behind, in words. */
  unchecked: string[];
  anchors: { what: string; source: string; date: string; tpot: number; ttft: number }[];
  /** Requests that decode at once: less than asked where KV is full. */
  admitted: number;
};

export type SpeedTable = { fit: SpeedFit; bands: SpeedBands; anchors: readonly Anchor[] };

export function shippedTable(): SpeedTable {
  return { fit: shippedFit, bands: shippedBands, anchors: shippedAnchors() };
}

/**
 * Both times of a question: the sum of roofline terms, corrected by the nearest measured rows of the same family,
 * with an 80 % interval from residuals of rows that were left out in the same way. An engine without measured rows
 * has the interval of engines left out whole; a batch that an unchecked memory profile caps is planned at both ends
 * of that memory too, and the interval holds all three.
 */
export function planSpeed(query: SpeedQuery, table: SpeedTable = shippedTable()): SpeedAnswer {
  const terms = speedTerms(query);
  const middle = plainTimes(query, terms, table.fit);
  const lean = leanOn(table.anchors, query);
  const measured = backends.includes(query.backend);
  const bands = table.bands[measured ? lean.basis : 'otherEngine'];
  const ends = cappedInDoubt(query, terms)
    ? (['low', 'high'] as const).map((bound) => plainTimes(query, speedTerms(query, bound), table.fit))
    : [];
  const spread = (time: 'tpot' | 'ttft'): Spread => {
    const factors = [middle, ...ends].map((end) => end[time] / middle[time]);
    const p50 = middle[time] * Math.exp(lean[time]);
    return {
      p10: p50 * Math.exp(bands[time].low - lean.apart[time]) * Math.min(...factors),
      p50,
      p90: p50 * Math.exp(bands[time].high + lean.apart[time]) * Math.max(...factors),
    };
  };
  const tpot = spread('tpot');
  const ttft = spread('ttft');
  const rate = (first: number, each: number) =>
    (1000 * query.concurrency * query.osl) / (first + each * Math.max(0, query.osl - 1)) / query.gpus;
  const unchecked = [
    ...(measured ? [] : [`${query.backend}: no measured row of its speed; planned with vLLM's terms`]),
    ...(ends.length > 0
      ? [`${query.backend}: the batch is capped by a memory profile that no row checks`]
      : []),
  ];
  return {
    ttft,
    tpot,
    throughput: {
      p10: rate(ttft.p90, tpot.p90),
      p50: rate(ttft.p50, tpot.p50),
      p90: rate(ttft.p10, tpot.p10),
    },
    basis: lean.basis,
    confidence: unchecked.length > 0 ? 'low' : confidences[lean.basis],
    unchecked,
    anchors: lean.anchors.map(({ anchor }) => ({
      what: nameOf(anchor),
      source: anchor.source,
      date: anchor.date,
      tpot: anchor.tpot,
      ttft: anchor.ttft,
    })),
    admitted: terms.admitted,
  };
}

const confidences = { measured: 'high', interpolated: 'medium', extrapolated: 'low' } as const;

function plainTimes(query: SpeedQuery, terms: SpeedTerms, fit: SpeedFit): { tpot: number; ttft: number } {
  const tpot = weigh(tpotColumns(terms, query), fit.tpot);
  return { tpot, ttft: weigh(ttftColumns(terms, query, tpot), fit.ttft) };
}

/** Whether KV caps the batch, or may, by an engine's memory that was never measured. */
function cappedInDoubt(query: SpeedQuery, terms: SpeedTerms): boolean {
  if (engineProfile(query.backend, query.version)?.checked) return false;
  return terms.admitted < query.concurrency || speedTerms(query, 'low').admitted < query.concurrency;
}

function nameOf(a: Anchor): string {
  const version = a.version ? ` ${a.version}` : '';
  const dp = a.attentionDp > 1 ? ` dp ${a.attentionDp}` : '';
  const ep = a.expertEp > 1 ? ` ep ${a.expertEp}` : '';
  return `${a.model} ${a.quant}, ${a.gpus} x ${a.system}${dp}${ep}, ${a.backend}${version}, ${a.isl} in / ${a.osl} out at ${a.concurrency}`;
}
