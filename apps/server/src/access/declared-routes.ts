import type { InstallationAction } from './declared-actions.ts';

/**
 * Every route with the action that it is (spec/access.md, ACC5). A route that is not here answers as one that does not
 * exist, to everybody, and a test names it: whoever adds a route says here what it is, before it can be used. What is
 * decided about one thing (a grant, a recording, an opening) is decided again where that thing is known.
 */
export const DECLARED_ROUTES: Readonly<Record<string, InstallationAction>> = {
  'GET /openapi.json': 'see-installation',
  'GET /api/about': 'see-installation',
  'GET /api/health': 'see-installation',
  'GET /api/ready': 'see-installation',
  'GET /api/agreement': 'read-rules',
  'GET /api/agreement/attachments/:digest': 'read-rules',
  'GET /api/task-cards': 'read-rules',
  'GET /api/logs/policy': 'read-logs',
  'GET /log/rules/checkpoint': 'read-logs',
  'GET /log/rules/vkey': 'read-logs',
  'GET /log/rules/tile/*': 'read-logs',
  'GET /log/rules/bridges/*': 'read-logs',
  'GET /log/uses/checkpoint': 'read-logs',
  'GET /log/uses/vkey': 'read-logs',
  'GET /log/uses/tile/*': 'read-logs',
  // Sealed blocks, the same for everyone.
  'GET /api/notices': 'read-logs',
  'GET /api/notices/:board': 'read-logs',
  'GET /api/relay': 'relay-cells',
  'POST /api/relay/batch': 'relay-cells',

  'POST /api/session': 'sign-in',
  'GET /api/session': 'see-own-session',
  'DELETE /api/session': 'see-own-session',
  'POST /api/enrolment': 'sign-in',
  // Whoever has the paper erases what it names: the code is the proof, and there may be no device left to sign in with.
  'POST /api/erasure': 'sign-in',

  // The code is the proof, and what is given out is sealed under it.
  'POST /api/handover': 'sign-in',
  'POST /api/my/handover': 'hand-over-own',

  'GET /api/my/recordings': 'see-own',
  'GET /api/my/accesses': 'see-own',
  'POST /api/my/recordings/erasure': 'erase-own',
  'POST /api/my/commitments': 'commit-own-act',
  'POST /api/uploads': 'send-recording',
  'GET /api/uploads/:upload': 'send-recording',
  'PUT /api/uploads/:upload/parts/:index': 'send-recording',
  'POST /api/uploads/:upload/completion': 'send-recording',
  'DELETE /api/uploads/:upload': 'send-recording',

  'GET /api/recordings': 'browse-catalogue',
  'POST /api/accesses': 'begin-access',
  'GET /api/accesses/:access/:n/manifest': 'begin-access',
  'GET /api/accesses/:access/:n/parts/:index': 'begin-access',

  'POST /api/logs/rules/entries': 'enter-rules',

  'GET /api/retention': 'see-retention',
  'GET /api/controls': 'see-controls',

  'GET /api/policies': 'see-installation',
  'GET /api/grants': 'see-grants',
  'GET /api/grants/:grant': 'see-grants',
  'POST /api/grants': 'ask-grant',
  // What may be done about one grant is decided again when it is known (ACC6).
  'POST /api/grants/:grant/notes': 'see-grants',
  'POST /api/grants/:grant/withdrawal': 'see-grants',

  'GET /api/holds': 'see-holds',
  'POST /api/holds': 'ask-hold',
  // Whether this note may be said by this party now is decided again when it is known which it is.
  'POST /api/holds/:hold/notes': 'see-holds',

  'GET /api/releases': 'see-releases',
  // Whether it is hers to answer is found by her account.
  'POST /api/releases/:release/answer': 'answer-release',
  'POST /api/models': 'enter-model',
  'GET /api/my/lineage': 'see-own',

  'GET /api/staff/ways': 'sign-in',
  'POST /api/staff/passkeys/challenge': 'sign-in',
  'POST /api/staff/passkeys/assertion': 'sign-in',
  'POST /api/staff/accounts/challenge': 'sign-in',
  'POST /api/staff/accounts': 'sign-in',
  'POST /api/staff/provider': 'sign-in',
  'GET /api/staff/provider/answer': 'sign-in',
  'GET /api/staff/session': 'keep-own-account',
  'DELETE /api/staff/session': 'see-own-session',
  'GET /api/staff/sessions': 'keep-own-account',
  'DELETE /api/staff/sessions': 'keep-own-account',
  'DELETE /api/staff/sessions/:session': 'keep-own-account',
  'POST /api/staff/session/challenge': 'keep-own-account',
  'POST /api/staff/session/fresh': 'keep-own-account',
  'GET /api/staff/account': 'keep-own-account',
  'POST /api/staff/account/challenge': 'keep-own-account',
  'POST /api/staff/account/passkeys': 'keep-own-account',
  'DELETE /api/staff/account/passkeys/:n': 'keep-own-account',
  'POST /api/staff/account/party': 'keep-own-account',
  'GET /api/staff/accounts': 'keep-accounts',
  'POST /api/staff/accounts/:account/recovery': 'keep-accounts',
};

/** What needs no session. Everything else is asked by somebody. */
export const OPEN_ACTIONS: ReadonlySet<InstallationAction> = new Set([
  'see-installation',
  'read-rules',
  'read-logs',
  'read-pages',
  'relay-cells',
  'sign-in',
  'see-own-session',
]);
