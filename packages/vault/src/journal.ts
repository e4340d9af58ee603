/**
 * Nothing opens a recording without an entry here first (T13). Every function that yields plaintext of a
 * recording takes an `Access`, and only `beforeRead` makes one.
 */
export interface AccessJournal {
  /** Durable before it returns. Throws, and then nothing may be opened (T14). */
  beforeRead(purpose: AccessPurpose, ids: readonly string[]): Promise<Access>;
}

export type AccessPurpose = {
  /** From the closed list of what the software does with recordings; never performance or attendance. */
  kind: 'dataset' | 'inspection' | 'rendering' | 'environment' | 'own-review' | 'verification';
  /** A role and a handle that names no person. */
  by: string;
};

export type Access = {
  readonly entry: string;
  readonly purpose: AccessPurpose;
  readonly ids: ReadonlySet<string>;
};
