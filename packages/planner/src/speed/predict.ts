import { type Anchor, leanOn } from './anchor.ts';
import { tpotColumns, ttftColumns, weigh } from './columns.ts';
import type { SpeedFit } from './fit.ts';
import type { SpeedQuery } from './query.ts';
import { type Basis, type SpeedBands, shippedAnchors, shippedBands, shippedFit } from './table.ts';
import { speedTerms } from './terms.ts';

export type Spread = { p10: number; p50: number; p90: number };

export type SpeedAnswer = {
  ttft: Spread;
  tpot: Spread;
  /** Output tokens a second and GPU, by Little's law at the asked concurrency. */
  throughput: Spread;
  basis: Basis;
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
 * with an 80 % interval from residuals of rows that were left out in the same way.
 */
export function planSpeed(query: SpeedQuery, table: SpeedTable = shippedTable()): SpeedAnswer {
  const terms = speedTerms(query);
  const plainTpot = weigh(tpotColumns(terms, query), table.fit.tpot);
  const plainTtft = weigh(ttftColumns(terms, query, plainTpot), table.fit.ttft);
  const lean = leanOn(table.anchors, query);
  const bands = table.bands[lean.basis];
  const spread = (middle: number, band: { low: number; high: number }, apart: number): Spread => ({
    p10: middle * Math.exp(band.low - apart),
    p50: middle,
    p90: middle * Math.exp(band.high + apart),
  });
  const tpot = spread(plainTpot * Math.exp(lean.tpot), bands.tpot, lean.apart.tpot);
  const ttft = spread(plainTtft * Math.exp(lean.ttft), bands.ttft, lean.apart.ttft);
  const rate = (first: number, each: number) =>
    (1000 * query.concurrency * query.osl) / (first + each * Math.max(0, query.osl - 1)) / query.gpus;
  return {
    ttft,
    tpot,
    throughput: {
      p10: rate(ttft.p90, tpot.p90),
      p50: rate(ttft.p50, tpot.p50),
      p90: rate(ttft.p10, tpot.p10),
    },
    basis: lean.basis,
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

function nameOf(a: Anchor): string {
  const version = a.version ? ` ${a.version}` : '';
  const dp = a.attentionDp > 1 ? ` dp ${a.attentionDp}` : '';
  const ep = a.expertEp > 1 ? ` ep ${a.expertEp}` : '';
  return `${a.model} ${a.quant}, ${a.gpus} x ${a.system}${dp}${ep}, ${a.backend}${version}, ${a.isl} in / ${a.osl} out at ${a.concurrency}`;
}
