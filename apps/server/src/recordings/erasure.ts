import { type KeyRing, KeyRingError } from '@aboveboard/vault/keyring';
import type { Garbage } from '../blobs/garbage.ts';
import type { Database } from '../database/database.ts';
import type { Held } from '../holds/held.ts';
import { makeHeldErasures } from '../holds/held-erasures.ts';
import type { HalfKeeper } from '../keys/half-keeper.ts';
import type { PendingEnvelopes } from '../keys/pending-envelopes.ts';
import type { VaultKeeper } from '../keys/vault-keeper.ts';
import { markSuperseded } from '../releases/withdrawal.ts';
import { deleteUploads } from '../uploads/upload-rows.ts';
import type { ProvedEntry } from './entry-proof.ts';

/**
 * Erasure of recordings by the one who released them (T11, T16; UPL50-UPL52, VLT70-VLT76). The rows go first, so that
 * nothing can be opened any more; then an entry of the log says it; then the guardian's halves die, the vault's, and the
 * bytes. What a kill leaves undone is done at the next start, and nothing is called erased here before its half here is
 * gone. A guardian that is away holds nothing up: what it still has to destroy is asked of it until it has.
 */
export type Erasure = {
  /** `unknown`: absent or another's; the two are not told apart. What a legal hold keeps waits for its end (HLD23). */
  erase(contributor: string, ids: readonly string[]): Promise<Erased>;
  /** Of whomever: those that are released and over their agreed time (RET4), but for what is held. How many are erased. */
  expire(ids: readonly string[]): Promise<number>;
  /** Finishes what was begun, and what waited for the end of a hold; how many of the first are finished. */
  resume(): Promise<number>;
};

/** `keysExpireOn`: the day, `2026-11-29`, after which no backup holds a half of any of them (VLT75). */
export type Erased = {
  erased: string[];
  /** Accepted, and carried out when the hold ends: by itself on this day, if nobody ends it earlier. */
  held: { id: string; until: string }[];
  unknown: string[];
  keysExpireOn: string;
};

export type ErasureParts = {
  database: Database;
  ring: Pick<KeyRing, 'open' | 'destroy'>;
  vault: Pick<VaultKeeper, 'destroy'>;
  /** Null: there is no guardian. */
  keeper: Pick<HalfKeeper, 'destroy'> | null;
  held: Pick<Held, 'of'>;
  /** The entry of a hold in the log of uses, under the witnesses' quorum. */
  proveHold: (entry: number) => Promise<ProvedEntry>;
  /** Enters into the log of uses that these are erased; durable, and waits for no witness. */
  enter: (recordings: readonly string[]) => Promise<ProvedEntry>;
  /** For how long backups of keys are kept, at most, under any version that was in force. */
  keyBackupDays: () => Promise<number>;
  /** Milliseconds since the epoch. */
  now: () => number;
  garbage: Garbage;
  envelopes: PendingEnvelopes;
  /** Whatever serves opened recordings forgets these. */
  onErased: (ids: readonly string[]) => void;
};

/** Of one entry, and one request to the guardian. */
const AT_ONCE = 1_000;
const DAY = 86_400_000;
/** Tombstones that are written at one time. */
const ABREAST = 64;

export function makeErasure(parts: ErasureParts): Erasure {
  const { database, ring, vault, keeper, enter, garbage, envelopes, onErased } = parts;
  const waiting = makeHeldErasures(parts);

  /**
   * Of these ids those that are erased now, or were before. Without a contributor only what is released: what is still
   * being sent is another's matter, and may be announced under an id that is not its own.
   */
  async function begin(contributor: string | null, ids: readonly string[]): Promise<string[]> {
    const uploads = await database.transaction(async (query) => {
      const rows = await query<{ id: string; recording: string; state: string }>(
        `select id, recording, state from upload where recording = any($2)
         and (contributor = $1 or ($1::text is null and state = 'complete')) order by id for update`,
        [contributor, ids],
      );
      const handles = rows.map(({ id }) => id);
      await markSuperseded(query, {
        recordings: rows.map(({ recording }) => recording),
        day: new Date(parts.now()).toISOString().slice(0, 10),
      });
      await query('delete from recording where upload = any($1)', [handles]);
      await deleteUploads(query, handles);
      await query('insert into erasure select unnest($1::text[]), false on conflict do nothing', [
        rows.map(({ recording }) => recording),
      ]);
      // Of one that is complete the envelopes are gone already.
      return rows.filter(({ state }) => state !== 'complete').map(({ id }) => id);
    });
    for (const upload of uploads) await envelopes.remove(upload);
    const known = await database.query<{ recording: string }>(
      'select recording from erasure where recording = any($1)',
      [ids],
    );
    const erased = new Set(known.map(({ recording }) => recording));
    return ids.filter((id) => erased.has(id));
  }

  /** Throws only if something here fails; what the guardian did not do stays to be done. */
  async function finish(ids: readonly string[]): Promise<void> {
    const open = await unfinished(ids);
    if (open.length === 0) return;
    onErased(open);
    const proved = await enter(open).catch(() => null);
    const isDone = proved !== null && (await destroyAtGuardian(open, proved));
    await vault.destroy(open, proved);
    for (let at = 0; at < open.length; at += ABREAST) {
      await Promise.all(open.slice(at, at + ABREAST).map(destroyWhole));
    }
    if (!isDone) return;
    await database.query('update erasure set finished = true where recording = any($1) and not finished', [
      open,
    ]);
  }

  async function destroyAtGuardian(recordings: readonly string[], proved: ProvedEntry): Promise<boolean> {
    try {
      const answer = await keeper?.destroy({ recordings, ...proved });
      return (answer?.held ?? []).length === 0;
    } catch {
      return false;
    }
  }

  /** The whole key of one that was released before keys were split; others have none. */
  async function destroyWhole(id: string): Promise<void> {
    const key = await ring.open(id).catch((error: unknown) => {
      if (error instanceof KeyRingError && (error.code === 'unknown' || error.code === 'destroyed'))
        return null;
      if (error instanceof KeyRingError && error.code === 'cannot-open') return new Uint8Array();
      throw error;
    });
    key?.fill(0);
    if (key) await ring.destroy(id);
  }

  async function unfinished(ids: readonly string[]): Promise<string[]> {
    const rows = await database.query<{ recording: string }>(
      'select recording from erasure where recording = any($1) and not finished',
      [ids],
    );
    return rows.map(({ recording }) => recording);
  }

  /** Of whomever; what is not complete, or not there, is left out. */
  async function carryOut(ids: readonly string[]): Promise<number> {
    let erased = 0;
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = await begin(null, ids.slice(at, at + AT_ONCE));
      await finish(some);
      erased += some.length;
    }
    return erased;
  }

  return {
    async erase(contributor, ids) {
      const asked = [...new Set(ids)];
      const erased: string[] = [];
      const held: Erased['held'] = [];
      for (let at = 0; at < asked.length; at += AT_ONCE) {
        const some = asked.slice(at, at + AT_ONCE);
        const put = await waiting.putOff(contributor, some);
        onErased([...put.keys()]);
        // What the guardian did not keep has no key any more: it is erased with the rest.
        const kept = await waiting.show([...put.keys()]);
        for (const id of kept) held.push({ id, until: put.get(id) as string });
        const keep = new Set(kept);
        const begun = await begin(
          contributor,
          some.filter((id) => !keep.has(id)),
        );
        await finish(begun);
        await waiting.forget(begun);
        erased.push(...begun);
      }
      await garbage.collect();
      const gone = new Set([...erased, ...held.map(({ id }) => id)]);
      const expires = parts.now() + (await parts.keyBackupDays()) * DAY;
      return {
        erased,
        held,
        unknown: asked.filter((id) => !gone.has(id)),
        keysExpireOn: new Date(expires).toISOString().slice(0, 10),
      };
    },

    async expire(ids) {
      const held = await parts.held.of(ids);
      const erased = await carryOut(ids.filter((id) => !held.has(id)));
      await garbage.collect();
      return erased;
    },

    async resume() {
      const over = await waiting.over();
      await carryOut(over);
      await waiting.forget(over);
      const rows = await database.query<{ recording: string }>(
        'select recording from erasure where not finished order by recording',
      );
      const ids = rows.map(({ recording }) => recording);
      for (let at = 0; at < ids.length; at += AT_ONCE) await finish(ids.slice(at, at + AT_ONCE));
      return ids.length - (await unfinished(ids)).length;
    },
  };
}
