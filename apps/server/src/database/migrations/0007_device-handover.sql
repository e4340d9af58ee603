-- What one device of a contributor gives the next (spec/enrolment.md, ENR60-ENR66): sealed under a code that is not here.
create table device_handover (
  -- SHA-256 of a secret of that code.
  handle bytea primary key check (length(handle) = 32),
  contributor text not null unique,
  sealed bytea not null check (length(sealed) = 4096),
  -- What the device that took it asked with; null: nobody did.
  taken_by bytea check (length(taken_by) = 16),
  expires_at timestamptz not null
);
