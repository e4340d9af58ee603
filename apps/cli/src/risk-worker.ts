import { parentPort, workerData } from 'node:worker_threads';
import { answer, type RiskEffort, type RiskJob } from '@aboveboard/dataset/risk/risk-job';
import { type MeasuredLevel, readPointerDataset, subjectOf } from './pointer-dataset.ts';

/** One of the threads that share a measurement's jobs: reads the dataset once, answers what it is asked. */
const { folder, level, effort } = workerData as {
  folder: string;
  level: MeasuredLevel;
  effort: RiskEffort;
};
const port = parentPort;
if (port !== null) {
  const subject = subjectOf(readPointerDataset(folder), level);
  port.on('message', (job: RiskJob) => port.postMessage(answer(subject, job, effort)));
}
