import type { AccessRequest, OpenedAccess } from '@aboveboard/protocol/installation';
import type { Access, AccessJournal } from '@aboveboard/vault/journal';
import type { Who } from '../identity/identity.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { ServerLimits } from '../limits.ts';
import { notFound, overLimit } from '../refusal.ts';
import type { GrantedKeys } from './granted-keys.ts';
import { isShownToResearchers } from './recording-rows.ts';
import type { OpenRecording } from './sealed-parts.ts';
import type { Shelf } from './shelf.ts';

/**
 * Accesses that are in use, by the journal's entry. They live in memory and for `accessMinutes`: after a
 * restart or an hour one asks anew, and that is a new entry (T13).
 */
export type Accesses = {
  open(who: Reader, request: AccessRequest): Promise<OpenedAccess>;
  /** Opened bytes of one part of the n-th recording. The same answer for what is absent and another's. */
  part(who: Reader, access: string, n: number, index: number | 'manifest'): Promise<Uint8Array>;
  /** An erased recording is not served from an access that was opened before. */
  forget(recording: string): void;
  /** Nothing that this session opened is served any more, and its keys are wiped (IDN83). */
  endSession(session: string): void;
};

/** `session`: the name of the one that asks. What it opens is its own, and not another one's of the same account. */
export type Reader = Who & { session: string };

type Held = {
  handle: string;
  session: string;
  access: Access;
  ids: string[];
  until: number;
  opened: Map<string, OpenRecording>;
};

/** Of one researcher; the oldest goes. */
const MOST_HELD = 64;

export function makeAccesses(parts: {
  shelf: Shelf;
  journal: AccessJournal;
  keys: Pick<GrantedKeys, 'end'>;
  limits: ServerLimits;
  kind: InstallationKind;
  now: () => number;
}): Accesses {
  const { shelf, journal, keys, limits, kind, now } = parts;
  const held = new Map<string, Held>();

  function dropOld(handle: string): void {
    const mine: string[] = [];
    for (const [entry, { until, handle: owner }] of held) {
      if (until <= now()) held.delete(entry);
      else if (owner === handle) mine.push(entry);
    }
    for (const entry of mine.slice(0, Math.max(0, mine.length - MOST_HELD + 1))) held.delete(entry);
  }

  return {
    async open({ role, handle, session }, { purpose, recordings }) {
      const ids = [...new Set(recordings)];
      if (ids.length > limits.recordingsPerAccess) {
        throw overLimit(limits, 'recordingsPerAccess', 'Too many recordings for one access.', {
          status: 413,
        });
      }
      const known = await shelf.known(ids);
      const shown = known.filter((recording) => isShownToResearchers(recording, kind));
      if (shown.length !== ids.length) throw notFound();
      const access = await journal.beforeRead({ kind: purpose, by: `${role}:${handle}` }, ids);
      dropOld(handle);
      const until = now() + limits.accessMinutes * 60_000;
      held.set(access.entry, { handle, session, access, ids, until, opened: new Map() });
      return { access: access.entry, until: Math.floor(until / 1000), recordings: ids };
    },

    async part({ handle, session }, entry, n, index) {
      const found = held.get(entry);
      const id = found?.ids[n];
      const isOwn = found?.handle === handle && found.session === session;
      if (!found || !id || !isOwn || found.until <= now()) throw notFound();
      const recording = found.opened.get(id) ?? (await shelf.openReleased(found.access, id));
      found.opened.set(id, recording);
      const place = index === 'manifest' ? (await recording.store.list()).at(-1)?.index : index;
      const part = place === undefined ? null : await recording.store.get(place);
      if (!part || place === undefined) throw notFound();
      return recording.sealer.open(part.sealed, { recording: id, index: place, kind: part.kind });
    },

    forget(recording) {
      for (const { opened } of held.values()) opened.delete(recording);
    },

    endSession(session) {
      for (const [entry, one] of held) {
        if (one.session !== session) continue;
        held.delete(entry);
        keys.end(entry);
      }
    },
  };
}
