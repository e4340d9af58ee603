import { createHash } from 'node:crypto';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { type GuardianStore, inTransaction } from '../store.ts';
import { ActRefused } from '../voice/voice-refused.ts';
import type { GuardianRules } from './guardian-rules.ts';
import type { HalfJournal } from './half-journal.ts';
import type { HalfLock } from './half-lock.ts';

/**
 * What recorders seal the guardian's halves to (GRD60, GRD80-GRD86). Halves are kept open in its store (GRD61), so another
 * identity changes none of them: an older one only opens what is still on its way.
 */
export type HalfIdentities = {
  /** Of the newest. */
  recipient(): string;
  /** All that open, the newest first; never shown. */
  opening(): readonly string[];
  shown(): ShownIdentity[];
  /** Hers alone. Throws ActRefused: locked, or an older one is not retired yet. */
  make(): Promise<void>;
  /** Hers alone. Throws ActRefused: locked, there is no older one, or the rules do not name the newest, or can't be proved. */
  retire(): Promise<void>;
};

/** `name`: what people compare it by, of its recipient. Seconds since 1970; `since` null: from before they were dated. */
export type ShownIdentity = {
  name: string;
  since: number | null;
  until: number | null;
  retired: number | null;
};

type Row = Omit<ShownIdentity, 'name'> & { recipient: string; identity: Uint8Array | null };

export async function openHalfIdentities(
  store: GuardianStore,
  parts: {
    journal: HalfJournal;
    lock: Pick<HalfLock, 'isLocked'>;
    rules: Pick<GuardianRules, 'now'>;
    /** Seconds since 1970. */
    now: () => number;
    /** Only a test gives another: it takes the check away and sees that nothing else stops what it stops. */
    namedByRules?: (recipient: string) => Promise<boolean | null>;
  },
): Promise<HalfIdentities> {
  const { journal, lock, now } = parts;
  const all = store.prepare(
    'select recipient, identity, since, until, retired from half_identity order by id desc',
  );
  const insert = store.prepare('insert into half_identity (recipient, identity, since) values (?, ?, ?)');
  const end = store.prepare('update half_identity set until = ? where until is null');
  const overwrite = store.prepare(
    'update half_identity set identity = null, retired = ? where until is not null and identity is not null',
  );
  const rows = () => all.all() as Row[];
  const held = () => rows().filter((row) => row.identity !== null);
  const newest = () => held()[0] as Row;
  const line = (kind: 'identity' | 'retired', recipient: string) =>
    journal.write({
      ...{ at: now(), kind, recordings: 0, entry: null, job: null },
      detail: { by: 'representative', identity: nameOf(recipient) },
    });
  const namedByRules =
    parts.namedByRules ?? (async (recipient) => isNamed(await parts.rules.now(), recipient));

  /** Looked at in the turn in which something is changed. */
  function requireOpen(): void {
    if (lock.isLocked()) throw new ActRefused('This guardian is locked. Open it first.');
  }

  function requireOne(): void {
    if (held().length > 1)
      throw new ActRefused('There is a new one already, and the older one is not retired yet.');
  }

  await makeFirst(store, { has: () => held().length > 0, insert });

  return {
    recipient: () => newest().recipient,
    opening: () => held().map(({ identity }) => new TextDecoder().decode(identity as Uint8Array)),
    shown: () =>
      rows().map(({ recipient, since, until, retired }) => ({
        ...{ name: nameOf(recipient), since, until, retired },
      })),

    async make() {
      requireOpen();
      requireOne();
      const identity = await generateHybridIdentity();
      const recipient = await recipientOf(identity);
      inTransaction(store, () => {
        requireOpen();
        requireOne();
        end.run(now());
        insert.run(recipient, Buffer.from(identity), now());
        line('identity', recipient);
      });
    },

    async retire() {
      requireOpen();
      const { recipient } = newest();
      const named = await namedByRules(recipient);
      if (named === null)
        throw new ActRefused('The rules could not be checked now, so nothing was retired. Try again later.');
      if (!named)
        throw new ActRefused(
          'The rules do not name the new one yet. Sign the statement and submit it first.',
        );
      inTransaction(store, () => {
        requireOpen();
        // Another one may have been made meanwhile, and the rules name that one no more than they did.
        if (newest().recipient !== recipient)
          throw new ActRefused('Something else was changed meanwhile. Look again.');
        const older = held().slice(1);
        if (older.length === 0) throw new ActRefused('There is no older one.');
        for (const one of older) line('retired', one.recipient);
        overwrite.run(now());
      });
      emptyLog(store);
    },
  };
}

/** At the first start, and for a store of before the identities had a table. */
async function makeFirst(
  store: GuardianStore,
  { has, insert }: { has: () => boolean; insert: ReturnType<GuardianStore['prepare']> },
): Promise<void> {
  if (has()) return;
  const before = store.prepare(`select value from setting where name = 'half identity'`).get() as
    | { value: Uint8Array }
    | undefined;
  const identity = before ? new TextDecoder().decode(before.value) : await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  inTransaction(store, () => {
    insert.run(recipient, Buffer.from(identity), null);
    store.prepare(`delete from setting where name = 'half identity'`).run();
  });
}

/** What was overwritten in the file stands in its write-ahead log until that is emptied (GRD83). */
function emptyLog(store: GuardianStore): void {
  const [busy] = Object.values(store.prepare('pragma wal_checkpoint(truncate)').get() as object);
  if (busy !== 0) throw new Error('the log of the store could not be emptied');
}

/** Null: the rules could not be proved. */
export function isNamed(
  rules: { state: { halves: string | null } } | null,
  recipient: string,
): boolean | null {
  return rules && rules.state.halves === recipient;
}

function nameOf(recipient: string): string {
  return createHash('sha256').update(recipient).digest('hex').slice(0, 16);
}
