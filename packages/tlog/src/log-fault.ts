/**
 * What is wrong with something that came from outside: each fault with the rule of spec/log.md that it breaks
 * and the place where it does. Nothing of the content is quoted.
 */
export type LogFault = { rule: string; at: string; message: string };

export type Checked<T> = { ok: true; value: T } | { ok: false; faults: LogFault[] };

/**
 * `malformed`: not the format that it claims to be. `unverified`: a signature, proof, tile or quorum does not
 * hold. `unavailable`: a source did not give what the log must have. `storage`: the store failed or holds
 * what can't be. `outcome-unknown`: may or may not have been appended; retry under the same key.
 * `full`: too much waits; nothing was taken. `too-large`: above the limit of an entry.
 */
export type LogErrorCode =
  | 'malformed'
  | 'unverified'
  | 'unavailable'
  | 'storage'
  | 'outcome-unknown'
  | 'full'
  | 'too-large';

export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;
  readonly faults: readonly LogFault[];

  constructor(code: LogErrorCode, faults: LogFault | readonly LogFault[], options?: ErrorOptions) {
    const all = 'rule' in faults ? [faults] : faults;
    super(all.map((one) => `${one.rule} at ${one.at}: ${one.message}`).join('; '), options);
    this.code = code;
    this.faults = all;
  }
}

export function fault(rule: string, at: string, message: string): LogFault {
  return { rule, at, message };
}

export function faulty<T>(...faults: LogFault[]): Checked<T> {
  return { ok: false, faults };
}

/** The value, or the faults thrown. */
export function orThrow<T>(checked: Checked<T>, code: LogErrorCode = 'malformed'): T {
  if (checked.ok) return checked.value;
  throw new LogError(code, checked.faults);
}
