import { createHash } from 'node:crypto';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type PlainUse, plainEntry } from '@aboveboard/consent/uses-entry';
import type { Role } from '@aboveboard/protocol/installation';
import type { InstallationLog } from './installation-log.ts';

/** Writes acts into *uses*: what stewards, researchers and the server itself did, plainly (LGS40, LGS43). */
export type UsesLog = {
  /**
   * Resolves when the entry is durable, included, and under the quorum where the policy asks for one; throws
   * otherwise, and then what it is about may not be done (T14). `key` as for `InstallationLog.append`.
   */
  record(by: PlainUse['actor'], act: PlainUse['act'], key?: string): Promise<{ index: number }>;
};

export function makeUsesLog(parts: {
  log: Pick<InstallationLog, 'append'>;
  /** Resolves when a checkpoint of at least so many entries has the quorum; at once where none is asked for. */
  witnessed: (size: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  now: () => number;
}): UsesLog {
  const { log, witnessed, now } = parts;
  return {
    async record(actor, act, key) {
      const at = Math.floor(now() / 1000);
      const entry = plainEntry({ format: 'aboveboard-use', formatVersion: 1, at, actor, act });
      const { index } = await log.append(entry, key);
      await witnessed(index + 1);
      return { index };
    },
  };
}

const ROLES: Readonly<Partial<Record<Role | 'server', PlainUse['actor']['role']>>> = {
  employer: 'employer',
  representative: 'representative',
  dpo: 'data-protection-officer',
  researcher: 'researcher',
  operator: 'operator',
};

/** Who acted, from `role` or `role:handle`; the handle only as a digest, so that it is no session's any more. */
export function actorOf(by: string): PlainUse['actor'] {
  const [role = '', handle] = by.split(':');
  const known = ROLES[role as Role] ?? 'system';
  return { role: known, account: handle ? accountOf(handle) : null };
}

/** A handle or the id of an account as the log and grants have it; what has that form already stays as it is. */
export function accountOf(handle: string): string {
  if (/^[0-9a-f]{32}$/.test(handle)) return handle;
  return createHash('sha256').update(`aboveboard account\0${handle}`).digest('hex').slice(0, 32);
}

/** The digest of a list of ids, in the order of the ids. */
export function listDigest(ids: readonly string[]): string {
  return createHash('sha256')
    .update(canonicalBytes([...ids].sort()))
    .digest('hex');
}
