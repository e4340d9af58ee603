-- Stewards, researchers, operators (spec/identity.md). No name and no address; the day of making, and nothing of when
-- somebody works, but in sessions, whose rows go with them.

-- Whose keys stand for which role: one role for each, for good (IDN3).
create table staff_party_key (
  key bytea primary key check (octet_length(key) = 32),
  role text not null check (role in ('employer', 'representative', 'dpo')),
  unique (key, role)
);

create table staff_account (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{22}$'),
  role text not null check (role in ('employer', 'representative', 'dpo', 'researcher', 'operator')),
  made_on date not null default current_date,
  -- Grows with each recovery, so that the list of accounts that *uses* was told of is another one (IDN13).
  recoveries integer not null default 0 check (recoveries >= 0),
  -- Null: not bound to a key of its party (IDN12). The key is of the same role, or the row is refused.
  party_key bytea,
  recovery bytea unique check (octet_length(recovery) = 32),
  unique (id, role),
  foreign key (party_key, role) references staff_party_key (key, role)
);

-- Nobody holds two of the offices, and an account does not change from one to another (IDN2).
create function staff_role_stays() returns trigger language plpgsql as $$
begin
  if new.role <> old.role then raise exception 'the role of an account, or of a key, is for good'; end if;
  return new;
end
$$;
create trigger role_stays before update on staff_account for each row execute function staff_role_stays();
create trigger role_stays before update on staff_party_key for each row execute function staff_role_stays();

create table staff_passkey (
  credential text primary key check (length(credential) between 16 and 1400),
  account text not null references staff_account on delete cascade,
  public_key bytea not null,
  counter bigint not null check (counter >= 0),
  made_on date not null default current_date
);
create index staff_passkey_account on staff_passkey (account);

-- A person at the provider, as a digest of issuer and subject: one account each, so one office (IDN3).
create table staff_subject (
  subject bytea primary key check (octet_length(subject) = 32),
  account text not null unique references staff_account on delete cascade
);

create table staff_invitation (
  hash bytea primary key check (octet_length(hash) = 32),
  role text not null check (role in ('employer', 'representative', 'dpo', 'researcher', 'operator')),
  expires_at timestamptz not null
);

-- One ceremony each (IDN21). `about` is what the server has to remember of it; no secret is in it.
create table staff_challenge (
  hash bytea primary key check (octet_length(hash) = 32),
  kind text not null,
  thumbprint text not null,
  about jsonb not null,
  expires_at timestamptz not null
);

create table staff_session (
  hash bytea primary key check (octet_length(hash) = 32),
  name text not null unique,
  account text not null references staff_account on delete cascade,
  -- SHA-256 of the key that signs its requests (RFC 7638).
  thumbprint text not null,
  fresh_at timestamptz,
  idle_until timestamptz not null,
  ends_at timestamptz not null
);
create index staff_session_account on staff_session (account);

-- Halves of a recovery (IDN52): one from each of two parties, neither of them the account's own.
create table staff_recovery (
  account text not null,
  role text not null,
  approver text not null check (approver in ('employer', 'representative', 'dpo') and approver <> role),
  half bytea not null unique check (octet_length(half) = 32),
  expires_at timestamptz not null,
  primary key (account, approver),
  foreign key (account, role) references staff_account (id, role) on delete cascade
);
