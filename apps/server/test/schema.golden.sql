table access_entry
  position bigint not null generated always as identity
  entry text not null
  at timestamp with time zone not null
  kind text not null
  by text not null
  recordings text[] not null

table code
  hash bytea not null
  role text not null
  expires_at timestamp with time zone not null

table erasure
  recording text not null
  finished boolean not null

table garbage
  sha256 bytea not null

table installation
  single boolean not null default true
  folder text not null
  kind text not null

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

CREATE INDEX part_sha256 ON public.part USING btree (sha256)
CREATE INDEX session_handle ON public.session USING btree (handle)
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.access_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
CREATE UNIQUE INDEX access_entry_entry_key ON public.access_entry USING btree (entry)
CREATE UNIQUE INDEX access_entry_pkey ON public.access_entry USING btree ("position")
CREATE UNIQUE INDEX code_pkey ON public.code USING btree (hash)
CREATE UNIQUE INDEX erasure_pkey ON public.erasure USING btree (recording)
CREATE UNIQUE INDEX garbage_pkey ON public.garbage USING btree (sha256)
CREATE UNIQUE INDEX installation_pkey ON public.installation USING btree (single)
CREATE UNIQUE INDEX migration_pkey ON public.migration USING btree (number)
CREATE UNIQUE INDEX part_pkey ON public.part USING btree (upload, index)
CREATE UNIQUE INDEX recording_pkey ON public.recording USING btree (id)
CREATE UNIQUE INDEX recording_upload_key ON public.recording USING btree (upload)
CREATE UNIQUE INDEX session_pkey ON public.session USING btree (hash)
CREATE UNIQUE INDEX upload_contributor_recording_key ON public.upload USING btree (contributor, recording)
CREATE UNIQUE INDEX upload_pkey ON public.upload USING btree (id)
constraint access_entry access_entry_entry_key: UNIQUE (entry)
constraint access_entry access_entry_pkey: PRIMARY KEY ("position")
constraint code code_hash_check: CHECK ((octet_length(hash) = 32))
constraint code code_pkey: PRIMARY KEY (hash)
constraint erasure erasure_pkey: PRIMARY KEY (recording)
constraint garbage garbage_pkey: PRIMARY KEY (sha256)
constraint garbage garbage_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint installation installation_kind_check: CHECK ((kind = ANY (ARRAY['demonstration'::text, 'production'::text])))
constraint installation installation_pkey: PRIMARY KEY (single)
constraint installation installation_single_check: CHECK (single)
constraint migration migration_pkey: PRIMARY KEY (number)
constraint part part_bytes_check: CHECK ((bytes >= 0))
constraint part part_index_check: CHECK ((index >= 0))
constraint part part_kind_check: CHECK ((kind = ANY (ARRAY['events'::text, 'states'::text, 'frames'::text, 'manifest'::text])))
constraint part part_pkey: PRIMARY KEY (upload, index)
constraint part part_sha256_check: CHECK ((octet_length(sha256) = 32))
constraint part part_upload_fkey: FOREIGN KEY (upload) REFERENCES upload(id) ON DELETE CASCADE
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
function refuse_change()

begin
  raise exception 'the access journal is append-only';
end

option part fillfactor=70
