-- Contributors, as far as they are known here (ENR33-ENR35): a random handle, what the paper code is known by, and the
-- token that was spent, which nobody can link to a code or a person. No time, no order, no name.
create table contributor (
  eraser bytea primary key check (octet_length(eraser) = 32),
  handle text not null unique,
  -- Null: of a demonstration's own code.
  nullifier bytea unique check (octet_length(nullifier) = 32),
  -- Erased with the paper code. The row stays, so that the token stays spent and what comes late goes too.
  erased boolean not null default false
);
