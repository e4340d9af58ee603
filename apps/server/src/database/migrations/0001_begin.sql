-- One row: which installation this database belongs to, and whether it is a demonstration for good.
create table installation (
  single boolean primary key default true check (single),
  folder text not null,
  kind text not null check (kind in ('demonstration', 'production'))
);

-- One-time codes. Only their hashes, so that a copy of the database redeems nothing.
create table code (
  hash bytea primary key check (octet_length(hash) = 32),
  role text not null,
  expires_at timestamptz not null
);

-- No time of sign-in or last use: it would tell when somebody works (T15). Expiry is a whole day.
create table session (
  hash bytea primary key check (octet_length(hash) = 32),
  role text not null,
  handle text not null,
  expires_on date not null
);
create index session_handle on session (handle);

-- What a contributor announced. Touched by the day, to forget what nobody continues. The envelope is a file
-- beside the keys: PostgreSQL keeps what was deleted in dead tuples and its log, and it opens the recording.
create table upload (
  id text primary key,
  contributor text not null,
  recording text not null,
  announcement bytea not null check (octet_length(announcement) = 32),
  state text not null check (state in ('open', 'refused', 'complete')),
  faults jsonb,
  touched_on date not null,
  unique (contributor, recording)
);

create table part (
  upload text not null references upload on delete cascade,
  index integer not null check (index >= 0),
  kind text not null check (kind in ('events', 'states', 'frames', 'manifest')),
  bytes integer not null check (bytes >= 0),
  sha256 bytea not null check (octet_length(sha256) = 32),
  -- Set in the transaction that is durable before the receipt is sent, after the bytes are.
  received boolean not null default false,
  primary key (upload, index)
) with (fillfactor = 70);
create index part_sha256 on part (sha256);

-- Exists only when complete and verified. What is here can be known without opening a recording.
create table recording (
  id text primary key,
  upload text not null unique references upload,
  class text not null check (class in ('own', 'foreign', 'demonstration')),
  week text not null,
  card_id text,
  card_version integer,
  worked boolean,
  duration_ms bigint not null,
  events bigint not null,
  states bigint not null,
  frames bigint not null,
  parts integer not null,
  bytes bigint not null,
  agreement text,
  check ((card_id is null) = (card_version is null))
);

-- Erased ids never come back (T11); the row names no contributor. The rows go first, then the key: while
-- `finished` is false the key may still live, and every start tries again.
create table erasure (
  recording text primary key,
  finished boolean not null
);

-- Digests whose last reference may be gone; the sweep looks again and removes the bytes.
create table garbage (
  sha256 bytea primary key check (octet_length(sha256) = 32)
);

-- T13: written and durable before anything is opened; rows are never changed or removed.
create table access_entry (
  position bigint generated always as identity primary key,
  entry text not null unique,
  at timestamptz not null,
  kind text not null,
  by text not null,
  recordings text[] not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the access journal is append-only';
end
$$;
create trigger append_only before update or delete or truncate on access_entry
  for each statement execute function refuse_change();
