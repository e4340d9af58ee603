import type { InstallationAction } from './declared-actions.ts';

/**
 * What the server does by itself, each with the action that it is and that is decided before each run (spec/access.md, ACC5). None
 * of them reads what a contributor released.
 */
export const DECLARED_JOBS = {
  housekeeping: {
    action: 'keep-house',
    does: 'every hour: forgets uploads that nobody continues, ends sessions and codes that are over, removes bytes that nothing names, enters the day’s batch',
  },
  resume: { action: 'keep-house', does: 'at each start: finishes erasures and sweeps what a kill left' },
  witnessing: { action: 'keep-house', does: 'asks the witnesses to cosign the heads of the logs' },
  controls: {
    action: 'keep-house',
    does: 'every five minutes: asks the guardian how it is, and enters in the log of uses what its probe found',
  },
  reminders: {
    action: 'keep-house',
    does: 'every hour: tells the parties and the operator by mail that something waits, where addresses were entered',
  },
  retention: {
    action: 'keep-house',
    does: 'at each start and every hour: erases what was kept as long as was agreed',
  },
  completion: {
    action: 'verify-upload',
    does: 'when the last part has come: checks an upload against what was announced',
  },
} as const satisfies Readonly<Record<string, { action: InstallationAction; does: string }>>;
export type JobName = keyof typeof DECLARED_JOBS;
