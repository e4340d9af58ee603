-- Of each board of notices the day on which it was left, and whether any recorder has come for it (spec/breach.md, BRE17). The recorders of
-- everyone come for each, so it tells nobody's.
create table notice_board (
  board text primary key check (board ~ '^[0-9a-f]{32}$'),
  left_on date not null default current_date,
  fetched boolean not null default false
);
insert into notice_board (board) select distinct board from notice_block;
