/**
 * One way to say what is wrong with something from outside: all the faults at once, each with the rule of
 * the spec that it breaks and the place where it does. Nothing of the content is quoted: faults end up in
 * logs and answers, and the content may be personal.
 */
export type Fault = {
  /** `REC12`, `AGR7`: a rule in spec/. */
  rule: string;
  /** Where: `manifest.parts[3].bytes`, `byte 4096`, `event 12`. */
  at: string;
  message: string;
};

export type Checked<T> = { ok: true; value: T } | { ok: false; faults: Fault[] };

export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], options?: ErrorOptions) {
    super(faults.map((f) => `${f.rule} at ${f.at}: ${f.message}`).join('; '), options);
    this.faults = faults;
  }
}
