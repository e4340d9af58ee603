-- Legal holds (spec/hold.md): what was asked and what the parties said of it, to the byte. Nothing here says that one holds.
create table legal_hold (
  position bigint generated always as identity primary key,
  id text not null unique check (id ~ '^[0-9a-f]{32}$'),
  document bytea not null check (octet_length(document) between 1 and 65535),
  asked_on date not null
);
create table legal_hold_note (
  position bigint generated always as identity primary key,
  hold_id text not null references legal_hold (id),
  sha256 bytea not null check (octet_length(sha256) = 32),
  note bytea not null check (octet_length(note) between 1 and 65535),
  unique (hold_id, sha256)
);
create function refuse_hold_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was asked and said of holds is append-only';
end
$$;
create trigger append_only before update or delete or truncate on legal_hold
  for each statement execute function refuse_hold_change();
create trigger append_only before update or delete or truncate on legal_hold_note
  for each statement execute function refuse_hold_change();

-- Erasures that were asked for and wait for the end of a hold.
create table held_erasure (
  recording text primary key,
  -- The guardian keeps its half for a hold that it has verified.
  shown boolean not null default false
);
