/**
 * Each time and each number beside a person, a pseudonym or an account, with why no figure of work follows (T15; ACC60). A test walks
 * tables, answers, exports and entries and compares: what is not here can not be added.
 */
type Reason = { because: string; places: readonly string[] };

const REASONS: readonly Reason[] = [
  {
    because:
      'A reading is what a researcher does with a grant, and stands in a public log: who reads is watched here on purpose, as an account without a name.',
    places: [
      'table access_entry: position',
      'table access_entry: at',
      'table access_grant: position',
      'table access_grant: asked_on',
    ],
  },
  {
    because: 'How long a way in for a second device stays open, which is a quarter of an hour for everyone.',
    places: ['table device_handover: expires_at'],
  },
  {
    because:
      'A month, the same for all who spoke in it, for the limit of silence; no answer has it and nothing counts it.',
    places: ['table last_word: spoken_in'],
  },
  {
    because:
      'How the pieces of one upload are put together: sizes of sealed bytes, which no answer but her own has.',
    places: ['table part: index', 'table part: bytes'],
  },
  {
    because: 'The version of a task card says what was to be done, and nothing of who did it.',
    places: ['table recording: card_version'],
  },
  {
    because:
      'Of one recording, for building datasets, under an upload whose handle is random: nobody reads the two together but her own session, and whoever has the whole database and joins them learns figures of a pseudonym, which docs/limits.md says.',
    places: [
      'table recording: week',
      'table recording: duration_ms',
      'table recording: events',
      'table recording: states',
      'table recording: frames',
      'table recording: parts',
      'table recording: bytes',
      'table recording: kept_since',
    ],
  },
  {
    because: 'The first of a month some time ahead, the same for all who came in that month.',
    places: ['table session: expires_on'],
  },
  {
    because: 'A counter that the passkey itself keeps against copies of it; many always say zero.',
    places: ['table staff_passkey: counter'],
  },
  {
    because: 'The day on which an account was given a key, for its holder to tell two keys apart.',
    places: ['table staff_passkey: made_on'],
  },
  {
    because: 'How long a half of a recovery is good for.',
    places: ['table staff_recovery: expires_at'],
  },
  {
    because:
      'When a session ends if nothing happens, moved at most every quarter of an hour and deleted with the session; it is of accounts of staff and of no contributor.',
    places: [
      'table staff_session: fresh_at',
      'table staff_session: idle_until',
      'table staff_session: ends_at',
      'table staff_session: began_at',
    ],
  },
  {
    because:
      'The day on which somebody last went on with one upload, so that what nobody continues is forgotten.',
    places: ['table upload: touched_on'],
  },
  {
    because:
      'When the asker’s own account was signed in where it still is, to her alone: she looks for a session that is not hers.',
    places: ['GET /api/staff/sessions: sessions.began', 'GET /api/staff/sessions: sessions.expires'],
  },
  {
    because: 'When the asker’s own session ends.',
    places: [
      'POST /api/session: expires',
      'GET /api/session: expires',
      'POST /api/enrolment: expires',
      'POST /api/staff/passkeys/assertion: expires',
      'POST /api/staff/passkeys/assertion: freshUntil',
      'POST /api/staff/accounts: session.expires',
      'POST /api/staff/accounts: session.freshUntil',
      'GET /api/staff/session: expires',
      'GET /api/staff/session: freshUntil',
      'POST /api/staff/session/fresh: expires',
      'POST /api/staff/session/fresh: freshUntil',
    ],
  },
  {
    because: 'The number of the part that was just sent, back to who sent it.',
    places: ['PUT /api/uploads/{upload}/parts/{index}: index'],
  },
  {
    because: 'Told to herself alone, about what is hers: found by her session and by nothing else.',
    places: [
      'GET /api/my/recordings: recordings.parts',
      'GET /api/my/recordings: recordings.bytes',
      'GET /api/my/recordings: recordings.held.until',
      'GET /api/my/recordings: recordings.held.entry',
      'GET /api/my/accesses: accesses.day',
      'GET /api/my/accesses: accesses.entry',
      'GET /api/my/accesses: days.day',
      'GET /api/my/accesses: days.readings',
      'GET /api/my/lineage: releases.version',
      'GET /api/my/lineage: releases.builtOn',
      'GET /api/my/lineage: releases.supersededOn',
      'GET /api/my/lineage: releases.without.version',
      'GET /api/my/lineage: releases.without.builtOn',
      'GET /api/my/lineage: releases.models.enteredOn',
      'POST /api/my/recordings/erasure: held.until',
      'POST /api/my/recordings/erasure: keysExpireOn',
    ],
  },
  {
    because:
      'How an account of staff is secured, for the parties, who keep accounts; nothing of what it does.',
    places: ['GET /api/staff/accounts: accounts.passkeys', 'GET /api/staff/accounts: accounts.madeOn'],
  },
  {
    because: 'The days on which the asker’s own keys were made.',
    places: [
      'GET /api/staff/account: passkeys.madeOn',
      'POST /api/staff/account/passkeys: passkeys.madeOn',
      'DELETE /api/staff/account/passkeys/{n}: passkeys.madeOn',
      'POST /api/staff/account/party: passkeys.madeOn',
    ],
  },
  {
    because:
      'The day on which a permission was asked for, from which the days for an answer count; it is of the request.',
    places: [
      'GET /api/grants: grants.askedOn',
      'POST /api/grants: askedOn',
      'GET /api/grants/{grant}: askedOn',
      'POST /api/grants/{grant}/notes: askedOn',
      'POST /api/grants/{grant}/withdrawal: askedOn',
    ],
  },
  {
    because:
      'The day on which a hold was asked for, from which the days for an answer count; which party said what is public.',
    places: [
      'GET /api/holds: holds.askedOn',
      'POST /api/holds: askedOn',
      'POST /api/holds/{hold}/notes: askedOn',
    ],
  },
  {
    because: 'When the installation’s own controls were checked; who is meant is a party that has to answer.',
    places: ['GET /api/controls: at', 'GET /api/controls: controls.checkedAt'],
  },
  {
    because:
      'What stewards, researchers and the server itself did, in the open, so that it can be checked; a contributor’s act is a commitment and is not of this form.',
    places: [
      'entry grant-asked: at',
      'entry grant-approved: at',
      'entry grant-refused: at',
      'entry grant: at',
      'entry grant-ended: at',
      'entry access: at',
      'entry dataset: at',
      'entry dataset-withdrawn: at',
      'entry dataset-apart: at',
      'entry deletion: at',
      'entry hold-asked: at',
      'entry hold: at',
      'entry hold-ended: at',
      'entry probe: at',
      'entry configuration: at',
    ],
  },
  {
    because: 'Until when what was allowed or kept is so; nothing that anybody did.',
    places: [
      'entry grant-asked: until',
      'entry grant: until',
      'entry hold-asked: until',
      'entry hold: until',
    ],
  },
  {
    because:
      'How many recordings of whomever one act of the server or a researcher was about, without whose they are.',
    places: ['entry access: recordings', 'entry dataset: recordings', 'entry deletion: recordings'],
  },
  {
    because: 'The version of a dataset, which counts releases of it.',
    places: ['entry dataset: version', 'entry dataset-withdrawn: version', 'entry dataset-apart: version'],
  },
  {
    because:
      'Days and numbers of a release and of a model, the same for all who hold it; whose recordings are in it is joined nowhere.',
    places: [
      'table trained_model: position',
      'table trained_model: entered_on',
      'GET /api/releases: releases.version',
      'GET /api/releases: releases.builtOn',
      'GET /api/releases: releases.supersededOn',
      'GET /api/releases: models.enteredOn',
      'POST /api/releases/{release}/answer: version',
      'POST /api/releases/{release}/answer: builtOn',
      'POST /api/releases/{release}/answer: supersededOn',
    ],
  },
  {
    because:
      'On which day a researcher was asked to delete a release and answered, for the parties who hold her to it: a duty under the agreement, and no work.',
    places: [
      'table release_holder: told_on',
      'table release_holder: said_on',
      'GET /api/releases: releases.holders.toldOn',
      'GET /api/releases: releases.holders.saidOn',
      'POST /api/releases/{release}/answer: holders.toldOn',
      'POST /api/releases/{release}/answer: holders.saidOn',
    ],
  },
  {
    because: 'How many doors of the server an outsider’s probe tried; no person is at any of them.',
    places: ['entry probe: tried', 'entry probe: unanswered', 'entry probe: found'],
  },
];

/** By `PLACE: field`. */
export const DECLARED_FIGURES: Readonly<Record<string, string>> = Object.fromEntries(
  REASONS.flatMap(({ because, places }) => places.map((place) => [place, because])),
);
