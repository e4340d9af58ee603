-- Whom a mail was sent to that something waits, and when (spec/controls.md, CTL35): of each address its digest alone. The day is claimed
-- before the relay is spoken to.
create table reminder (
  party text not null check (party in ('employer', 'representative', 'data-protection-officer', 'operator')),
  address bytea not null check (length(address) = 32),
  on_day date not null,
  tries smallint not null default 1,
  outcome text not null check (outcome in
    ('claimed', 'sent', 'unsure', 'no-answer', 'refused', 'no-tls', 'certificate', 'outside')),
  -- Of the last one that went: its day, and the digest of what waited then.
  told_on date,
  told_of bytea check (length(told_of) = 32),
  primary key (party, address)
);
