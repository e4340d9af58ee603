-- Notices for contributors' recorders (spec/breach.md, BRE10-BRE14). Each block opens for one contributor or for nobody, and nothing here
-- says which.
create table notice_block (
  board text not null check (board ~ '^[0-9a-f]{32}$'),
  place integer not null check (place >= 0),
  block bytea not null check (octet_length(block) = 2048),
  primary key (board, place)
);
