-- The two logs (docs/adr/0020): one row an entry, one a tile of hashes, one the head. Whatever is served is made
-- of these: a partial tile is the beginning of the row that it grew into, and is there for good.
create table log_head (
  log text primary key check (log in ('rules', 'uses')),
  size bigint not null check (size >= 0),
  -- The signed note of this size, to the byte.
  checkpoint bytea not null,
  -- The newest note that carries the quorum of witnesses; null: none has yet.
  witnessed_size bigint check (witnessed_size <= size),
  witnessed bytea,
  check ((witnessed_size is null) = (witnessed is null))
);

create table log_entry (
  log text not null references log_head,
  index bigint not null check (index >= 0),
  entry bytea not null check (octet_length(entry) <= 65535),
  -- Of whoever appended it, so that what is tried again is not a second entry.
  key text check (length(key) between 1 and 128),
  primary key (log, index)
);
create unique index log_entry_key on log_entry (log, key) where key is not null;
-- A commitment that a device sends twice is entered once: the second would tell which are not dummies.
create index log_entry_commitment on log_entry (entry) where octet_length(entry) = 33;
-- Hashes, nonces and short documents: compressing them costs time and saves nothing.
alter table log_entry alter column entry set storage external;

create table log_tile (
  log text not null references log_head,
  level smallint not null check (level between 0 and 6),
  number bigint not null check (number >= 0),
  hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
  primary key (log, level, number)
);
alter table log_tile alter column hashes set storage external;

-- Whatever the software does wrong, a log never goes back and never changes (LGS12).
create function log_only_grows() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_table_name = 'log_head' then
    if new.log = old.log and new.size >= old.size
       and (new.size > old.size or split_part(convert_from(new.checkpoint, 'UTF8'), E'\n\n', 1)
                                 = split_part(convert_from(old.checkpoint, 'UTF8'), E'\n\n', 1))
       and coalesce(new.witnessed_size, -1) >= coalesce(old.witnessed_size, -1) then
      return new;
    end if;
  elsif tg_op = 'UPDATE' and tg_table_name = 'log_tile' then
    if new.log = old.log and new.level = old.level and new.number = old.number
       and substring(new.hashes for octet_length(old.hashes)) = old.hashes then
      return new;
    end if;
  end if;
  raise exception 'a log only grows';
end
$$;
create trigger only_grows before update or delete on log_head for each row execute function log_only_grows();
create trigger only_grows before update or delete on log_tile for each row execute function log_only_grows();
create trigger only_grows before update or delete on log_entry for each row execute function log_only_grows();
create trigger never_emptied before truncate on log_head for each statement execute function log_only_grows();
create trigger never_emptied before truncate on log_tile for each statement execute function log_only_grows();
create trigger never_emptied before truncate on log_entry for each statement execute function log_only_grows();

-- What contributors' devices committed to and no batch has taken yet: no handle, no time (LGS42).
create table pending_commitment (
  commitment bytea primary key check (octet_length(commitment) = 32)
);

-- The day's batch, with its dummies and in its order, from when it was made until the log has it.
create table batched_entry (
  position integer primary key check (position >= 0),
  entry bytea not null,
  key text not null
);

-- The day of the last batch: there is one a day, also when nobody had anything to say.
create table commitment_batch (
  single boolean primary key default true check (single),
  day date not null
);

-- The digest of each setting that *uses* was last told of (LGS43).
create table logged_setting (
  name text primary key,
  digest bytea not null check (octet_length(digest) = 32)
);
