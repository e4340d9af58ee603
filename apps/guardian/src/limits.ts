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
};

export const DEFAULT_GUARDIAN_LIMITS: Readonly<GuardianLimits> = {
  cellsHeld: 2_000,
  cellsPerBatch: 256,
  connections: 4_000,
  requestSeconds: 30,
  serverSeconds: 60,
};
