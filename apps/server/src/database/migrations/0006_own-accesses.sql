-- A contributor asks who read what is hers (spec/access.md, ACC17).
create index access_entry_recordings on access_entry using gin (recordings);
