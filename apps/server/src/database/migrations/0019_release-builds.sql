-- Builds of releases whose steps are jobs (spec/release.md, REL90-REL98). The queue is no record and lies in a schema of its own.
create table release_build (
  id text primary key check (id ~ '^[0-9a-f]{32}$'),
  -- What is built, under which grant, and in which folder. No key, no salt, nothing of a recording.
  wish jsonb not null,
  state text not null check (state in ('working', 'paused', 'stopped', 'cancelled', 'done')),
  -- Why it stopped: a sentence for who asked for it.
  problem text check (length(problem) <= 2000),
  begun_on date not null,
  check (problem is null or state = 'stopped')
);
-- Of what it is built, while it is.
create table release_build_recording (
  build text not null references release_build (id),
  number integer not null check (number >= 0),
  recording text not null,
  primary key (build, number)
);
