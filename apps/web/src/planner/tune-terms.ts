import { text } from './messages/en.ts';
import { figure } from './numbers.ts';
import type { TuneTerm, TuneWorking } from './tune-working.ts';
import { uncheckedOr } from './unchecked.ts';
import type { Working } from './working.tsx';

/** A training step's figures with what they were made from. */
const basisOf = ({ basis }: TuneWorking) => ({ word: basis, says: text.finetune.basis[basis] });
const sourcesOf = ({ capacity }: TuneWorking) => [
  text.finetune.source,
  ...(capacity ? [`${capacity.title}: ${capacity.source}`] : []),
];

export function tunePeakWorking(tune: TuneWorking): Working {
  const { low, high } = tune.peak.interval;
  return {
    title: text.finetune.peak,
    value: `${figure(tune.peak.peak_gib)} GiB`,
    range: text.figures.between(figure(low), figure(high)),
    basis: uncheckedOr(basisOf(tune), tune.peak.unchecked),
    formula: text.finetune.peakFormula,
    inputs: tune.terms.map(({ id, gib }) => [text.finetune.terms[id], `${figure(gib)} GiB`]),
    sources: sourcesOf(tune),
  };
}

export function tuneTermWorking(tune: TuneWorking, id: TuneTerm): Working {
  const term = tune.terms.find((one) => one.id === id);
  return {
    title: text.finetune.terms[id],
    value: `${figure(term?.gib ?? 0)} GiB`,
    basis: basisOf(tune),
    formula: text.finetune.formulas[id],
    inputs: [
      ...(id === 'runtime'
        ? []
        : [[text.finetune.arithmetic, `${figure(term?.arithmetic ?? 0)} GiB`] as const]),
      [text.finetune.factor, figure(term?.factor ?? 0)],
    ],
    sources: sourcesOf(tune),
  };
}

/** The interval decides: a peak that fits in the middle may not fit in two cases of ten. */
export function tuneVerdict({ peak, capacity }: TuneWorking): keyof typeof text.finetune.verdict {
  if (!capacity) return 'open';
  if (peak.interval.high <= capacity.gib) return 'yes';
  return peak.interval.low > capacity.gib ? 'no' : 'perhaps';
}
