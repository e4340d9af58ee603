import type { ProgrammeRate } from '@aboveboard/planner/programme/rates';
import type { ProgrammeAnswer, Range } from '@aboveboard/planner/programme/sizing';
import { memo, type ReactNode } from 'react';
import { bytesInWords } from '../figures.ts';
import { text } from './messages/en.ts';
import { compact, figure } from './numbers.ts';
import { Figure, type Working } from './working.tsx';

type Sized = keyof typeof text.programme.names;

/** Which rates each figure rests on. */
const restsOn: Record<Sized, readonly ProgrammeRate[]> = {
  stored: ['bytes_per_browser_hour', 'bytes_per_desktop_hour'],
  uploads_a_month: ['bytes_per_browser_hour', 'bytes_per_desktop_hour'],
  peak_upload_rate: ['bytes_per_browser_hour', 'bytes_per_desktop_hour'],
  masking_cpu_share: ['masking_cpu_browser', 'masking_cpu_desktop'],
  vault_batches_a_second: ['bytes_per_browser_hour', 'bytes_per_desktop_hour', 'batch_bytes'],
  vault_headroom: ['vault_batches_a_second', 'batch_bytes'],
  dataset_build: ['events_per_hour', 'dataset_events_a_second'],
  annotation_tokens_a_month: [
    'actions_per_browser_hour',
    'actions_per_desktop_hour',
    'annotation_tokens_per_action',
  ],
  finetune_gpu_hours_a_release: [
    'actions_per_browser_hour',
    'actions_per_desktop_hour',
    'tokens_per_action',
    'training_mfu',
  ],
  evaluation_gpu_hours_a_release: ['steps_per_task', 'tokens_per_action', 'evaluation_mfu'],
};
const sized = Object.keys(restsOn) as Sized[];

/** `2.2 GB` and `1.5M tokens`: the planner's units as people read them. */
function inWords(value: number, unit: string): string {
  if (unit === 'bytes') return bytesInWords(value);
  if (unit === 'bytes/s') return `${bytesInWords(value)}/s`;
  return `${value >= 100_000 ? compact(value) : figure(value)} ${unit}`;
}

/** The unit stands once in a range, but for bytes, whose unit changes with their size. */
const bare = (value: number, unit: string) =>
  unit.startsWith('bytes') ? inWords(value, unit) : inWords(value, '').trim();

function workingOf(id: Sized, answer: ProgrammeAnswer): Working {
  const range = answer[id];
  const rates = answer.rates.filter(({ name }) => restsOn[id].includes(name));
  const measured = rates.length > 0 && rates.every((rate) => rate.measured);
  return {
    title: text.programme.names[id],
    value: inWords(range.typical, range.unit),
    ...(range.low < range.high
      ? { range: text.figures.between(bare(range.low, range.unit), inWords(range.high, range.unit)) }
      : {}),
    basis: measured
      ? { word: text.programme.word.measured, says: text.programme.measured }
      : { word: text.programme.word.assumed, says: text.programme.assumed },
    formula: text.programme.formulas[id],
    inputs: rates.map(({ name, value }) => [text.fields[name][0], rateInWords(value)]),
    sources: rates.map(({ name, source }) => `${text.fields[name][0]}: ${source}`),
  };
}

const rateInWords = ({ low, typical, high, unit }: Range) =>
  low === high
    ? `${figure(typical)} ${unit}`
    : `${figure(typical)} ${unit} (${text.figures.between(figure(low), figure(high))})`;

/** What a recording programme takes, each figure with what it rests on. */
export const ProgrammeView = memo(function ProgrammeView(props: {
  name: string;
  titled: boolean;
  answer: ProgrammeAnswer;
}): ReactNode {
  const { name, answer } = props;
  return (
    <section aria-label={`${text.programme.title}: ${name}`}>
      {props.titled && <h3>{name}</h3>}
      <p className="soft small">{text.programme.note(figure(answer.recorded_hours_a_month))}</p>
      <ul className="terms sums">
        {sized.map((id) => (
          <li key={id}>
            <span>{text.programme.names[id]}</span>
            <Figure working={workingOf(id, answer)} />
          </li>
        ))}
      </ul>
    </section>
  );
});
