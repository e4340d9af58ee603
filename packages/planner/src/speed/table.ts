import fits from '../../catalogue/fits.json' with { type: 'json' };
import rowsFile from '../../catalogue/speed-rows.json' with { type: 'json' };
import type { Anchor } from './anchor.ts';
import type { SpeedFit } from './fit.ts';

/** ln(measured / planned) at the 10th and 90th percentile. */
export type Band = { low: number; high: number };
export type Basis = 'measured' | 'interpolated' | 'extrapolated';
/** `otherEngine`: an engine that was never measured, from residuals of each engine left out in turn. */
export type SpeedBands = Record<Basis | 'otherEngine', { tpot: Band; ttft: Band }>;

export const shippedFit: SpeedFit = fits.speed;
export const shippedBands: SpeedBands = fits.bands;

/** The carried table: strings by number, then one short row a measurement. Written by bench/planner/carry.ts. */
type RowsFile = { strings: string[]; rows: number[][] };

let cache: Anchor[] | undefined;

/** The measured rows that ship. Read once. */
export function shippedAnchors(): readonly Anchor[] {
  cache ??= unpack(rowsFile as unknown as RowsFile);
  return cache;
}

export function unpack(file: RowsFile): Anchor[] {
  const text = (at: number | undefined) => file.strings[at ?? -1] ?? '';
  return file.rows.map((row) => {
    const [
      model,
      family,
      system,
      backend,
      version,
      quant,
      isl,
      osl,
      concurrency,
      gpus,
      dp,
      ep,
      tpot,
      ttft,
      offTpot,
      offTtft,
      source,
      date,
    ] = row;
    return {
      model: text(model),
      family: text(family),
      system: text(system),
      backend: text(backend),
      version: text(version),
      quant: text(quant),
      isl: isl ?? 0,
      osl: osl ?? 0,
      concurrency: concurrency ?? 0,
      gpus: gpus ?? 0,
      attentionDp: dp ?? 1,
      expertEp: ep ?? 1,
      tpot: tpot ?? 0,
      ttft: ttft ?? 0,
      offTpot: (offTpot ?? 0) / 1000,
      offTtft: (offTtft ?? 0) / 1000,
      source: text(source),
      date: text(date),
    };
  });
}

export function pack(anchors: readonly Anchor[]): RowsFile {
  const strings: string[] = [];
  const numbers = new Map<string, number>();
  const at = (value: string) => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    strings.push(value);
    numbers.set(value, strings.length - 1);
    return strings.length - 1;
  };
  const round = (value: number, digits: number) => Number(value.toPrecision(digits));
  const seen = new Set<string>();
  const rows = anchors
    .map((a) => [
      at(a.model),
      at(a.family),
      at(a.system),
      at(a.backend),
      at(a.version),
      at(a.quant),
      a.isl,
      a.osl,
      a.concurrency,
      a.gpus,
      a.attentionDp,
      a.expertEp,
      round(a.tpot, 5),
      round(a.ttft, 5),
      Math.round(a.offTpot * 1000),
      Math.round(a.offTtft * 1000),
      at(a.source),
      at(a.date),
    ])
    .filter((row) => {
      // The same measurement is in several of the table's sources.
      const key = row.slice(0, 14).join();
      return seen.has(key) ? false : seen.add(key);
    });
  return { strings, rows };
}
