/**
 * Every table with what it holds, and with which actions a row of it is read or written (spec/access.md, ACC5). A test
 * compares with the schema that the migrations make: a table that nobody can place here can not be added.
 */
export type DeclaredTable = {
  holds: string;
  /** Whose rows they are: of the installation, of a contributor by her handle, of staff, or of everybody's record. */
  belongsTo: 'installation' | 'contributor' | 'staff' | 'record';
  /** May the server's connection change or delete a row? A record is only added to (ACC31). */
  onlyGrows: boolean;
};

const table = (
  belongsTo: DeclaredTable['belongsTo'],
  holds: string,
  onlyGrows: boolean = false,
): DeclaredTable => ({ holds, belongsTo, onlyGrows });

export const DECLARED_TABLES: Readonly<Record<string, DeclaredTable>> = {
  installation: table('installation', 'which installation this database belongs to'),
  migration: table('installation', 'which schema steps were done', true),
  code: table('staff', 'hashes of one-time codes'),
  session: table('staff', 'hashes of session tokens, a role and a random handle each'),
  contributor: table('contributor', 'a random handle, what the paper code is known by, and the spent token'),
  device_handover: table(
    'contributor',
    'what one device of a contributor left for the next, sealed under a code',
  ),
  staff_party_key: table('staff', 'which party keys stand for which role'),
  staff_account: table('staff', 'accounts of staff: a random id and a role'),
  staff_passkey: table('staff', 'public halves of passkeys'),
  staff_subject: table('staff', 'digests of who somebody is at the organisation’s provider'),
  staff_invitation: table('staff', 'hashes of invitations'),
  staff_challenge: table('staff', 'ceremonies that are under way'),
  staff_session: table('staff', 'hashes of session tokens, the key that each is bound to'),
  staff_recovery: table('staff', 'halves of recoveries that are under way'),
  upload: table('contributor', 'what a contributor announced, under her random handle'),
  part: table('contributor', 'which parts of an upload are here, and their digests'),
  recording: table('contributor', 'what is known of a released recording without opening it'),
  erasure: table('record', 'ids that were erased and never come back'),
  held_erasure: table('contributor', 'ids whose erasure was asked for and waits for the end of a legal hold'),
  last_word: table('contributor', 'the month in which a device of hers last spoke, for the limit of silence'),
  legal_hold: table('record', 'legal holds that were asked for, to the byte', true),
  legal_hold_note: table('record', 'what the parties said of them, to the byte', true),
  retention_sweep: table(
    'installation',
    'when what is over its agreed time was erased, and whether it all was',
  ),
  garbage: table('installation', 'digests of bytes that are to be removed'),
  access_entry: table('record', 'the journal: every opening, written before it', true),
  log_head: table('record', 'the heads of the two logs; they never go back'),
  log_entry: table('record', 'the entries of the two logs', true),
  log_tile: table('record', 'the hashes of the two logs; a tile only grows'),
  log_bridge: table('record', 'checkpoints that lead over changes of whose cosignatures count', true),
  reminder: table('staff', 'digests of addresses that are told by mail that something waits, and when'),
  notice_board: table('installation', 'the day of each board of notices, and whether it was fetched'),
  notice_block: table('installation', 'sealed notices for contributors’ recorders, among dummies'),
  pending_commitment: table('installation', 'commitments that wait for the day’s batch'),
  batched_entry: table('installation', 'the day’s batch until the log has it'),
  commitment_batch: table('installation', 'the day of the last batch'),
  logged_setting: table('installation', 'digests of the settings that the log was told of'),
  access_grant: table('record', 'what researchers asked for, to the byte', true),
  grant_note: table('record', 'what the parties said of it, to the byte', true),
  grant_withdrawal: table('record', 'requests that were taken back', true),
  dataset_release: table('record', 'which releases were built, for what, and whether they are superseded'),
  release_recording: table(
    'contributor',
    'which recordings are in a release; joined by the server alone',
    true,
  ),
  withdrawn_from: table('contributor', 'from which releases something of a contributor was erased'),
  withdrawal_batch: table('record', 'on which day withdrawals from a release are brought into later ones'),
  left_out_recording: table(
    'contributor',
    'recordings that were drawn by lot and are in no later release',
    true,
  ),
  release_build: table(
    'installation',
    'releases that are being built by many processes: what, under which grant, in which folder',
  ),
  release_build_recording: table(
    'contributor',
    'which recordings are being built of, while they are; joined by the server alone',
  ),
  release_holder: table('staff', 'accounts of who has a release, and whether they said that it is deleted'),
  trained_model: table('record', 'models that were trained, as researchers entered them', true),
  model_release: table('record', 'on which releases a model was trained', true),
};
