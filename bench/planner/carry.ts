import { writeFileSync } from 'node:fs';
import { fitSpeed } from '@aboveboard/planner/speed/fit';
import { pack } from '@aboveboard/planner/speed/table';
import { anchorOf, curveOf, partLeftOut, residualBand } from './anchors.ts';
import { shippedFinetune, tuneRows } from './finetune.ts';
import { mlperfRows, shippedThroughput } from './mlperf.ts';
import { type Band, bandOf, engineBand, familiesOf, type Measured, servingRows } from './speed.ts';

// node bench/planner/carry.ts: writes packages/planner/catalogue/fits.json and speed-rows.json from the measured
// tables; format both with biome afterwards. The benchmark checks that the speed fit that ships is of these rows.
const catalogue = new URL('../../packages/planner/catalogue/', import.meta.url);

export function carried(rows: readonly Measured[]) {
  const speed = fitSpeed(rows);
  const leaned = partLeftOut(rows, curveOf, 8);
  const interpolated = leaned.filter((l) => l.basis === 'interpolated');
  const round = (values: number[]) => values.map((value) => Number(value.toPrecision(8)));
  const extrapolated = bandOf(rows, familiesOf(rows));
  const mlperf = mlperfRows();
  return {
    fits: {
      about:
        'Written by bench/planner/carry.ts from the measured tables; do not edit. Bands are ln(measured / planned), 10th and 90th percentile of left-out rows.',
      unit: 'ms, GiB and ratios as the named columns say',
      date: '2026-11-22',
      confidence: 'medium',
      source: 'serving_measurements.csv, finetune_memory.csv, mlperf_v5_1.csv: each row names its source',
      speed: { tpot: round(speed.tpot), ttft: round(speed.ttft) },
      bands: {
        // Two runs of one configuration: an assumption, to which the spread of repeated rows is added.
        measured: { tpot: { low: -0.05, high: 0.05 }, ttft: { low: -0.1, high: 0.1 } },
        interpolated: { tpot: residualBand(interpolated, 'tpot'), ttft: residualBand(interpolated, 'ttft') },
        extrapolated,
        otherEngine: widest(extrapolated, engineBand(rows)),
      },
      finetune: shippedFinetune(tuneRows()),
      throughput: shippedThroughput(mlperf),
    },
    rows: pack(rows.map((row) => anchorOf(row, speed))),
  };
}

/** A band that holds both: an engine left out is no surer than a family left out. */
const widest = (a: Record<'tpot' | 'ttft', Band>, b: Record<'tpot' | 'ttft', Band>) => {
  const both = (time: 'tpot' | 'ttft') => ({
    low: Math.min(a[time].low, b[time].low),
    high: Math.max(a[time].high, b[time].high),
  });
  return { tpot: both('tpot'), ttft: both('ttft') };
};

if (import.meta.main) {
  const out = carried(servingRows());
  writeFileSync(new URL('fits.json', catalogue), `${JSON.stringify(out.fits, null, 1)}\n`);
  const rows = out.rows.rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n');
  const head = {
    kind: 'speed-rows',
    columns: [
      'model',
      'family',
      'system',
      'backend',
      'version',
      'quant',
      'isl',
      'osl',
      'concurrency',
      'gpus',
      'attentionDp',
      'expertEp',
      'tpot',
      'ttft',
      'offTpot',
      'offTtft',
      'source',
      'date',
    ],
    units: {
      isl: 'tokens',
      osl: 'tokens',
      concurrency: 'requests',
      gpus: 'GPUs',
      attentionDp: 'ranks',
      expertEp: 'ranks',
      tpot: 'ms',
      ttft: 'ms',
      offTpot: '0.001 ln',
      offTtft: '0.001 ln',
    },
    date: '2026-11-22',
    source: 'serving_measurements.csv, kept beside the repository; each row names its source file',
    confidence: 'high',
  };
  const body = JSON.stringify({ ...head, strings: out.rows.strings }).slice(0, -1);
  writeFileSync(new URL('speed-rows.json', catalogue), `${body},"rows":[\n${rows}\n]}\n`);
  console.log(`${out.rows.rows.length} rows carried`);
}
