-- With what the guardian's probe tries doors (spec/identity.md, IDN70-IDN75). Whoever has it passes none. What it is for is for
-- good, and it stands for no party.
alter table code add column probe boolean not null default false;
alter table session add column probe boolean not null default false;
alter table staff_invitation add column probe boolean not null default false;
alter table staff_account add column probe boolean not null default false,
  add check (not probe or party_key is null);
create function probe_stays() returns trigger language plpgsql as $$
begin
  if new.probe <> old.probe then raise exception 'what is for the probe is so for good'; end if;
  return new;
end
$$;
create trigger probe_stays before update on staff_account for each row execute function probe_stays();
create trigger probe_stays before update on session for each row execute function probe_stays();
