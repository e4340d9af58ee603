import { Worker } from 'node:worker_threads';
import type { TaskLength } from '@aboveboard/dataset/risk/attacked-task';
import type { Identification } from '@aboveboard/dataset/risk/identification';
import type { Share } from '@aboveboard/dataset/risk/interval';
import type { Linkage } from '@aboveboard/dataset/risk/linkage';
import type { PartLinkage, Third } from '@aboveboard/dataset/risk/part-linkage';
import type { Form } from './forms.ts';

/** One figure of the table; figures do not depend on each other. */
export type Question =
  | { what: 'naming' | 'no signal'; form: Form; length: TaskLength; rounds: number }
  | { what: 'linking'; form: Form; length: TaskLength; rounds: number }
  | { what: 'joining'; form: Form; precision: 'day' | 'minute' }
  | { what: 'naming a piece'; form: 'open, mixed'; rounds: number }
  | { what: 'putting parts together'; form: 'release'; third: Third; rounds: number };

export type Answer = { question: Question; found: Identification | Linkage | PartLinkage | Share };

/** Shared out to two threads, the longest first. */
export async function answers(questions: readonly Question[]): Promise<Answer[]> {
  const found: Answer[] = [];
  let next = 0;
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      const ask = () => {
        const question = questions[next++];
        if (question) worker.postMessage(question);
        else worker.terminate().then(() => resolve(), reject);
      };
      worker.on('message', (answer: Answer) => {
        found.push(answer);
        if (process.stderr.isTTY) process.stderr.write(`\rfigure ${found.length} of ${questions.length} `);
        ask();
      });
      worker.on('error', reject);
      ask();
    });
  await Promise.all([run(), run()]);
  return questions.map((question) => {
    const answer = found.find((one) => JSON.stringify(one.question) === JSON.stringify(question));
    if (!answer) throw new Error('A figure is missing.');
    return answer;
  });
}
