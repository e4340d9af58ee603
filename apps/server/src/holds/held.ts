import { sliceCovers } from '@aboveboard/consent/grant-slice';
import { verifyHold } from '@aboveboard/consent/hold';
import type { Hold } from '@aboveboard/consent/hold-document';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { OwnHold } from '@aboveboard/protocol/holds';
import type { MyRecording } from '@aboveboard/protocol/installation';
import type { Database, Query } from '../database/database.ts';
import { recordingsOf, recordingsWithIds } from '../recordings/recording-rows.ts';
import { enteredHolds } from './hold-rows.ts';

/**
 * What is held now (spec/hold.md, HLD20-HLD26): computed anew each time from documents, notes, rules, log and clock. Only what
 * a contributor released and is whole can be held.
 */
export type Held = {
  /** Of these ids those that are held, each with the hold that lasts longest. */
  of(ids: readonly string[]): Promise<ReadonlyMap<string, StandingHold>>;
  /** Everything of hers, with what of it is held. */
  mine(handle: string): Promise<MyRecording[]>;
};

export type StandingHold = {
  hold: Hold;
  document: Uint8Array;
  notes: readonly Uint8Array[];
  /** In the log of uses. */
  entry: number;
};

export function makeHeld(parts: {
  database: Database;
  rules: () => Promise<RulesState | null>;
  /** Milliseconds since the epoch. */
  now: () => number;
}): Held {
  const { database, rules, now } = parts;

  async function standing(): Promise<StandingHold[]> {
    const rows = await enteredHolds(database.query);
    if (rows.length === 0) return [];
    const state = await rules();
    const found: StandingHold[] = [];
    for (const { document, notes, entry } of rows) {
      const asked = { hold: document, notes, rules: state, now: now(), subtle: crypto.subtle };
      const verdict = await verifyHold(asked);
      if (verdict.ok && entry !== null) found.push({ hold: verdict.hold, document, notes, entry });
    }
    return found.sort((a, b) => b.hold.until - a.hold.until);
  }

  async function of(ids: readonly string[]): Promise<ReadonlyMap<string, StandingHold>> {
    const holds = ids.length === 0 ? [] : await standing();
    const held = new Map<string, StandingHold>();
    if (holds.length === 0) return held;
    for (const recording of await recordingsWithIds(database.query, ids)) {
      const one = holds.find(({ hold }) => sliceCovers(hold.slice, recording));
      if (one && recording.class === 'own') held.set(recording.id, one);
    }
    return held;
  }

  return {
    of,
    async mine(handle) {
      const mine = await database.asContributor(handle, (query) => recordingsOf(query, handle));
      const held = await of(mine.map(({ id }) => id));
      if (held.size === 0) return mine;
      const waiting = await waitingErasures(database.query, [...held.keys()]);
      return mine.map((recording) => {
        const one = held.get(recording.id);
        return one ? { ...recording, held: ownHold(one, waiting.has(recording.id)) } : recording;
      });
    },
  };
}

function ownHold({ hold, entry }: StandingHold, erasureWaits: boolean): OwnHold {
  return {
    hold: hold.id,
    reason: hold.reason,
    until: new Date(hold.until * 1000).toISOString().slice(0, 10),
    by: ['employer', 'representative'],
    entry,
    erasureWaits,
  };
}

async function waitingErasures(query: Query, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await query<{ recording: string }>(
    'select recording from held_erasure where recording = any($1)',
    [ids],
  );
  return new Set(rows.map(({ recording }) => recording));
}
