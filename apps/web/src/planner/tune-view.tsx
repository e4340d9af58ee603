import { memo, type ReactNode } from 'react';
import { TableBehind } from './chart.tsx';
import { text } from './messages/en.ts';
import { figure } from './numbers.ts';
import { tunePeakWorking, tuneTermWorking, tuneVerdict } from './tune-terms.ts';
import type { TuneTerm, TuneWorking } from './tune-working.ts';
import { Figure } from './working.tsx';

/** The same colours as in the memory of serving, where a term is of the same kind. */
const looks: Record<TuneTerm, string> = {
  quantised: 'weights',
  weights: 'request',
  trained: 'activations',
  kept: 'rest',
  logits: 'spare',
  runtime: 'overhead',
};

/** The memory of one training step on a GPU, against what it holds. */
export const TuneView = memo(function TuneView(props: { name: string; tune: TuneWorking }): ReactNode {
  const { name, tune } = props;
  const { peak, capacity } = tune;
  const terms = tune.terms.filter(({ gib }) => gib > 0);
  const scale = Math.max(capacity?.gib ?? 0, peak.interval.high) * 1.005;
  const at = (gib: number) => `${(100 * gib) / scale}%`;
  const verdict = tuneVerdict(tune);
  const { low, high } = peak.interval;
  const says = text.finetune.says(name, figure(peak.peak_gib), figure(low), figure(high));
  return (
    <section className="memory" aria-label={says}>
      <h3>
        {name}{' '}
        <span className={verdict === 'no' || verdict === 'perhaps' ? 'verdict bad' : 'verdict'}>
          {text.finetune.verdict[verdict]}
        </span>
      </h3>
      <div className="stack" aria-hidden="true">
        {capacity && <div className="room" style={{ width: at(capacity.gib) }} />}
        <div className="filled">
          {terms.map(({ id, gib }) => (
            <span key={id} className={`term ${looks[id]}`} style={{ width: at(gib) }} />
          ))}
        </div>
        <span className="whisker" style={{ insetInlineStart: at(low), width: at(high - low) }} />
        {capacity && <span className="mark capacity" style={{ insetInlineStart: at(capacity.gib) }} />}
      </div>
      <p className="marks">
        <span>
          <i className="key whisker" aria-hidden="true" /> {text.finetune.interval}{' '}
          {text.figures.between(figure(low), figure(high))} GiB
        </span>
        {capacity && (
          <span>
            <i className="key capacity" aria-hidden="true" /> {text.memory.capacity} {figure(capacity.gib)}{' '}
            GiB, {capacity.title}
          </span>
        )}
      </p>
      <ul className="terms">
        <li className="two">
          <span>{text.finetune.peak}</span>
          <Figure working={tunePeakWorking(tune)} />
        </li>
        {terms.map(({ id }) => (
          <li key={id}>
            <i className={`swatch ${looks[id]}`} aria-hidden="true" />
            <span>{text.finetune.terms[id]}</span>
            <Figure bare working={tuneTermWorking(tune, id)} />
          </li>
        ))}
      </ul>
      <TableBehind
        label={`${text.table}: ${says}`}
        head={[text.finetune.term, text.finetune.arithmetic, text.finetune.factor, text.finetune.size]}
        rows={tune.terms.map(({ id, arithmetic, factor, gib }) => [
          text.finetune.terms[id],
          figure(arithmetic),
          figure(factor),
          figure(gib),
        ])}
      />
    </section>
  );
});
