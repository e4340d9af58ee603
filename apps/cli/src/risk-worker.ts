import { parentPort, workerData } from 'node:worker_threads';
import { answer, type RiskEffort, type RiskJob } from '@aboveboard/dataset/risk/risk-job';
import { type MeasuredLevel, subjectOf } from './pointer-dataset.ts';
import { type RiskSource, sessionsFrom } from './risk-source.ts';

/** One of the threads that share a measurement's jobs: reads what is measured once, answers what it is asked. */
const { source, level, effort } = workerData as {
  source: RiskSource;
  level: MeasuredLevel;
  effort: RiskEffort;
};
const port = parentPort;
if (port !== null) {
  const subject = subjectOf(sessionsFrom(source), level);
  port.on('message', (job: RiskJob) => port.postMessage(answer(subject, job, effort)));
}
