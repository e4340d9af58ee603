-- Made-up rows as version 0.1.0 would have left them.
insert into upload (id, contributor, recording, announcement, state, touched_on)
values ('00112233445566778899aabbccddeeff', 'pseudonym', 'AAAAAAAAAAAAAAAAAAAAAA', decode(repeat('ab', 32), 'hex'), 'complete', '2026-11-22');
insert into part (upload, index, kind, bytes, sha256, received)
values ('00112233445566778899aabbccddeeff', 0, 'events', 100, decode(repeat('cd', 32), 'hex'), true),
  ('00112233445566778899aabbccddeeff', 1, 'manifest', 200, decode(repeat('ef', 32), 'hex'), true);
insert into recording (id, upload, class, week, card_id, card_version, worked, duration_ms, events, states, frames, parts, bytes, agreement)
values ('AAAAAAAAAAAAAAAAAAAAAA', '00112233445566778899aabbccddeeff', 'own', '2026-W47', 'expense-single', 1, true, 61000, 1200, 3, 0, 2, 300, repeat('0', 64));
insert into access_entry (entry, at, kind, by, recordings)
values ('entry', '2026-11-22T00:00:00Z', 'dataset', 'researcher:pseudonym', '{AAAAAAAAAAAAAAAAAAAAAA}');
