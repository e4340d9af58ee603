import { builtInFiles } from '@aboveboard/planner/catalogue/built-in';
import { findGpu, type Gpu } from '@aboveboard/planner/catalogue/gpu';
import { type FinetuneFit, type FinetuneTerms, finetuneColumns } from '@aboveboard/planner/memory/finetune';
import type { TuneAnswer, TuneAsked } from '@aboveboard/planner/memory/tune-question';

/** The columns of the fit, in its order. */
export const tuneTerms = ['quantised', 'weights', 'trained', 'kept', 'logits', 'runtime'] as const;
export type TuneTerm = (typeof tuneTerms)[number];

/** What a training step's peak is made of: terms that add up to it. */
export type TuneWorking = {
  peak: TuneAnswer;
  terms: { id: TuneTerm; arithmetic: number; factor: number; gib: number }[];
  /** GiB of the GPU; null where none was given. */
  capacity: { gib: number; title: string; source: string } | null;
  /** What was measured: adapters on one GPU. */
  basis: 'interpolated' | 'extrapolated';
};

const gib = 2 ** 30;
const { coefficients } = (builtInFiles['fits.json'] as { finetune: FinetuneFit }).finetune;

export function tuneWorking(asked: TuneAsked, peak: TuneAnswer, own: readonly Gpu[]): TuneWorking {
  const terms = Object.fromEntries(
    Object.entries(peak.terms_gib).map(([name, value]) => [name, value * gib]),
  ) as FinetuneTerms;
  const columns = finetuneColumns(terms);
  const gpu = asked.gpu ? findGpu(asked.gpu, own) : null;
  const one = (asked.gpus ?? 1) === 1;
  return {
    peak,
    terms: tuneTerms.map((id, i) => {
      const arithmetic = columns[i] ?? 0;
      const factor = coefficients[i] ?? 0;
      return { id, arithmetic, factor, gib: arithmetic * factor };
    }),
    capacity: gpu?.ok
      ? {
          gib: gpu.value.spec.usable,
          title: gpu.value.title,
          source: `${gpu.value.source} (${gpu.value.date}, ${gpu.value.confidence})`,
        }
      : null,
    basis: one && asked.method?.toLowerCase() !== 'full' ? 'interpolated' : 'extrapolated',
  };
}
