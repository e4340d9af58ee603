-- Withdrawals are brought into later releases in batches, so that two releases do not show one person (spec/lineage.md, LIN30-LIN34).
create table withdrawal_batch (
  release text not null references dataset_release (release),
  closes_on date not null,
  closed boolean not null default false,
  primary key (release, closes_on)
);
-- Drawn by lot when a batch closed: in no later release, for good.
create table left_out_recording (
  recording text primary key
);
