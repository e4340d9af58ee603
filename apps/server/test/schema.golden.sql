table access_entry
  position bigint not null generated always as identity
  entry text not null
  at timestamp with time zone not null
  kind text not null
  by text not null
  recordings text[] not null
  grant_id text

table access_grant
  position bigint not null generated always as identity
  id text not null
  asker text not null
  document bytea not null
  asked_on date not null

table batched_entry
  position integer not null
  entry bytea not null
  key text not null

table code
  hash bytea not null
  role text not null
  expires_at timestamp with time zone not null
  probe boolean not null default false

table commitment_batch
  single boolean not null default true
  day date not null

table contributor
  eraser bytea not null
  handle text not null
  nullifier bytea
  erased boolean not null default false

table dataset_release
  release text not null
  name text not null
  version integer not null
  purpose text not null
  grant_id text
  built_on date not null
  superseded_on date
  announced boolean not null default false

table device_handover
  handle bytea not null
  contributor text not null
  sealed bytea not null
  taken_by bytea
  expires_at timestamp with time zone not null

table erasure
  recording text not null
  finished boolean not null

table garbage
  sha256 bytea not null

table grant_note
  position bigint not null generated always as identity
  grant_id text not null
  sha256 bytea not null
  note bytea not null

table grant_withdrawal
  grant_id text not null

table held_erasure
  recording text not null
  shown boolean not null default false

table installation
  single boolean not null default true
  folder text not null
  kind text not null

table last_word
  contributor text not null
  spoken_in date not null

table left_out_recording
  recording text not null

table legal_hold
  position bigint not null generated always as identity
  id text not null
  document bytea not null
  asked_on date not null

table legal_hold_note
  position bigint not null generated always as identity
  hold_id text not null
  sha256 bytea not null
  note bytea not null

table log_bridge
  policy text not null
  note bytea not null

table log_entry
  log text not null
  index bigint not null
  entry bytea not null
  key text

table log_head
  log text not null
  size bigint not null
  checkpoint bytea not null
  witnessed_size bigint
  witnessed bytea

table log_tile
  log text not null
  level smallint not null
  number bigint not null
  hashes bytea not null

table logged_setting
  name text not null
  digest bytea not null

table migration
  number integer not null
  name text not null
  digest text not null

table model_release
  model text not null
  release text not null

table notice_block
  board text not null
  place integer not null
  block bytea not null

table notice_board
  board text not null
  left_on date not null default CURRENT_DATE
  fetched boolean not null default false

table part
  upload text not null
  index integer not null
  kind text not null
  bytes integer not null
  sha256 bytea not null
  received boolean not null default false

table pending_commitment
  commitment bytea not null

table recording
  id text not null
  upload text not null
  class text not null
  week text not null
  card_id text
  card_version integer
  worked boolean
  duration_ms bigint not null
  events bigint not null
  states bigint not null
  frames bigint not null
  parts integer not null
  bytes bigint not null
  agreement text
  kept_since date not null default ((now() AT TIME ZONE 'utc'::text))::date

table release_build
  id text not null
  wish jsonb not null
  state text not null
  problem text
  begun_on date not null

table release_build_recording
  build text not null
  number integer not null
  recording text not null

table release_holder
  release text not null
  account text not null
  told_on date
  said text
  said_on date

table release_recording
  release text not null
  recording text not null

table reminder
  party text not null
  address bytea not null
  on_day date not null
  tries smallint not null default 1
  outcome text not null
  told_on date
  told_of bytea

table retention_sweep
  id bigint not null generated always as identity
  began_at timestamp with time zone not null
  ended_at timestamp with time zone
  erased integer not null default 0
  unplaced integer not null default 0
  failed boolean not null default false

table session
  hash bytea not null
  role text not null
  handle text not null
  expires_on date not null
  probe boolean not null default false

table staff_account
  id text not null
  role text not null
  made_on date not null default CURRENT_DATE
  recoveries integer not null default 0
  party_key bytea
  recovery bytea
  probe boolean not null default false

table staff_challenge
  hash bytea not null
  kind text not null
  thumbprint text not null
  about jsonb not null
  expires_at timestamp with time zone not null

table staff_invitation
  hash bytea not null
  role text not null
  expires_at timestamp with time zone not null
  probe boolean not null default false

table staff_party_key
  key bytea not null
  role text not null

table staff_passkey
  credential text not null
  account text not null
  public_key bytea not null
  counter bigint not null
  made_on date not null default CURRENT_DATE

table staff_recovery
  account text not null
  role text not null
  approver text not null
  half bytea not null
  expires_at timestamp with time zone not null

table staff_session
  hash bytea not null
  name text not null
  account text not null
  thumbprint text not null
  fresh_at timestamp with time zone
  idle_until timestamp with time zone not null
  ends_at timestamp with time zone not null
  began_at timestamp with time zone not null default now()
  way text not null

table staff_subject
  subject bytea not null
  account text not null

table trained_model
  position bigint not null generated always as identity
  id text not null
  name text not null
  account text not null
  purpose text not null
  entered_on date not null

table upload
  id text not null
  contributor text not null
  recording text not null
  announcement bytea not null
  state text not null
  faults jsonb
  touched_on date not null

table withdrawal_batch
  release text not null
  closes_on date not null
  closed boolean not null default false

table withdrawn_from
  contributor text not null
  release text not null

CREATE INDEX access_entry_recordings ON public.access_entry USING gin (recordings)
CREATE INDEX access_grant_asker ON public.access_grant USING btree (asker)
CREATE INDEX log_entry_commitment ON public.log_entry USING btree (entry) WHERE (octet_length(entry) = 33)
CREATE INDEX model_release_by_release ON public.model_release USING btree (release)
CREATE INDEX part_sha256 ON public.part USING btree (sha256)
CREATE INDEX release_recording_by_recording ON public.release_recording USING btree (recording)
CREATE INDEX session_handle ON public.session USING btree (handle)
CREATE INDEX staff_passkey_account ON public.staff_passkey USING btree (account)
CREATE INDEX staff_session_account ON public.staff_session USING btree (account)
CREATE INDEX withdrawn_from_release ON public.withdrawn_from USING btree (release)
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_grant FOR EACH STATEMENT EXECUTE FUNCTION refuse_grant_change()
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.grant_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_grant_change()
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.grant_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION refuse_grant_change()
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.legal_hold FOR EACH STATEMENT EXECUTE FUNCTION refuse_hold_change()
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.legal_hold_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_hold_change()
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.log_entry FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.log_head FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.log_tile FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER only_grows BEFORE DELETE OR UPDATE ON public.log_entry FOR EACH ROW EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER only_grows BEFORE DELETE OR UPDATE ON public.log_head FOR EACH ROW EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER only_grows BEFORE DELETE OR UPDATE ON public.log_tile FOR EACH ROW EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER probe_stays BEFORE UPDATE ON public.session FOR EACH ROW EXECUTE FUNCTION probe_stays()
CREATE TRIGGER probe_stays BEFORE UPDATE ON public.staff_account FOR EACH ROW EXECUTE FUNCTION probe_stays()
CREATE TRIGGER release_stays BEFORE DELETE OR UPDATE ON public.dataset_release FOR EACH ROW EXECUTE FUNCTION release_stays()
CREATE TRIGGER role_stays BEFORE UPDATE ON public.staff_account FOR EACH ROW EXECUTE FUNCTION staff_role_stays()
CREATE TRIGGER role_stays BEFORE UPDATE ON public.staff_party_key FOR EACH ROW EXECUTE FUNCTION staff_role_stays()
CREATE UNIQUE INDEX access_entry_entry_key ON public.access_entry USING btree (entry)
CREATE UNIQUE INDEX access_entry_pkey ON public.access_entry USING btree ("position")
CREATE UNIQUE INDEX access_grant_id_key ON public.access_grant USING btree (id)
CREATE UNIQUE INDEX access_grant_pkey ON public.access_grant USING btree ("position")
CREATE UNIQUE INDEX batched_entry_pkey ON public.batched_entry USING btree ("position")
CREATE UNIQUE INDEX code_pkey ON public.code USING btree (hash)
CREATE UNIQUE INDEX commitment_batch_pkey ON public.commitment_batch USING btree (single)
CREATE UNIQUE INDEX contributor_handle_key ON public.contributor USING btree (handle)
CREATE UNIQUE INDEX contributor_nullifier_key ON public.contributor USING btree (nullifier)
CREATE UNIQUE INDEX contributor_pkey ON public.contributor USING btree (eraser)
CREATE UNIQUE INDEX dataset_release_name_version_key ON public.dataset_release USING btree (name, version)
CREATE UNIQUE INDEX dataset_release_pkey ON public.dataset_release USING btree (release)
CREATE UNIQUE INDEX device_handover_contributor_key ON public.device_handover USING btree (contributor)
CREATE UNIQUE INDEX device_handover_pkey ON public.device_handover USING btree (handle)
CREATE UNIQUE INDEX erasure_pkey ON public.erasure USING btree (recording)
CREATE UNIQUE INDEX garbage_pkey ON public.garbage USING btree (sha256)
CREATE UNIQUE INDEX grant_note_grant_id_sha256_key ON public.grant_note USING btree (grant_id, sha256)
CREATE UNIQUE INDEX grant_note_pkey ON public.grant_note USING btree ("position")
CREATE UNIQUE INDEX grant_withdrawal_pkey ON public.grant_withdrawal USING btree (grant_id)
CREATE UNIQUE INDEX held_erasure_pkey ON public.held_erasure USING btree (recording)
CREATE UNIQUE INDEX installation_pkey ON public.installation USING btree (single)
CREATE UNIQUE INDEX last_word_pkey ON public.last_word USING btree (contributor)
CREATE UNIQUE INDEX left_out_recording_pkey ON public.left_out_recording USING btree (recording)
CREATE UNIQUE INDEX legal_hold_id_key ON public.legal_hold USING btree (id)
CREATE UNIQUE INDEX legal_hold_note_hold_id_sha256_key ON public.legal_hold_note USING btree (hold_id, sha256)
CREATE UNIQUE INDEX legal_hold_note_pkey ON public.legal_hold_note USING btree ("position")
CREATE UNIQUE INDEX legal_hold_pkey ON public.legal_hold USING btree ("position")
CREATE UNIQUE INDEX log_bridge_pkey ON public.log_bridge USING btree (policy)
CREATE UNIQUE INDEX log_entry_key ON public.log_entry USING btree (log, key) WHERE (key IS NOT NULL)
CREATE UNIQUE INDEX log_entry_pkey ON public.log_entry USING btree (log, index)
CREATE UNIQUE INDEX log_head_pkey ON public.log_head USING btree (log)
CREATE UNIQUE INDEX log_tile_pkey ON public.log_tile USING btree (log, level, number)
CREATE UNIQUE INDEX logged_setting_pkey ON public.logged_setting USING btree (name)
CREATE UNIQUE INDEX migration_pkey ON public.migration USING btree (number)
CREATE UNIQUE INDEX model_release_pkey ON public.model_release USING btree (model, release)
CREATE UNIQUE INDEX notice_block_pkey ON public.notice_block USING btree (board, place)
CREATE UNIQUE INDEX notice_board_pkey ON public.notice_board USING btree (board)
CREATE UNIQUE INDEX part_pkey ON public.part USING btree (upload, index)
CREATE UNIQUE INDEX pending_commitment_pkey ON public.pending_commitment USING btree (commitment)
CREATE UNIQUE INDEX recording_pkey ON public.recording USING btree (id)
CREATE UNIQUE INDEX recording_upload_key ON public.recording USING btree (upload)
CREATE UNIQUE INDEX release_build_pkey ON public.release_build USING btree (id)
CREATE UNIQUE INDEX release_build_recording_pkey ON public.release_build_recording USING btree (build, number)
CREATE UNIQUE INDEX release_holder_pkey ON public.release_holder USING btree (release, account)
CREATE UNIQUE INDEX release_recording_pkey ON public.release_recording USING btree (release, recording)
CREATE UNIQUE INDEX reminder_pkey ON public.reminder USING btree (party, address)
CREATE UNIQUE INDEX retention_sweep_pkey ON public.retention_sweep USING btree (id)
CREATE UNIQUE INDEX session_pkey ON public.session USING btree (hash)
CREATE UNIQUE INDEX staff_account_id_role_key ON public.staff_account USING btree (id, role)
CREATE UNIQUE INDEX staff_account_pkey ON public.staff_account USING btree (id)
CREATE UNIQUE INDEX staff_account_recovery_key ON public.staff_account USING btree (recovery)
CREATE UNIQUE INDEX staff_challenge_pkey ON public.staff_challenge USING btree (hash)
CREATE UNIQUE INDEX staff_invitation_pkey ON public.staff_invitation USING btree (hash)
CREATE UNIQUE INDEX staff_party_key_key_role_key ON public.staff_party_key USING btree (key, role)
CREATE UNIQUE INDEX staff_party_key_pkey ON public.staff_party_key USING btree (key)
CREATE UNIQUE INDEX staff_passkey_pkey ON public.staff_passkey USING btree (credential)
CREATE UNIQUE INDEX staff_recovery_half_key ON public.staff_recovery USING btree (half)
CREATE UNIQUE INDEX staff_recovery_pkey ON public.staff_recovery USING btree (account, approver)
CREATE UNIQUE INDEX staff_session_name_key ON public.staff_session USING btree (name)
CREATE UNIQUE INDEX staff_session_pkey ON public.staff_session USING btree (hash)
CREATE UNIQUE INDEX staff_subject_account_key ON public.staff_subject USING btree (account)
CREATE UNIQUE INDEX staff_subject_pkey ON public.staff_subject USING btree (subject)
CREATE UNIQUE INDEX trained_model_account_name_key ON public.trained_model USING btree (account, name)
CREATE UNIQUE INDEX trained_model_id_key ON public.trained_model USING btree (id)
CREATE UNIQUE INDEX trained_model_pkey ON public.trained_model USING btree ("position")
CREATE UNIQUE INDEX upload_contributor_recording_key ON public.upload USING btree (contributor, recording)
CREATE UNIQUE INDEX upload_pkey ON public.upload USING btree (id)
CREATE UNIQUE INDEX withdrawal_batch_pkey ON public.withdrawal_batch USING btree (release, closes_on)
CREATE UNIQUE INDEX withdrawn_from_pkey ON public.withdrawn_from USING btree (contributor, release)
constraint access_entry access_entry_entry_key: UNIQUE (entry)
constraint access_entry access_entry_pkey: PRIMARY KEY ("position")
constraint access_grant access_grant_asker_check: CHECK ((asker ~ '^[0-9a-f]{32}$'::text))
constraint access_grant access_grant_document_check: CHECK (((octet_length(document) >= 1) AND (octet_length(document) <= 65535)))
constraint access_grant access_grant_id_check: CHECK ((id ~ '^[0-9a-f]{32}$'::text))
constraint access_grant access_grant_id_key: UNIQUE (id)
constraint access_grant access_grant_pkey: PRIMARY KEY ("position")
constraint batched_entry batched_entry_pkey: PRIMARY KEY ("position")
constraint batched_entry batched_entry_position_check: CHECK (("position" >= 0))
constraint code code_hash_check: CHECK ((octet_length(hash) = 32))
constraint code code_pkey: PRIMARY KEY (hash)
constraint commitment_batch commitment_batch_pkey: PRIMARY KEY (single)
constraint commitment_batch commitment_batch_single_check: CHECK (single)
constraint contributor contributor_eraser_check: CHECK ((octet_length(eraser) = 32))
constraint contributor contributor_handle_key: UNIQUE (handle)
constraint contributor contributor_nullifier_check: CHECK ((octet_length(nullifier) = 32))
constraint contributor contributor_nullifier_key: UNIQUE (nullifier)
constraint contributor contributor_pkey: PRIMARY KEY (eraser)
constraint dataset_release dataset_release_check: CHECK (((NOT announced) OR (superseded_on IS NOT NULL)))
constraint dataset_release dataset_release_grant_id_check: CHECK ((grant_id ~ '^[0-9a-f]{32}$'::text))
constraint dataset_release dataset_release_name_check: CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text))
constraint dataset_release dataset_release_name_version_key: UNIQUE (name, version)
constraint dataset_release dataset_release_pkey: PRIMARY KEY (release)
constraint dataset_release dataset_release_purpose_check: CHECK ((purpose ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text))
constraint dataset_release dataset_release_release_check: CHECK ((release ~ '^[0-9a-f]{64}$'::text))
constraint dataset_release dataset_release_version_check: CHECK ((version > 0))
constraint device_handover device_handover_contributor_key: UNIQUE (contributor)
constraint device_handover device_handover_handle_check: CHECK ((length(handle) = 32))
constraint device_handover device_handover_pkey: PRIMARY KEY (handle)
constraint device_handover device_handover_sealed_check: CHECK ((length(sealed) = 4096))
constraint device_handover device_handover_taken_by_check: CHECK ((length(taken_by) = 16))
constraint erasure erasure_pkey: PRIMARY KEY (recording)
constraint garbage garbage_pkey: PRIMARY KEY (sha256)
constraint garbage garbage_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint grant_note grant_note_grant_id_fkey: FOREIGN KEY (grant_id) REFERENCES access_grant(id)
constraint grant_note grant_note_grant_id_sha256_key: UNIQUE (grant_id, sha256)
constraint grant_note grant_note_note_check: CHECK (((octet_length(note) >= 1) AND (octet_length(note) <= 65535)))
constraint grant_note grant_note_pkey: PRIMARY KEY ("position")
constraint grant_note grant_note_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint grant_withdrawal grant_withdrawal_grant_id_fkey: FOREIGN KEY (grant_id) REFERENCES access_grant(id)
constraint grant_withdrawal grant_withdrawal_pkey: PRIMARY KEY (grant_id)
constraint held_erasure held_erasure_pkey: PRIMARY KEY (recording)
constraint installation installation_kind_check: CHECK ((kind = ANY (ARRAY['demonstration'::text, 'production'::text])))
constraint installation installation_pkey: PRIMARY KEY (single)
constraint installation installation_single_check: CHECK (single)
constraint last_word last_word_pkey: PRIMARY KEY (contributor)
constraint last_word last_word_spoken_in_check: CHECK ((EXTRACT(day FROM spoken_in) = (1)::numeric))
constraint left_out_recording left_out_recording_pkey: PRIMARY KEY (recording)
constraint legal_hold legal_hold_document_check: CHECK (((octet_length(document) >= 1) AND (octet_length(document) <= 65535)))
constraint legal_hold legal_hold_id_check: CHECK ((id ~ '^[0-9a-f]{32}$'::text))
constraint legal_hold legal_hold_id_key: UNIQUE (id)
constraint legal_hold legal_hold_pkey: PRIMARY KEY ("position")
constraint legal_hold_note legal_hold_note_hold_id_fkey: FOREIGN KEY (hold_id) REFERENCES legal_hold(id)
constraint legal_hold_note legal_hold_note_hold_id_sha256_key: UNIQUE (hold_id, sha256)
constraint legal_hold_note legal_hold_note_note_check: CHECK (((octet_length(note) >= 1) AND (octet_length(note) <= 65535)))
constraint legal_hold_note legal_hold_note_pkey: PRIMARY KEY ("position")
constraint legal_hold_note legal_hold_note_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint log_bridge log_bridge_note_check: CHECK (((length(note) >= 1) AND (length(note) <= 262144)))
constraint log_bridge log_bridge_pkey: PRIMARY KEY (policy)
constraint log_bridge log_bridge_policy_check: CHECK ((policy ~ '^[0-9a-f]{64}$'::text))
constraint log_entry log_entry_entry_check: CHECK ((octet_length(entry) <= 65535))
constraint log_entry log_entry_index_check: CHECK ((index >= 0))
constraint log_entry log_entry_key_check: CHECK (((length(key) >= 1) AND (length(key) <= 128)))
constraint log_entry log_entry_log_fkey: FOREIGN KEY (log) REFERENCES log_head(log)
constraint log_entry log_entry_pkey: PRIMARY KEY (log, index)
constraint log_head log_head_check1: CHECK (((witnessed_size IS NULL) = (witnessed IS NULL)))
constraint log_head log_head_check: CHECK ((witnessed_size <= size))
constraint log_head log_head_log_check: CHECK ((log = ANY (ARRAY['rules'::text, 'uses'::text])))
constraint log_head log_head_pkey: PRIMARY KEY (log)
constraint log_head log_head_size_check: CHECK ((size >= 0))
constraint log_tile log_tile_hashes_check: CHECK ((((octet_length(hashes) >= 32) AND (octet_length(hashes) <= 8192)) AND ((octet_length(hashes) % 32) = 0)))
constraint log_tile log_tile_level_check: CHECK (((level >= 0) AND (level <= 6)))
constraint log_tile log_tile_log_fkey: FOREIGN KEY (log) REFERENCES log_head(log)
constraint log_tile log_tile_number_check: CHECK ((number >= 0))
constraint log_tile log_tile_pkey: PRIMARY KEY (log, level, number)
constraint logged_setting logged_setting_digest_check: CHECK ((octet_length(digest) = 32))
constraint logged_setting logged_setting_pkey: PRIMARY KEY (name)
constraint migration migration_pkey: PRIMARY KEY (number)
constraint model_release model_release_model_fkey: FOREIGN KEY (model) REFERENCES trained_model(id)
constraint model_release model_release_pkey: PRIMARY KEY (model, release)
constraint model_release model_release_release_fkey: FOREIGN KEY (release) REFERENCES dataset_release(release)
constraint notice_block notice_block_block_check: CHECK ((octet_length(block) = 2048))
constraint notice_block notice_block_board_check: CHECK ((board ~ '^[0-9a-f]{32}$'::text))
constraint notice_block notice_block_pkey: PRIMARY KEY (board, place)
constraint notice_block notice_block_place_check: CHECK ((place >= 0))
constraint notice_board notice_board_board_check: CHECK ((board ~ '^[0-9a-f]{32}$'::text))
constraint notice_board notice_board_pkey: PRIMARY KEY (board)
constraint part part_bytes_check: CHECK ((bytes >= 0))
constraint part part_index_check: CHECK ((index >= 0))
constraint part part_kind_check: CHECK ((kind = ANY (ARRAY['events'::text, 'states'::text, 'frames'::text, 'manifest'::text])))
constraint part part_pkey: PRIMARY KEY (upload, index)
constraint part part_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint part part_upload_fkey: FOREIGN KEY (upload) REFERENCES upload(id) ON DELETE CASCADE
constraint pending_commitment pending_commitment_commitment_check: CHECK ((octet_length(commitment) = 32))
constraint pending_commitment pending_commitment_pkey: PRIMARY KEY (commitment)
constraint recording recording_check: CHECK (((card_id IS NULL) = (card_version IS NULL)))
constraint recording recording_class_check: CHECK ((class = ANY (ARRAY['own'::text, 'foreign'::text, 'demonstration'::text])))
constraint recording recording_pkey: PRIMARY KEY (id)
constraint recording recording_upload_fkey: FOREIGN KEY (upload) REFERENCES upload(id)
constraint recording recording_upload_key: UNIQUE (upload)
constraint release_build release_build_check: CHECK (((problem IS NULL) OR (state = 'stopped'::text)))
constraint release_build release_build_id_check: CHECK ((id ~ '^[0-9a-f]{32}$'::text))
constraint release_build release_build_pkey: PRIMARY KEY (id)
constraint release_build release_build_problem_check: CHECK ((length(problem) <= 2000))
constraint release_build release_build_state_check: CHECK ((state = ANY (ARRAY['working'::text, 'paused'::text, 'stopped'::text, 'cancelled'::text, 'done'::text])))
constraint release_build_recording release_build_recording_build_fkey: FOREIGN KEY (build) REFERENCES release_build(id)
constraint release_build_recording release_build_recording_number_check: CHECK ((number >= 0))
constraint release_build_recording release_build_recording_pkey: PRIMARY KEY (build, number)
constraint release_holder release_holder_account_check: CHECK ((account ~ '^[0-9a-f]{32}$'::text))
constraint release_holder release_holder_check1: CHECK (((said IS NULL) OR (told_on IS NOT NULL)))
constraint release_holder release_holder_check: CHECK (((said IS NULL) = (said_on IS NULL)))
constraint release_holder release_holder_pkey: PRIMARY KEY (release, account)
constraint release_holder release_holder_release_fkey: FOREIGN KEY (release) REFERENCES dataset_release(release)
constraint release_holder release_holder_said_check: CHECK ((said = ANY (ARRAY['deleted'::text, 'not-yet'::text])))
constraint release_recording release_recording_pkey: PRIMARY KEY (release, recording)
constraint release_recording release_recording_release_fkey: FOREIGN KEY (release) REFERENCES dataset_release(release)
constraint reminder reminder_address_check: CHECK ((length(address) = 32))
constraint reminder reminder_outcome_check: CHECK ((outcome = ANY (ARRAY['claimed'::text, 'sent'::text, 'unsure'::text, 'no-answer'::text, 'refused'::text, 'no-tls'::text, 'certificate'::text, 'outside'::text])))
constraint reminder reminder_party_check: CHECK ((party = ANY (ARRAY['employer'::text, 'representative'::text, 'data-protection-officer'::text, 'operator'::text])))
constraint reminder reminder_pkey: PRIMARY KEY (party, address)
constraint reminder reminder_told_of_check: CHECK ((length(told_of) = 32))
constraint retention_sweep retention_sweep_erased_check: CHECK ((erased >= 0))
constraint retention_sweep retention_sweep_pkey: PRIMARY KEY (id)
constraint retention_sweep retention_sweep_unplaced_check: CHECK ((unplaced >= 0))
constraint session session_hash_check: CHECK ((octet_length(hash) = 32))
constraint session session_pkey: PRIMARY KEY (hash)
constraint staff_account staff_account_check: CHECK (((NOT probe) OR (party_key IS NULL)))
constraint staff_account staff_account_id_check: CHECK ((id ~ '^[A-Za-z0-9_-]{22}$'::text))
constraint staff_account staff_account_id_role_key: UNIQUE (id, role)
constraint staff_account staff_account_party_key_role_fkey: FOREIGN KEY (party_key, role) REFERENCES staff_party_key(key, role)
constraint staff_account staff_account_pkey: PRIMARY KEY (id)
constraint staff_account staff_account_recoveries_check: CHECK ((recoveries >= 0))
constraint staff_account staff_account_recovery_check: CHECK ((octet_length(recovery) = 32))
constraint staff_account staff_account_recovery_key: UNIQUE (recovery)
constraint staff_account staff_account_role_check: CHECK ((role = ANY (ARRAY['employer'::text, 'representative'::text, 'dpo'::text, 'researcher'::text, 'operator'::text])))
constraint staff_challenge staff_challenge_hash_check: CHECK ((octet_length(hash) = 32))
constraint staff_challenge staff_challenge_pkey: PRIMARY KEY (hash)
constraint staff_invitation staff_invitation_hash_check: CHECK ((octet_length(hash) = 32))
constraint staff_invitation staff_invitation_pkey: PRIMARY KEY (hash)
constraint staff_invitation staff_invitation_role_check: CHECK ((role = ANY (ARRAY['employer'::text, 'representative'::text, 'dpo'::text, 'researcher'::text, 'operator'::text])))
constraint staff_party_key staff_party_key_key_check: CHECK ((octet_length(key) = 32))
constraint staff_party_key staff_party_key_key_role_key: UNIQUE (key, role)
constraint staff_party_key staff_party_key_pkey: PRIMARY KEY (key)
constraint staff_party_key staff_party_key_role_check: CHECK ((role = ANY (ARRAY['employer'::text, 'representative'::text, 'dpo'::text])))
constraint staff_passkey staff_passkey_account_fkey: FOREIGN KEY (account) REFERENCES staff_account(id) ON DELETE CASCADE
constraint staff_passkey staff_passkey_counter_check: CHECK ((counter >= 0))
constraint staff_passkey staff_passkey_credential_check: CHECK (((length(credential) >= 16) AND (length(credential) <= 1400)))
constraint staff_passkey staff_passkey_pkey: PRIMARY KEY (credential)
constraint staff_recovery staff_recovery_account_role_fkey: FOREIGN KEY (account, role) REFERENCES staff_account(id, role) ON DELETE CASCADE
constraint staff_recovery staff_recovery_check: CHECK (((approver = ANY (ARRAY['employer'::text, 'representative'::text, 'dpo'::text])) AND (approver <> role)))
constraint staff_recovery staff_recovery_half_check: CHECK ((octet_length(half) = 32))
constraint staff_recovery staff_recovery_half_key: UNIQUE (half)
constraint staff_recovery staff_recovery_pkey: PRIMARY KEY (account, approver)
constraint staff_session staff_session_account_fkey: FOREIGN KEY (account) REFERENCES staff_account(id) ON DELETE CASCADE
constraint staff_session staff_session_hash_check: CHECK ((octet_length(hash) = 32))
constraint staff_session staff_session_name_key: UNIQUE (name)
constraint staff_session staff_session_pkey: PRIMARY KEY (hash)
constraint staff_session staff_session_way_check: CHECK ((way = ANY (ARRAY['passkey'::text, 'provider'::text])))
constraint staff_subject staff_subject_account_fkey: FOREIGN KEY (account) REFERENCES staff_account(id) ON DELETE CASCADE
constraint staff_subject staff_subject_account_key: UNIQUE (account)
constraint staff_subject staff_subject_pkey: PRIMARY KEY (subject)
constraint staff_subject staff_subject_subject_check: CHECK ((octet_length(subject) = 32))
constraint trained_model trained_model_account_check: CHECK ((account ~ '^[0-9a-f]{32}$'::text))
constraint trained_model trained_model_account_name_key: UNIQUE (account, name)
constraint trained_model trained_model_id_check: CHECK ((id ~ '^[0-9a-f]{32}$'::text))
constraint trained_model trained_model_id_key: UNIQUE (id)
constraint trained_model trained_model_name_check: CHECK ((name ~ '^[a-z0-9][a-z0-9.-]{0,63}$'::text))
constraint trained_model trained_model_pkey: PRIMARY KEY ("position")
constraint trained_model trained_model_purpose_check: CHECK ((purpose ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text))
constraint upload upload_announcement_check: CHECK ((octet_length(announcement) = 32))
constraint upload upload_contributor_recording_key: UNIQUE (contributor, recording)
constraint upload upload_pkey: PRIMARY KEY (id)
constraint upload upload_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'refused'::text, 'complete'::text])))
constraint withdrawal_batch withdrawal_batch_pkey: PRIMARY KEY (release, closes_on)
constraint withdrawal_batch withdrawal_batch_release_fkey: FOREIGN KEY (release) REFERENCES dataset_release(release)
constraint withdrawn_from withdrawn_from_pkey: PRIMARY KEY (contributor, release)
constraint withdrawn_from withdrawn_from_release_fkey: FOREIGN KEY (release) REFERENCES dataset_release(release)
function log_only_grows()

begin
  if tg_op = 'UPDATE' and tg_table_name = 'log_head' then
    if new.log = old.log and new.size >= old.size
       and (new.size > old.size or split_part(convert_from(new.checkpoint, 'UTF8'), E'\n\n', 1)
                                 = split_part(convert_from(old.checkpoint, 'UTF8'), E'\n\n', 1))
       and coalesce(new.witnessed_size, -1) >= coalesce(old.witnessed_size, -1) then
      return new;
    end if;
  elsif tg_op = 'UPDATE' and tg_table_name = 'log_tile' then
    if new.log = old.log and new.level = old.level and new.number = old.number
       and substring(new.hashes for octet_length(old.hashes)) = old.hashes then
      return new;
    end if;
  end if;
  raise exception 'a log only grows';
end

function probe_stays()

begin
  if new.probe <> old.probe then raise exception 'what is for the probe is so for good'; end if;
  return new;
end

function refuse_change()

begin
  raise exception 'the access journal is append-only';
end

function refuse_grant_change()

begin
  raise exception 'what was asked and said of grants is append-only';
end

function refuse_hold_change()

begin
  raise exception 'what was asked and said of holds is append-only';
end

function release_stays()

begin
  if tg_op = 'DELETE' then raise exception 'a release stays in the register'; end if;
  if (new.release, new.name, new.version, new.purpose, new.built_on) is distinct from
     (old.release, old.name, old.version, old.purpose, old.built_on)
    or new.grant_id is distinct from old.grant_id
    or (old.superseded_on is not null and new.superseded_on is distinct from old.superseded_on)
    or (old.announced and not new.announced)
  then raise exception 'a release is what it was, and is superseded for good'; end if;
  return new;
end

function staff_role_stays()

begin
  if new.role <> old.role then raise exception 'the role of an account, or of a key, is for good'; end if;
  return new;
end

option part fillfactor=70
