-- What a session's owner is shown of it (spec/identity.md, IDN80). How those of before were begun is not known: they end.
delete from staff_session;
alter table staff_session add column began_at timestamptz not null default now(),
  add column way text not null check (way in ('passkey', 'provider'));
