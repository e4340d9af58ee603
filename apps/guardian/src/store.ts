import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * All that the guardian keeps, in one SQLite file that one process owns (docs/adr/0022). A statement has
 * returned when its effect is on disk.
 */
export type GuardianStore = DatabaseSync;

/** Numbered from 1; what is there is never changed, only added to. */
export const STEPS: readonly string[] = [
  'create table setting (name text primary key, value blob not null) strict',
  `create table witnessed (
     origin text primary key,
     size integer not null check (size >= 0),
     checkpoint blob not null
   ) strict;
   create table fork (
     id integer primary key,
     origin text not null,
     evidence blob not null unique
   ) strict`,
  // Nothing here has a time of an act or an order of arrival: what has no row id is kept in the order of its key.
  `create table code_list (
     only integer primary key check (only = 1),
     employees integer not null,
     digest text not null,
     issuer blob not null
   ) strict;
   create table enrolment (entry text primary key, ask text) strict, without rowid;
   create table ticket (entry text primary key) strict, without rowid;
   create table issue (
     digest text primary key,
     kind text not null check (kind in ('objection', 'election')),
     document blob not null,
     issuer blob not null,
     asks_until integer not null,
     answered integer not null default 0,
     count_every integer not null,
     counted_until integer not null
   ) strict;
   create table ask (
     issue text not null references issue,
     ticket text not null references ticket,
     blinded blob not null,
     signature blob not null,
     primary key (issue, ticket)
   ) strict, without rowid;
   create table spent (
     issue text not null references issue,
     nullifier text not null,
     says text not null,
     sealed blob not null,
     spoken_by text not null,
     batch integer,
     primary key (issue, nullifier)
   ) strict, without rowid;
   create table published (
     issue text not null references issue,
     at integer not null,
     list blob not null,
     statement text,
     primary key (issue, at)
   ) strict, without rowid`,
  // Of a ticket, which time of dealing it is of; of an issue, how often had been dealt: later tickets are none of its own.
  // Of a code that makes a contributor nothing is kept but whether it is in the list.
  `alter table code_list add column deals integer not null default 1;
   alter table code_list add column last_deal text;
   alter table ticket add column deal integer not null default 1;
   alter table issue add column deals integer not null default 1`,
  // Of a half nothing tells when it came: its name is random, and so is the order.
  `create table half (
     recording text primary key,
     half blob not null check (length(half) = 32),
     week text not null,
     card text,
     version integer
   ) strict, without rowid;
   create table destroyed_half (recording text primary key) strict, without rowid;
   create table half_journal (
     n integer primary key,
     at integer not null,
     kind text not null check (kind in ('given', 'refused', 'locked', 'unlocked', 'limit')),
     recordings integer not null,
     entry text,
     job text,
     detail text not null
   ) strict;
   create index half_journal_entry on half_journal (entry);
   create trigger half_journal_stays before update on half_journal
     begin select raise(abort, 'the journal is only added to'); end;
   create trigger half_journal_keeps before delete on half_journal
     begin select raise(abort, 'the journal is only added to'); end`,
  // Halves whose destruction a legal hold puts off (HLD31). Seconds since 1970.
  `create table held_half (
     recording text primary key references half on delete cascade,
     until integer not null
   ) strict, without rowid`,
  // What halves are sealed to, the newest last; of one that is retired nothing is left that opens. The journal says both.
  `create table half_identity (
     id integer primary key,
     recipient text not null unique,
     identity blob,
     since integer,
     until integer,
     retired integer,
     check ((identity is null) = (retired is not null))
   ) strict;
   create table half_journal_next (
     n integer primary key,
     at integer not null,
     kind text not null
       check (kind in ('given', 'refused', 'locked', 'unlocked', 'limit', 'identity', 'retired')),
     recordings integer not null,
     entry text,
     job text,
     detail text not null
   ) strict;
   insert into half_journal_next select n, at, kind, recordings, entry, job, detail from half_journal;
   drop table half_journal;
   alter table half_journal_next rename to half_journal;
   create index half_journal_entry on half_journal (entry);
   create trigger half_journal_stays before update on half_journal
     begin select raise(abort, 'the journal is only added to'); end;
   create trigger half_journal_keeps before delete on half_journal
     begin select raise(abort, 'the journal is only added to'); end`,
];

/** Throws a sentence when the folder can't be used, is in use, or is of a newer version. */
export function openGuardianStore(data: string, steps: readonly string[] = STEPS): GuardianStore {
  const folder = resolve(data);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (cause) {
    throw new Error(`The guardian's folder ${folder} cannot be made or written.`, { cause });
  }
  const file = join(folder, 'guardian.sqlite');
  keepToOwner(file);
  const store = new DatabaseSync(file);
  try {
    // Exclusive: a second guardian on the folder is refused, also one on another machine that shares it.
    store.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
    store.exec('pragma secure_delete = on; pragma foreign_keys = on; begin immediate; commit');
  } catch (cause) {
    store.close();
    throw new Error(`The guardian's folder ${folder} is in use by another guardian, or is damaged.`, {
      cause,
    });
  }
  try {
    upgrade(store, steps);
  } catch (error) {
    store.close();
    throw error;
  }
  return store;
}

/**
 * For its owner alone, whatever the umask: SQLite gives its log and its index the mode of the file. What is there is never
 * opened here: closing it again would let go of the locks of another guardian of this process.
 */
function keepToOwner(file: string): void {
  try {
    if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
    for (const one of [file, `${file}-wal`]) if (existsSync(one)) chmodSync(one, 0o600);
  } catch (cause) {
    throw new Error(`The guardian's file ${file} cannot be made or kept from others.`, { cause });
  }
}

function upgrade(store: GuardianStore, steps: readonly string[]): void {
  const { user_version: version } = store.prepare('pragma user_version').get() as { user_version: number };
  if (version > steps.length) {
    throw new Error(
      'The guardian’s data were written by a newer version. Nothing was changed; start that one.',
    );
  }
  for (let step = version; step < steps.length; step++)
    inTransaction(store, () => {
      store.exec(steps[step] as string);
      store.exec(`pragma user_version = ${step + 1}`);
    });
}

/** All of `work` or nothing. */
export function inTransaction<T>(store: GuardianStore, work: () => T): T {
  store.exec('begin immediate');
  try {
    const done = work();
    store.exec('commit');
    return done;
  } catch (error) {
    store.exec('rollback');
    throw error;
  }
}
