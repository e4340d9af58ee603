import type { RulesState } from '@aboveboard/consent/rules-state';
import { isoWeek } from '@aboveboard/protocol/week';
import type { Database } from '../database/database.ts';
import { grantsOf } from './grant-rows.ts';
import { stateOfGrant } from './grant-state.ts';

/** Anyone may ask, and the answer costs signatures. */
const KNOWN_FOR = 60_000;

/**
 * Ids of the task cards that contributors are asked for now (GRT50): named by a grant that holds, for weeks that are not
 * over. In alphabetical order: it tells neither who asked nor how many did.
 */
export function makeAskedFor(parts: {
  database: Pick<Database, 'query'>;
  rules: () => Promise<RulesState | null>;
  /** Milliseconds since the epoch. */
  now: () => number;
}): () => Promise<string[]> {
  const { database, rules, now } = parts;
  let known: { ids: Promise<string[]>; until: number } | null = null;

  async function find(): Promise<string[]> {
    const state = await rules();
    if (!state) return [];
    const week = isoWeek(now());
    const ids = new Set<string>();
    for (const row of await grantsOf(database.query, null)) {
      const { state: standing, grant } = await stateOfGrant(row, { rules: state, now: now() });
      const { slice } = grant;
      if (standing !== 'holds' || slice.kind !== 'tasks' || slice.weeks.to < week) continue;
      for (const { id } of slice.cards ?? []) ids.add(id);
    }
    return [...ids].sort();
  }

  return () => {
    if (!known || known.until <= now()) {
      const ids = find();
      known = { ids, until: now() + KNOWN_FOR };
      ids.catch(() => {
        known = null;
      });
    }
    return known.ids;
  };
}
