table access_entry
  position bigint not null generated always as identity
  entry text not null
  at timestamp with time zone not null
  kind text not null
  by text not null
  recordings text[] not null

table batched_entry
  position integer not null
  entry bytea not null
  key text not null

table code
  hash bytea not null
  role text not null
  expires_at timestamp with time zone not null

table commitment_batch
  single boolean not null default true
  day date not null

table erasure
  recording text not null
  finished boolean not null

table garbage
  sha256 bytea not null

table contributor
  eraser bytea not null
  handle text not null
  nullifier bytea
  erased boolean not null default false

table installation
  single boolean not null default true
  folder text not null
  kind text not null

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

table session
  hash bytea not null
  role text not null
  handle text not null
  expires_on date not null

table upload
  id text not null
  contributor text not null
  recording text not null
  announcement bytea not null
  state text not null
  faults jsonb
  touched_on date not null

CREATE INDEX log_entry_commitment ON public.log_entry USING btree (entry) WHERE (octet_length(entry) = 33)
CREATE INDEX part_sha256 ON public.part USING btree (sha256)
CREATE INDEX session_handle ON public.session USING btree (handle)
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.log_entry FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.log_head FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON public.log_tile FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER only_grows BEFORE DELETE OR UPDATE ON public.log_entry FOR EACH ROW EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER only_grows BEFORE DELETE OR UPDATE ON public.log_head FOR EACH ROW EXECUTE FUNCTION log_only_grows()
CREATE TRIGGER only_grows BEFORE DELETE OR UPDATE ON public.log_tile FOR EACH ROW EXECUTE FUNCTION log_only_grows()
CREATE UNIQUE INDEX access_entry_entry_key ON public.access_entry USING btree (entry)
CREATE UNIQUE INDEX access_entry_pkey ON public.access_entry USING btree ("position")
CREATE UNIQUE INDEX batched_entry_pkey ON public.batched_entry USING btree ("position")
CREATE UNIQUE INDEX code_pkey ON public.code USING btree (hash)
CREATE UNIQUE INDEX commitment_batch_pkey ON public.commitment_batch USING btree (single)
CREATE UNIQUE INDEX erasure_pkey ON public.erasure USING btree (recording)
CREATE UNIQUE INDEX garbage_pkey ON public.garbage USING btree (sha256)
CREATE UNIQUE INDEX installation_pkey ON public.installation USING btree (single)
CREATE UNIQUE INDEX log_entry_key ON public.log_entry USING btree (log, key) WHERE (key IS NOT NULL)
CREATE UNIQUE INDEX log_entry_pkey ON public.log_entry USING btree (log, index)
CREATE UNIQUE INDEX log_head_pkey ON public.log_head USING btree (log)
CREATE UNIQUE INDEX log_tile_pkey ON public.log_tile USING btree (log, level, number)
CREATE UNIQUE INDEX logged_setting_pkey ON public.logged_setting USING btree (name)
CREATE UNIQUE INDEX migration_pkey ON public.migration USING btree (number)
CREATE UNIQUE INDEX part_pkey ON public.part USING btree (upload, index)
CREATE UNIQUE INDEX pending_commitment_pkey ON public.pending_commitment USING btree (commitment)
CREATE UNIQUE INDEX recording_pkey ON public.recording USING btree (id)
CREATE UNIQUE INDEX recording_upload_key ON public.recording USING btree (upload)
CREATE UNIQUE INDEX session_pkey ON public.session USING btree (hash)
CREATE UNIQUE INDEX upload_contributor_recording_key ON public.upload USING btree (contributor, recording)
CREATE UNIQUE INDEX upload_pkey ON public.upload USING btree (id)
constraint access_entry access_entry_entry_key: UNIQUE (entry)
constraint access_entry access_entry_pkey: PRIMARY KEY ("position")
constraint batched_entry batched_entry_pkey: PRIMARY KEY ("position")
constraint batched_entry batched_entry_position_check: CHECK (("position" >= 0))
constraint code code_hash_check: CHECK ((octet_length(hash) = 32))
constraint code code_pkey: PRIMARY KEY (hash)
constraint commitment_batch commitment_batch_pkey: PRIMARY KEY (single)
constraint commitment_batch commitment_batch_single_check: CHECK (single)
constraint erasure erasure_pkey: PRIMARY KEY (recording)
constraint garbage garbage_pkey: PRIMARY KEY (sha256)
constraint garbage garbage_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint installation installation_kind_check: CHECK ((kind = ANY (ARRAY['demonstration'::text, 'production'::text])))
constraint installation installation_pkey: PRIMARY KEY (single)
constraint installation installation_single_check: CHECK (single)
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
constraint session session_hash_check: CHECK ((octet_length(hash) = 32))
constraint session session_pkey: PRIMARY KEY (hash)
constraint upload upload_announcement_check: CHECK ((octet_length(announcement) = 32))
constraint upload upload_contributor_recording_key: UNIQUE (contributor, recording)
constraint upload upload_pkey: PRIMARY KEY (id)
constraint upload upload_state_check: CHECK ((state = ANY (ARRAY['open'::text, 'refused'::text, 'complete'::text])))
function log_only_grows()

begin
  if tg_op = 'UPDATE' and tg_table_name = 'log_head' then
    if new.log = old.log and new.size >= old.size
       and (new.size > old.size or split_part(convert_from(new.checkpoint, 'UTF8'), E'\n\n', 1)
                                 = split_part(convert_from(old.checkpoint, 'UTF8'), E'\n\n', 1))
       and coalesce(new.witnessed_size, -1) >= coalesce(old.witnessed_size, -1) then
      return new;
    end if;
CREATE UNIQUE INDEX contributor_handle_key ON public.contributor USING btree (handle)
CREATE UNIQUE INDEX contributor_nullifier_key ON public.contributor USING btree (nullifier)
CREATE UNIQUE INDEX contributor_pkey ON public.contributor USING btree (eraser)
  elsif tg_op = 'UPDATE' and tg_table_name = 'log_tile' then
    if new.log = old.log and new.level = old.level and new.number = old.number
       and substring(new.hashes for octet_length(old.hashes)) = old.hashes then
      return new;
    end if;
  end if;
  raise exception 'a log only grows';
end

function refuse_change()

begin
  raise exception 'the access journal is append-only';
end

option part fillfactor=70
constraint contributor contributor_eraser_check: CHECK ((octet_length(eraser) = 32))
constraint contributor contributor_handle_key: UNIQUE (handle)
constraint contributor contributor_nullifier_check: CHECK ((octet_length(nullifier) = 32))
constraint contributor contributor_nullifier_key: UNIQUE (nullifier)
constraint contributor contributor_pkey: PRIMARY KEY (eraser)
