/** Why there is no backup, or no restored folder; what was there before is as it was (spec/backup.md, BAK30). */
export type BackupErrorCode =
  /** Not a backup, or not a whole one: see `faults`. */
  | 'faulty'
  /** Of another format, or of a newer Aboveboard. */
  | 'unknown-format'
  | 'newer-schema'
  | 'other-installation'
  /** The folder to restore into holds something. */
  | 'occupied'
  /** Another backup or restore works there. */
  | 'busy'
  | 'disk-full'
  /** The database to restore into is of a kind that no server works with, or what is to be backed up lies elsewhere. */
  | 'unsuitable'
  /** It did not say whether it has all of it: the same restore again finds out. */
  | 'unsure'
  | 'no-installation'
  /** What is to be backed up is damaged: see `faults`. */
  | 'source-damaged'
  /** For how many days it may be kept is not known. */
  | 'rules-unknown'
  /** Its schema could not be brought forward. */
  | 'migration-failed';

export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  /** Everything that is wrong, not only the first. */
  readonly faults: readonly string[];
  constructor(
    code: BackupErrorCode,
    message: string,
    faults: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(
      faults.length === 0 ? message : `${message}\n${faults.map((one) => `  ${one}`).join('\n')}`,
      options,
    );
    this.code = code;
    this.faults = faults;
  }
}

/** Gives a full disk its name, whoever met it; anything else as it is. */
export function asDiskFull(error: unknown, where: string): unknown {
  // 53100: PostgreSQL's own word for it.
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== '53100') return error;
  return new BackupError(
    'disk-full',
    `There is no room left in ${where}. What was begun there was removed.`,
    [],
    {
      cause: error,
    },
  );
}
