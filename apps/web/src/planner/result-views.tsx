import { memo, type ReactNode } from 'react';
import type { Answered } from './calculation.ts';
import type { Shown } from './comparison-view.tsx';
import { AssumedView, BreakEvenView, CumulativeView, TornadoView } from './cost-view.tsx';
import { DeployView } from './deploy-view.tsx';
import { MemoryStack, memoryScale } from './memory-view.tsx';
import { text } from './messages/en.ts';
import { ProgrammeView } from './programme-view.tsx';
import { SpeedView } from './speed-view.tsx';
import { TuneView } from './tune-view.tsx';

type Whole = { name: string; answered: Answered; target: number; key: string };

/** The pictures, kind by kind, the scenarios of each side by side. */
export const ResultViews = memo(function ResultViews(props: { scenarios: readonly Shown[] }): ReactNode {
  const whole = props.scenarios.flatMap(({ name, answered }, i): Whole[] =>
    answered ? [{ name, answered, key: String(i), target: answered.target }] : [],
  );
  // One scenario needs no name over each picture.
  const titled = whole.length > 1;
  const memories = whole.flatMap(({ answered: { memory } }) => (memory ? [memory] : []));
  const scale = memories.length > 0 ? memoryScale(memories) : 1;
  const curves = whole.flatMap(({ answered, ...rest }) =>
    answered.answer.curve ? [{ ...rest, answered, curve: answered.answer.curve }] : [],
  );
  const costs = whole.flatMap(({ answered, name, key }) =>
    answered.answer.cost ? [{ name, key, answered, cost: answered.answer.cost }] : [],
  );
  const tunes = whole.flatMap(({ answered: { finetune }, ...rest }) =>
    finetune ? [{ ...rest, tune: finetune }] : [],
  );
  const programmes = whole.flatMap(({ answered: { answer }, name, key }) =>
    answer.programme ? [{ name, key, answer: answer.programme }] : [],
  );
  const deploys = whole.flatMap(({ answered: { answer }, name, key }) =>
    answer.deploy ? [{ name, key, answer: answer.deploy }] : [],
  );
  return (
    <>
      {memories.length > 0 && (
        <Kind title={text.memory.title}>
          <div className="stacks">
            {whole.map(
              ({ name, key, answered: { memory } }) =>
                memory && <MemoryStack key={key} name={name} memory={memory} scale={scale} />,
            )}
          </div>
        </Kind>
      )}
      <Kind title={text.speed.title} note={curves.length > 0 ? text.speed.note : text.speed.none}>
        <div className="charts">
          {curves.map(({ name, key, curve, target, answered }) => (
            <SpeedView
              key={key}
              titled={titled}
              name={name}
              curve={curve}
              target={target}
              answered={answered}
            />
          ))}
        </div>
      </Kind>
      {tunes.length > 0 && (
        <Kind title={text.finetune.title} note={text.finetune.note}>
          <div className="stacks">
            {tunes.map(({ name, key, tune }) => (
              <TuneView key={key} name={name} tune={tune} />
            ))}
          </div>
        </Kind>
      )}
      {costs.length === 0 ? (
        <Kind title={text.cost.title} note={text.cost.none} />
      ) : (
        <>
          <Kind title={text.cost.title} note={text.cost.note}>
            <div className="charts">
              {costs.map(({ name, key, ...rest }) => (
                <CumulativeView key={key} titled={titled} name={name} {...rest} />
              ))}
            </div>
          </Kind>
          <Kind title={text.cost.breakEvenTitle} note={text.cost.breakEvenNote}>
            <div className="charts">
              {costs.map(({ name, key, ...rest }) => (
                <BreakEvenView key={key} titled={titled} name={name} {...rest} />
              ))}
            </div>
          </Kind>
          <Kind title={text.cost.tornadoTitle} note={text.cost.tornadoNote}>
            <div className="charts">
              {costs.map(({ name, key, ...rest }) => (
                <TornadoView key={key} titled={titled} name={name} {...rest} />
              ))}
            </div>
            {costs.map(({ name, key, answered }) => (
              <AssumedView key={key} name={name} answered={answered} />
            ))}
          </Kind>
        </>
      )}
      {programmes.length > 0 && (
        <Kind title={text.programme.title}>
          {programmes.map(({ name, key, answer }) => (
            <ProgrammeView key={key} titled={titled} name={name} answer={answer} />
          ))}
        </Kind>
      )}
      {deploys.length > 0 && (
        <Kind title={text.deploy.title} note={text.deploy.note}>
          {deploys.map(({ name, key, answer }) => (
            <DeployView key={key} titled={titled} name={name} answer={answer} />
          ))}
        </Kind>
      )}
    </>
  );
});

function Kind(props: { title: string; note?: string; children?: ReactNode }): ReactNode {
  return (
    <section className="kind">
      <h2>{props.title}</h2>
      {props.note && <p className="soft small">{props.note}</p>}
      {props.children}
    </section>
  );
}
