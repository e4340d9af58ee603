import { useId } from 'react';
import { words } from '../messages/en.ts';
import type { BudgetView } from '../wire/panel-message.ts';

const say = words.budgets;

/** How much of each agreed budget is used (T17): figures first, the bar is only the same again. */
export function BudgetUse({ budgets, heading: Heading }: { budgets: BudgetView; heading: 'h2' | 'h3' }) {
  const id = useId();
  const { cpu, memory, disk, network, slow } = budgets;
  return (
    <section className="stack" aria-labelledby={id}>
      <Heading id={id}>{say.heading}</Heading>
      {slow && <p className="note">{say.slow}</p>}
      <dl className="budgets">
        <Line name={say.cpu} used={cpu.share} of={cpu.of} words={say.share} />
        <Line name={say.memory} used={memory.bytes} of={memory.of} words={say.bytes} />
        <Line name={say.disk} used={disk.bytes} of={disk.of} words={say.bytes} />
        <Line name={say.network} used={network.bytes} of={network.of} words={say.bytes} />
      </dl>
      <p className="soft small">{say.agreed}</p>
    </section>
  );
}

function Line({
  name,
  used,
  of,
  words: sentence,
}: {
  name: string;
  used: number | null;
  of: number;
  words: (used: number, of: number) => string;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{used === null ? say.idle : sentence(used, of)}</dd>
      <dd className="bar" aria-hidden="true">
        <meter min={0} max={of} value={Math.min(used ?? 0, of)} />
      </dd>
    </div>
  );
}
