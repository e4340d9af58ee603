import type { Checked } from '../problem.ts';
import { planSpeed, type SpeedTable, type Spread, shippedTable } from './predict.ts';
import { type OwnEntries, type SpeedAsked, speedQuery } from './query.ts';

/** `plan speed`: one JSON line out. */
export type SpeedReply = {
  ttft_ms: Spread;
  tpot_ms: Spread;
  throughput_tok_s_per_gpu: Spread;
  basis: string;
  confidence: string;
  unchecked: string[];
  anchors: { what: string; source: string; date: string; tpot_ms: number; ttft_ms: number }[];
  gpus: number;
  admitted: number;
};

export function askSpeed(
  asked: SpeedAsked,
  table: SpeedTable = shippedTable(),
  own: OwnEntries = {},
): Checked<SpeedReply> {
  const query = speedQuery(asked, own);
  if (!query.ok) return query;
  const answer = planSpeed(query.value, table);
  return {
    ok: true,
    value: {
      ttft_ms: answer.ttft,
      tpot_ms: answer.tpot,
      throughput_tok_s_per_gpu: answer.throughput,
      basis: answer.basis,
      confidence: answer.confidence,
      unchecked: answer.unchecked,
      anchors: answer.anchors.map(({ tpot, ttft, ...rest }) => ({ ...rest, tpot_ms: tpot, ttft_ms: ttft })),
      gpus: query.value.gpus,
      admitted: answer.admitted,
    },
  };
}
