-- What was released from recordings, and what came of it (spec/lineage.md). Which recordings are in a release only the server can join.
create table dataset_release (
  release text primary key check (release ~ '^[0-9a-f]{64}$'),
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  version integer not null check (version > 0),
  purpose text not null check (purpose ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  -- Under which its recordings were read; null: what a demonstration approved for itself.
  grant_id text check (grant_id ~ '^[0-9a-f]{32}$'),
  built_on date not null,
  -- The day on which something in it was erased.
  superseded_on date,
  -- The log of uses says so, and its holders were told.
  announced boolean not null default false check (not announced or superseded_on is not null),
  unique (name, version)
);
create table release_recording (
  release text not null references dataset_release (release),
  recording text not null,
  primary key (release, recording)
);
create index release_recording_by_recording on release_recording (recording);

-- From which releases something of a contributor was erased, so that she sees what became of them.
create table withdrawn_from (
  contributor text not null,
  release text not null references dataset_release (release),
  primary key (contributor, release)
);
create index withdrawn_from_release on withdrawn_from (release);

-- Who has a release, as the account that the log of uses has.
create table release_holder (
  release text not null references dataset_release (release),
  account text not null check (account ~ '^[0-9a-f]{32}$'),
  told_on date,
  said text check (said in ('deleted', 'not-yet')),
  said_on date,
  primary key (release, account),
  check ((said is null) = (said_on is null)),
  check (said is null or told_on is not null)
);

create table trained_model (
  position bigint generated always as identity primary key,
  id text not null unique check (id ~ '^[0-9a-f]{32}$'),
  name text not null check (name ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
  account text not null check (account ~ '^[0-9a-f]{32}$'),
  purpose text not null check (purpose ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  entered_on date not null,
  unique (account, name)
);
create table model_release (
  model text not null references trained_model (id),
  release text not null references dataset_release (release),
  primary key (model, release)
);
create index model_release_by_release on model_release (release);

-- A release is what it was: it is superseded once and announced once, and stays in the register.
create function release_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then raise exception 'a release stays in the register'; end if;
  if (new.release, new.name, new.version, new.purpose, new.built_on) is distinct from
     (old.release, old.name, old.version, old.purpose, old.built_on)
    or new.grant_id is distinct from old.grant_id
    or (old.superseded_on is not null and new.superseded_on is distinct from old.superseded_on)
    or (old.announced and not new.announced)
  then raise exception 'a release is what it was, and is superseded for good'; end if;
  return new;
end
$$;
create trigger release_stays before update or delete on dataset_release
  for each row execute function release_stays();
