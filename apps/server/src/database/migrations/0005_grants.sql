-- What researchers asked for and what the parties said of it, to the byte (spec/access.md, ACC10-ACC15). Whether one holds
-- is computed from these, the rules and the clock each time; no column says so, so none can be set to say so.
create table access_grant (
  position bigint generated always as identity primary key,
  id text not null unique check (id ~ '^[0-9a-f]{32}$'),
  asker text not null check (asker ~ '^[0-9a-f]{32}$'),
  document bytea not null check (octet_length(document) between 1 and 65535),
  asked_on date not null
);
create index access_grant_asker on access_grant (asker);

create table grant_note (
  position bigint generated always as identity primary key,
  grant_id text not null references access_grant (id),
  sha256 bytea not null check (octet_length(sha256) = 32),
  note bytea not null check (octet_length(note) between 1 and 65535),
  unique (grant_id, sha256)
);

-- Taken back by who asked. A party's no is a note.
create table grant_withdrawal (
  grant_id text primary key references access_grant (id)
);

create function refuse_grant_change() returns trigger language plpgsql as $$
begin
  raise exception 'what was asked and said of grants is append-only';
end
$$;
create trigger append_only before update or delete or truncate on access_grant
  for each statement execute function refuse_grant_change();
create trigger append_only before update or delete or truncate on grant_note
  for each statement execute function refuse_grant_change();
create trigger append_only before update or delete or truncate on grant_withdrawal
  for each statement execute function refuse_grant_change();

-- Under which grant it was opened; null: what nobody released, or before there were grants.
alter table access_entry add column grant_id text;
