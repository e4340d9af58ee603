/** What an outsider could make grow has a limit here, under the name that errors use. */
export type GuardianLimits = {
  /** Cells of one period. */
  cellsHeld: number;
  cellsPerBatch: number;
  connections: number;
  /** A request must arrive within this time. */
  requestSeconds: number;
  /** The server must answer a batch within this time. */
  serverSeconds: number;
  /** Of one code or token's act. */
  voiceBytes: number;
  /** Acts that wait for their turn. */
  voiceWaiting: number;
  /** Of the representative's acts; an agreement is the largest. */
  representativeBytes: number;
  employees: number;
  issues: number;
  /** Attempts at the passphrase, from all addresses together. */
  signInsPerMinute: number;
  sessions: number;
  sessionSeconds: number;
};

export const DEFAULT_GUARDIAN_LIMITS: Readonly<GuardianLimits> = {
  cellsHeld: 2_000,
  cellsPerBatch: 256,
  connections: 4_000,
  requestSeconds: 30,
  serverSeconds: 60,
  voiceBytes: 16 * 1024,
  voiceWaiting: 256,
  representativeBytes: 2 * 1024 * 1024,
  employees: 100_000,
  issues: 100,
  signInsPerMinute: 20,
  sessions: 8,
  sessionSeconds: 3_600,
};
