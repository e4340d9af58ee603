import type { Decide } from './decision.ts';
import { DECLARED_JOBS, type JobName } from './declared-jobs.ts';

/**
 * What the server does by itself is decided like what anybody asks for (ACC1, ACC5): before each run, by the action that the job
 * is declared with. A job that may not run throws, and what it is about stays undone.
 */
export type MayRun = (job: JobName) => void;

export class JobRefused extends Error {
  override readonly name = 'JobRefused';
}

export function makeMayRun(parts: { decide: Decide; kind: string }): MayRun {
  const { decide, kind } = parts;
  const principal = { role: 'server', id: 'server', steppedUp: false } as const;
  return (job) => {
    const { action } = DECLARED_JOBS[job];
    const { allowed } = decide({ principal, action, resource: { type: 'Installation', kind } });
    if (!allowed) throw new JobRefused(`The policies do not let this server do "${job}".`);
  };
}
