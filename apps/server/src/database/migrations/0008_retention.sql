-- What is kept no longer than agreed (spec/retention.md). The day, in UTC, on which a recording came to be here: no later
-- request moves it, as it moves the day of its upload.
alter table recording add column kept_since date not null default (now() at time zone 'utc')::date;
update recording set kept_since = least(touched_on, kept_since) from upload where upload.id = recording.upload;

-- Each run of the sweep. One that was killed has no end.
create table retention_sweep (
  id bigint generated always as identity primary key,
  began_at timestamptz not null,
  ended_at timestamptz,
  -- How many were over their time and are erased by this run.
  erased integer not null default 0 check (erased >= 0),
  -- How many it could not place: made under no version that the rules log has.
  unplaced integer not null default 0 check (unplaced >= 0),
  -- It ended before it was through.
  failed boolean not null default false
);
