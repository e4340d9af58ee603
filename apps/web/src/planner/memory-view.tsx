import { memo, type ReactNode } from 'react';
import type { MemoryWorking } from './calculation.ts';
import { TableBehind } from './chart.tsx';
import { formulas, text } from './messages/en.ts';
import { figure, gib } from './numbers.ts';
import { Figure } from './working.tsx';
import { fitsInWords } from './workings.ts';

type Term = {
  id: keyof typeof text.memory.terms;
  bytes: number;
  inputs: readonly (readonly [string, string])[];
};

/** What lies in one GPU, from the weights up, against what it holds. */
function termsOf({ plan, shape, kv, quant, maxLen, layout }: MemoryWorking): Term[] {
  const overhead = plan.nonTorch + plan.graphs;
  const used = plan.weightBytes + plan.activation.peak + overhead;
  const request = plan.kvPerRequest;
  const more = Math.max(0, plan.kvAvailable - request);
  const spare = plan.capacity - used - request - more;
  const terms: Term[] = [
    {
      id: 'weights',
      bytes: plan.weightBytes,
      inputs: [
        [text.fields.quant[0], quant],
        [text.fields.tp[0], String(layout.tp)],
        ...plan.weights.map(({ role, bytes }) => [role, `${figure(gib(bytes))} GiB`] as const),
      ],
    },
    {
      id: 'activations',
      bytes: plan.activation.peak,
      inputs: [
        ['max_num_batched_tokens', figure(plan.assumed.batchedTokens)],
        ['max_num_seqs', figure(plan.assumed.sequences)],
      ],
    },
    {
      id: 'overhead',
      bytes: overhead,
      inputs: [
        [text.memory.overheads.runtime, `${figure(gib(plan.nonTorch - plan.communication))} GiB`],
        [text.memory.overheads.communication, `${figure(gib(plan.communication))} GiB`],
        [text.memory.overheads.graphs, `${figure(gib(plan.graphs))} GiB`],
      ],
    },
    {
      id: 'request',
      bytes: request,
      inputs: [
        [text.fields.context[0], `${figure(maxLen)} tokens`],
        [formulas.inputs.shape, formulas.shape(shape.layers, shape.kvHeads, shape.headDim)],
        [text.fields.kvDtype[0], kv],
      ],
    },
    { id: 'rest', bytes: more, inputs: [[formulas.inputs.kvLeft, `${figure(gib(plan.kvAvailable))} GiB`]] },
  ];
  terms.push({
    id: spare < 0 ? 'over' : 'spare',
    bytes: Math.abs(spare),
    inputs: [
      [text.memory.capacity, `${figure(gib(plan.capacity))} GiB`],
      [text.memory.budget, `${figure(gib(plan.budget))} GiB (${figure(plan.assumed.fraction)})`],
    ],
  });
  return terms.filter(({ id, bytes }) => bytes > 0 && (id !== 'rest' || plan.fits));
}

/** `scale`: bytes at the full width, the same for all scenarios, so that bars can be compared. */
export const MemoryStack = memo(function MemoryStack(props: {
  name: string;
  memory: MemoryWorking;
  scale: number;
}): ReactNode {
  const { name, memory, scale } = props;
  const terms = termsOf(memory);
  const { capacity, budget, fits } = memory.plan;
  const at = (bytes: number) => `${(100 * bytes) / scale}%`;
  const drawn = terms.filter(({ id }) => id !== 'spare' && id !== 'over');
  const says = text.memory.says(name, fits);
  const verdict = fitsInWords(fits, memory.requests);
  return (
    <section className="memory" aria-label={says}>
      <h3>
        {name}{' '}
        <span className={verdict === text.figures.yes ? 'verdict' : 'verdict bad'}>
          {fits ? text.figures.fits : text.figures.fitsNot}
          {verdict === text.figures.edge && `: ${text.figures.edge}`}
        </span>
      </h3>
      {memory.unchecked.length > 0 && (
        <p className="small">{text.figures.uncheckedIs(memory.unchecked.join('; '))}</p>
      )}
      <div className="stack" aria-hidden="true">
        <div className="room" style={{ width: at(capacity) }} />
        <div className="filled">
          {drawn.map(({ id, bytes }) => (
            <span key={id} className={`term ${id}`} style={{ width: at(bytes) }} />
          ))}
        </div>
        {budget < capacity && <span className="mark budget" style={{ insetInlineStart: at(budget) }} />}
        <span className="mark capacity" style={{ insetInlineStart: at(capacity) }} />
      </div>
      <p className="marks">
        {budget < capacity && (
          <span>
            <i className="key budget" aria-hidden="true" /> {text.memory.budget} {figure(gib(budget))} GiB
          </span>
        )}
        <span>
          <i className="key capacity" aria-hidden="true" /> {text.memory.capacity} {figure(gib(capacity))} GiB
        </span>
      </p>
      <ul className="terms">
        {terms.map(({ id, bytes, inputs }) => (
          <li key={id}>
            <i className={`swatch ${id}`} aria-hidden="true" />
            <span>{text.memory.terms[id]}</span>
            <Figure
              working={{
                title: text.memory.terms[id],
                value: `${figure(gib(bytes))} GiB`,
                formula: formulas.terms[id],
                inputs,
                sources: memory.sources,
              }}
            />
          </li>
        ))}
      </ul>
      <TableBehind
        label={`${text.table}: ${says}`}
        head={[text.memory.term, text.memory.size]}
        rows={[
          ...terms.map(({ id, bytes }) => [text.memory.terms[id], figure(gib(bytes))]),
          ...memory.plan.weights.map(({ role, bytes }) => [
            `${text.memory.terms.weights}: ${role}`,
            figure(gib(bytes)),
          ]),
        ]}
      />
    </section>
  );
});

/** Bytes that the longest of the bars needs. */
export function memoryScale(all: readonly MemoryWorking[]): number {
  return (
    Math.max(
      ...all.map((memory) =>
        Math.max(
          memory.plan.capacity,
          termsOf(memory).reduce(
            (sum, { id, bytes }) => (id === 'spare' || id === 'over' ? sum : sum + bytes),
            0,
          ),
        ),
      ),
    ) * 1.005
  );
}
