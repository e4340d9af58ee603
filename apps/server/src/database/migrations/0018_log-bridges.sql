-- For each change of whose cosignatures count, the checkpoint of the rules log with which those before it made it public
-- (spec/log-service.md, LGS51). Kept for good: a recorder that slept goes over it.
create table log_bridge (
  -- SHA-256 of the policy that it leads away from, as it stands in an enrolment for the rules log.
  policy text primary key check (policy ~ '^[0-9a-f]{64}$'),
  note bytea not null check (length(note) between 1 and 262144)
);
