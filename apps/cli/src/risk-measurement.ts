import { Worker } from 'node:worker_threads';
import type { PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import type { RiskAnswer, RiskEffort, RiskJob } from '@aboveboard/dataset/risk/risk-job';
import { type RiskReport, riskJobs, riskReport } from '@aboveboard/dataset/risk/risk-report';
import { activeMinutes, type MeasuredLevel, readPointerDataset } from './pointer-dataset.ts';
import { type RiskSource, sessionColumns } from './risk-source.ts';

export type MeasurementOptions = {
  level: MeasuredLevel;
  effort: RiskEffort;
  seed: number;
  threads: number;
  progress: (done: number, of: number) => void;
};

/** The whole measurement of a dataset, shared out to threads; one that fails fails it all (T14). */
export function measureRisk(folder: string, options: MeasurementOptions): Promise<RiskReport> {
  // Read here first: a dataset with faults is told in a sentence, and no thread is begun.
  return measured(readPointerDataset(folder), { folder }, options);
}

/** The same of sessions that are at hand. */
export function measureSessions(
  sessions: readonly PointerSession[],
  options: MeasurementOptions,
): Promise<RiskReport> {
  return measured(sessions, { sessions: sessions.map(sessionColumns) }, options);
}

async function measured(
  sessions: readonly PointerSession[],
  source: RiskSource,
  options: MeasurementOptions,
): Promise<RiskReport> {
  const { level, effort, seed } = options;
  const about = {
    level,
    people: new Set(sessions.map(({ person }) => person)).size,
    sessions: sessions.length,
    minutes: Math.round(activeMinutes(sessions)),
  };
  const jobs = longestFirst(riskJobs(seed));
  const answers: RiskAnswer[] = [];
  let next = 0;
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./risk-worker.ts', import.meta.url), {
        workerData: { source, level, effort },
      });
      const ask = () => {
        const job = jobs[next++];
        if (job !== undefined) worker.postMessage(job);
        else worker.terminate().then(() => resolve(), reject);
      };
      worker.on('message', (answer: RiskAnswer) => {
        answers.push(answer);
        options.progress(answers.length, jobs.length);
        ask();
      });
      worker.on('error', reject);
      ask();
    });
  await Promise.all(Array.from({ length: options.threads }, run));
  const order = riskJobs(seed).map((job) => JSON.stringify(job));
  answers.sort((a, b) => order.indexOf(JSON.stringify(a.job)) - order.indexOf(JSON.stringify(b.job)));
  return riskReport(about, answers);
}

/** Short tasks are many: begun first, so that both threads end at about the same time. */
function longestFirst(jobs: readonly RiskJob[]): RiskJob[] {
  const rank = ({ length }: RiskJob) => (length === 'all' ? 3 : length === 1 ? 0 : length === 5 ? 1 : 2);
  return [...jobs].sort((a, b) => rank(a) - rank(b));
}
