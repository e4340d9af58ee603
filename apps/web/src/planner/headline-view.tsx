import { memo, type ReactNode } from 'react';
import type { Answered } from './calculation.ts';
import type { Shown } from './comparison-view.tsx';
import { text } from './messages/en.ts';
import { figure, share } from './numbers.ts';
import { tuneVerdict } from './tune-terms.ts';
import { ways } from './ways.ts';
import { fitsInWords } from './workings.ts';

/** The answer in a few sentences, before anything else: what a first look wants to know. */
export const HeadlineView = memo(function HeadlineView(props: { scenarios: readonly Shown[] }): ReactNode {
  const told = props.scenarios.flatMap(({ name, answered }, i) =>
    answered ? [{ name, key: String(i), sentences: sentencesOf(answered) }] : [],
  );
  if (told.length === 0) return null;
  return (
    <section className="headline" aria-label={text.headline.title}>
      {told.map(({ name, key, sentences }) => (
        <p key={key}>
          <strong>{name}.</strong> {sentences.join(' ')}
        </p>
      ))}
    </section>
  );
});

function sentencesOf({ answer, memory, finetune }: Answered): string[] {
  const sentences: string[] = [];
  const say = text.headline;
  if (answer.memory && memory) {
    const fits = fitsInWords(memory.plan.fits, memory.requests);
    if (fits === text.figures.no) sentences.push(say.fitsNot(say.binds[memory.binds]));
    else if (fits === text.figures.edge) sentences.push(say.edge);
    else sentences.push(say.fits(figure(Math.floor(answer.memory.max_concurrency)), figure(memory.maxLen)));
  }
  if (answer.service && answer.speed) {
    const { reachable, gpus } = answer.service;
    sentences.push(reachable ? say.gpus(gpus, answer.speed.basis) : say.unreachable);
  }
  if (finetune) sentences.push(say.finetune[tuneVerdict(finetune)]);
  if (answer.cost) {
    const { cheapest, breakEven, years } = answer.cost;
    const [first = 'onPremise'] = [...ways].sort((a, b) => cheapest[b] - cheapest[a]);
    sentences.push(say.cheapest(text.cost.ways[first], share(cheapest[first]), years));
    sentences.push(say.even(share(1 - breakEven.api.never), breakEven.api.typicalMonth));
  }
  return sentences;
}
