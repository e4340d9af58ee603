import type { RandomBytes } from './part-sealing.ts';
import { isRecordingId } from './recording-key.ts';

/**
 * Nothing opens a recording without an entry here first (T13; spec/vault.md, VLT20-VLT39). Every function
 * that yields plaintext of a recording takes an `Access`, and only `beforeRead` makes one.
 */
export interface AccessJournal {
  /** Durable before it returns. Throws, and then nothing may be opened (T14). */
  beforeRead(purpose: AccessPurpose, ids: readonly string[]): Promise<Access>;
}

export type AccessPurpose = {
  /** From the closed list of what the software does with recordings; never performance or attendance. */
  kind: AccessKind;
  /** A role, and if need be a handle that names no person: `researcher`, `job:k3f9`. */
  by: string;
};

export type AccessKind =
  | 'dataset'
  | 'inspection'
  | 'rendering'
  | 'environment'
  | 'own-review'
  | 'verification';

export const ACCESS_KINDS: readonly AccessKind[] = [
  'dataset',
  'inspection',
  'rendering',
  'environment',
  'own-review',
  'verification',
];

declare const accessBrand: unique symbol;
/** The types let nobody else build one, and `covers` knows those that a journal gave out. */
export type Access = {
  readonly [accessBrand]: true;
  /** Id of the journal's entry. */
  readonly entry: string;
  readonly purpose: Readonly<AccessPurpose>;
  readonly ids: ReadonlySet<string>;
};

/** What the journal keeps of one access. */
export type JournalEntry = {
  entry: string;
  /** Milliseconds since the epoch, by the clock that the journal was given. */
  at: number;
  purpose: AccessPurpose;
  ids: readonly string[];
};

/** Where entries are kept. */
export interface JournalStorage {
  /** Durable before it resolves; throws otherwise. Never changes or removes what is there. */
  append(entry: JournalEntry): Promise<void>;
}

export type JournalErrorCode = 'bad-purpose' | 'bad-id' | 'storage' | 'not-covered';
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Held apart from the objects themselves, so that a look-alike made by a cast covers nothing. */
const given = new WeakMap<Access, ReadonlySet<string>>();

export function makeJournal(options: {
  storage: JournalStorage;
  /** Milliseconds since the epoch. */
  now: () => number;
  random: RandomBytes;
}): AccessJournal {
  const { storage, now, random } = options;
  return {
    async beforeRead(purpose, ids) {
      const asked = checkedPurpose(purpose);
      const unique = new Set(ids);
      if (unique.size === 0) throw new JournalError('bad-id', 'an access names at least one recording');
      for (const id of unique) {
        if (!isRecordingId(id)) throw new JournalError('bad-id', 'not the id of a recording');
      }
      const entry = entryId(random);
      try {
        await storage.append({ entry, at: now(), purpose: asked, ids: [...unique] });
      } catch (cause) {
        throw new JournalError('storage', 'the access could not be recorded, so nothing was opened', {
          cause,
        });
      }
      const access = { entry, purpose: Object.freeze(asked), ids: new Set(unique) } as unknown as Access;
      given.set(Object.freeze(access), unique);
      return access;
    },
  };
}

/** Did a journal of this process record this access, and for this recording? */
export function covers(access: Access, id: string): boolean {
  return given.get(access)?.has(id) === true;
}

/** Throws JournalError `not-covered`; for the first line of whatever opens a recording. */
export function requireAccess(access: Access, id: string): void {
  if (!covers(access, id)) throw new JournalError('not-covered', 'no recorded access covers this recording');
}

function checkedPurpose({ kind, by }: AccessPurpose): AccessPurpose {
  if (!ACCESS_KINDS.includes(kind)) throw new JournalError('bad-purpose', 'a purpose from the closed list');
  if (typeof by !== 'string' || !/^[a-z][a-z-]{0,31}(:[A-Za-z0-9_-]{1,64})?$/.test(by)) {
    throw new JournalError('bad-purpose', 'who reads is a role and at most a handle: researcher:k3f9');
  }
  return { kind, by };
}

function entryId(random: RandomBytes): string {
  const bytes = random(16);
  if (bytes.length !== 16) throw new JournalError('storage', 'the source of randomness gave no id');
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
