-- The month in which a device of a contributor last spoke under her handle (spec/retention.md, RET10-RET13): a month, so that it
-- tells less than what the days of her uploads tell.
create table last_word (
  contributor text primary key,
  spoken_in date not null check (extract(day from spoken_in) = 1)
);
insert into last_word
  select contributor, date_trunc('month', max(touched_on))::date from upload group by contributor;
