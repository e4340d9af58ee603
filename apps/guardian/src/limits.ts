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
  /** An answer to an act is given a whole number of these after it came (GRD26). */
  voiceAnswerMilliseconds: number;
  /** Of the representative's acts; an agreement is the largest. */
  representativeBytes: number;
  employees: number;
  /** Fewer people who join later are not dealt codes alone: whose they are could be guessed. */
  fewestJoining: number;
  issues: number;
  /** Attempts at the passphrase, from all addresses together. */
  signInsPerMinute: number;
  sessions: number;
  sessionSeconds: number;
  /** Of one request about halves. */
  halvesBytes: number;
  /** Such requests that are being checked at one time. */
  halvesWaiting: number;
  halvesHeld: number;
  /** Of recordings for which halves are given; the representative can lower and raise it. */
  halvesPerHour: number;
  /** How old the entry of an access may be that halves are asked with. */
  accessSeconds: number;
  /** Between two rounds of the probe (ACC45). */
  probeSeconds: number;
};

export const DEFAULT_GUARDIAN_LIMITS: Readonly<GuardianLimits> = {
  cellsHeld: 2_000,
  cellsPerBatch: 256,
  connections: 4_000,
  requestSeconds: 30,
  serverSeconds: 60,
  voiceBytes: 16 * 1024,
  voiceWaiting: 256,
  voiceAnswerMilliseconds: 250,
  representativeBytes: 2 * 1024 * 1024,
  employees: 100_000,
  fewestJoining: 5,
  issues: 100,
  signInsPerMinute: 20,
  sessions: 8,
  sessionSeconds: 3_600,
  halvesBytes: 1024 * 1024,
  halvesWaiting: 64,
  halvesHeld: 5_000_000,
  halvesPerHour: 1_000,
  accessSeconds: 3_900,
  probeSeconds: 300,
};
