import { ROLES, type Role } from '@aboveboard/protocol/installation';
import { STAFF_ROLES } from '@aboveboard/protocol/staff';
import { ABSENT, CANARY, type Things, type World } from './bad-input-world.ts';

/**
 * Every route with who may take it, a request that is right in form, and what each place in it means (issue 4, "Bad
 * input"). Whoever adds a route adds its row, and says of each place whether something of somebody could stand there.
 */
export type RouteRow = {
  /** Null: it needs no session. */
  roles: readonly Role[] | null;
  /** How its own people come: with a code's session or with an account's. */
  as?: Role | 'account';
  /** By the name of a path's part (`:upload`), of what follows it (`?after`), or of a body's place (`recordings/*`). */
  places?: Readonly<Record<string, Place>>;
  /** A JSON body that is right in form; of bytes: bytes that are not. */
  body?: (world: World) => unknown;
};

/**
 * `choice`: one of a few words or of numbers. `claim`: whoever brings it has it (a code, a signature). `anyones`: it names nothing of
 * anybody, or what everybody may see; the reason stands beside it. Else it names something of somebody.
 */
export type Place =
  | 'choice'
  | 'claim'
  | { anyones: string }
  | { of: keyof Things | 'account'; absent: string };

const of = (thing: keyof Things | 'account', absent: string): Place => ({ of: thing, absent });
const OPEN = { roles: null } as const;
const CONTRIBUTOR = { roles: ['contributor'], as: 'contributor' } as const;
const RESEARCHER = { roles: ['researcher'], as: 'researcher' } as const;
const PARTIES = ['employer', 'representative', 'dpo'] as const;
const ACCOUNT = { roles: STAFF_ROLES, as: 'account' } as const;

const upload = of('upload', ABSENT.hex);
const access = of('access', ABSENT.hex);
const grant = of('grant', ABSENT.hex);
const index: Place = 'choice';
const ceremony = {
  body: () => ({ response: { id: ABSENT.credential } }),
  places: { 'response/id': 'claim' },
} as const;
const claims = {
  'claim/invitation': 'claim',
  'claim/recoveryCode': 'claim',
  'claim/recoveryHalves/*': 'claim',
} as const;
const DIGESTS_OF_RELEASES = 'digests of releases stand in the log of uses, which everyone reads';
const CODE = '0000-0000-0000-0000';

const SLICE = { kind: 'tasks', cards: [{ id: CANARY, version: null }] };
const SLICE_PLACES: Readonly<Record<string, Place>> = {
  'slice/kind': 'choice',
  'slice/recordings/*': { anyones: 'a wish; whether one exists is told when it is opened' },
  'slice/cards/*/id': { anyones: 'cards are for everyone' },
  'slice/weeks/from': 'choice',
  'slice/weeks/to': 'choice',
};

export const ROUTE_ROWS: Readonly<Record<string, RouteRow>> = {
  'GET /openapi.json': OPEN,
  'GET /api/about': OPEN,
  'GET /api/health': OPEN,
  'GET /api/ready': OPEN,
  'GET /api/agreement': OPEN,
  'GET /api/agreement/attachments/:digest': {
    ...OPEN,
    places: { ':digest': { anyones: 'attachments of the agreement are for everyone' } },
  },
  'GET /api/task-cards': OPEN,
  'GET /api/logs/policy': OPEN,
  'GET /log/rules/checkpoint': OPEN,
  'GET /log/rules/vkey': OPEN,
  'GET /log/rules/tile/*': OPEN,
  'GET /log/rules/bridges/*': OPEN,
  'GET /log/uses/checkpoint': OPEN,
  'GET /log/uses/vkey': OPEN,
  'GET /log/uses/tile/*': OPEN,
  'GET /api/notices': OPEN,
  'GET /api/notices/:board': {
    ...OPEN,
    places: { ':board': { anyones: 'sealed boards are the same for everyone' } },
  },
  'GET /api/relay': OPEN,
  'POST /api/relay/batch': { ...OPEN, body: () => new Uint8Array(7) },

  'POST /api/session': {
    ...OPEN,
    body: () => ({ code: CODE }),
    places: { code: 'claim', token: 'claim', eraser: 'claim' },
  },
  'GET /api/session': OPEN,
  'DELETE /api/session': OPEN,
  'POST /api/enrolment': {
    ...OPEN,
    body: () => ({
      token: { key: ABSENT.secret, signature: 'A'.repeat(342) },
      issuer: ABSENT.secret,
      session: ABSENT.secret,
      eraser: ABSENT.digest,
      proof: 'A'.repeat(86),
    }),
    places: {
      'token/key': 'claim',
      'token/signature': 'claim',
      issuer: { anyones: 'the issuer’s public key' },
      session: 'claim',
      eraser: 'claim',
      proof: 'claim',
    },
  },
  'POST /api/erasure': { ...OPEN, body: () => ({ secret: 'A'.repeat(20) }), places: { secret: 'claim' } },
  'POST /api/handover': {
    ...OPEN,
    body: () => ({ secret: ABSENT.secret, asker: 'A'.repeat(22) }),
    places: { secret: 'claim', asker: { anyones: 'drawn by the device that asks' } },
  },
  'POST /api/my/handover': {
    ...CONTRIBUTOR,
    body: () => ({ secret: ABSENT.secret, sealed: 'AAAA' }),
    places: { secret: 'claim', sealed: { anyones: 'sealed bytes' } },
  },

  'GET /api/my/recordings': CONTRIBUTOR,
  'GET /api/my/accesses': CONTRIBUTOR,
  'POST /api/my/recordings/erasure': {
    ...CONTRIBUTOR,
    body: () => ({ recordings: [ABSENT.recording] }),
    places: { 'recordings/*': of('released', ABSENT.recording) },
  },
  'POST /api/my/commitments': {
    ...CONTRIBUTOR,
    body: () => ({ commitments: ['x'] }),
    places: { 'commitments/*': { anyones: 'commitments name nobody' } },
  },
  'POST /api/uploads': {
    ...CONTRIBUTOR,
    body: () => ({
      recording: ABSENT.recording,
      parts: [{ kind: 'manifest', bytes: 1, sha256: ABSENT.digest }],
      envelopes: { vault: 'AAAA', guardian: 'AAAA' },
      summary: {
        week: '2026-W47',
        card: { id: 'board-move', version: 1 },
        worked: null,
        durationMilliseconds: 0,
        counts: { events: 0, states: 0, frames: 0 },
        agreement: ABSENT.digest,
      },
    }),
    places: {
      // The sample is refused for its part's length, whatever it names: a name is looked up only for what is right.
      recording: of('recording', ABSENT.recording),
      'parts/*/kind': 'choice',
      'parts/*/sha256': { anyones: 'what is announced has to be sent' },
      'envelopes/vault': { anyones: 'sealed bytes' },
      'envelopes/guardian': { anyones: 'sealed bytes' },
      'summary/week': 'choice',
      'summary/card/id': { anyones: 'cards are for everyone' },
      'summary/agreement': { anyones: 'agreements are for everyone' },
    },
  },
  'GET /api/uploads/:upload': { ...CONTRIBUTOR, places: { ':upload': upload } },
  'PUT /api/uploads/:upload/parts/:index': {
    ...CONTRIBUTOR,
    places: { ':upload': upload, ':index': index },
    body: () => new Uint8Array(7),
  },
  'POST /api/uploads/:upload/completion': { ...CONTRIBUTOR, places: { ':upload': upload } },
  'DELETE /api/uploads/:upload': { ...CONTRIBUTOR, places: { ':upload': upload } },

  'GET /api/recordings': {
    ...RESEARCHER,
    places: { '?after': { anyones: 'a place in the catalogue of all researchers' } },
  },
  'POST /api/accesses': {
    ...RESEARCHER,
    body: () => ({ purpose: 'inspection', recordings: [ABSENT.recording] }),
    // What is released is in the catalogue of all researchers; what was imported or is being sent is in none.
    places: { purpose: 'choice', 'recordings/*': of('imported', ABSENT.recording) },
  },
  'GET /api/accesses/:access/:n/manifest': {
    ...RESEARCHER,
    places: { ':access': access, ':n': index },
  },
  'GET /api/accesses/:access/:n/parts/:index': {
    ...RESEARCHER,
    places: { ':access': access, ':n': index, ':index': index },
  },

  'POST /api/logs/rules/entries': { roles: PARTIES, as: 'representative', body: () => new Uint8Array(7) },
  'GET /api/retention': { roles: [...PARTIES, 'operator'], as: 'operator' },
  'GET /api/controls': { roles: [...PARTIES, 'operator'], as: 'operator' },
  'GET /api/policies': OPEN,
  'GET /api/grants': { roles: ['researcher', ...PARTIES], as: 'researcher' },
  'GET /api/grants/:grant': {
    roles: ['researcher', ...PARTIES],
    as: 'researcher',
    places: { ':grant': grant },
  },
  'POST /api/grants': {
    ...RESEARCHER,
    body: () => ({
      purpose: 'model-training',
      reading: ['dataset'],
      // It ends before it begins, so that nothing is asked.
      slice: { ...SLICE, weeks: { from: '2026-W02', to: '2026-W01' } },
      days: 30,
    }),
    places: {
      purpose: 'choice',
      'reading/*': 'choice',
      ...SLICE_PLACES,
    },
  },
  'POST /api/grants/:grant/notes': {
    roles: ['researcher', ...PARTIES],
    as: 'researcher',
    places: { ':grant': grant },
    body: () => new Uint8Array(7),
  },
  'POST /api/grants/:grant/withdrawal': {
    roles: ['researcher', ...PARTIES],
    as: 'researcher',
    places: { ':grant': grant },
  },

  'GET /api/holds': { roles: PARTIES, as: 'employer' },
  'POST /api/holds': {
    roles: ['employer'],
    as: 'employer',
    // It ends before it begins, so that nothing is asked.
    body: () => ({
      reason: 'legal-claim',
      slice: { ...SLICE, weeks: { from: '2026-W02', to: '2026-W01' } },
      days: 30,
    }),
    places: { reason: 'choice', ...SLICE_PLACES },
  },
  'POST /api/holds/:hold/notes': {
    roles: PARTIES,
    as: 'employer',
    places: { ':hold': { anyones: 'the parties see all holds' } },
    body: () => new Uint8Array(7),
  },

  'GET /api/releases': { roles: ['researcher', ...PARTIES], as: 'researcher' },
  'POST /api/releases/:release/answer': {
    ...RESEARCHER,
    body: () => ({ said: 'not-yet' }),
    places: { ':release': { anyones: DIGESTS_OF_RELEASES }, said: 'choice' },
  },
  'POST /api/models': {
    ...RESEARCHER,
    body: () => ({ name: 'sample', purpose: 'model-training', releases: [ABSENT.digest] }),
    places: {
      name: { anyones: 'names of models are hers to choose' },
      purpose: 'choice',
      'releases/*': { anyones: DIGESTS_OF_RELEASES },
    },
  },
  'GET /api/my/lineage': CONTRIBUTOR,

  'GET /api/staff/ways': OPEN,
  'POST /api/staff/passkeys/challenge': OPEN,
  'POST /api/staff/passkeys/assertion': { ...OPEN, ...ceremony },
  'POST /api/staff/accounts/challenge': {
    ...OPEN,
    body: () => ({ invitation: CODE }),
    places: { invitation: 'claim', recoveryCode: 'claim', 'recoveryHalves/*': 'claim' },
  },
  'POST /api/staff/accounts': {
    ...OPEN,
    body: () => ({ claim: { invitation: CODE }, response: { id: ABSENT.credential } }),
    places: { ...claims, 'response/id': 'claim', note: 'claim' },
  },
  'POST /api/staff/provider': {
    ...OPEN,
    body: () => ({ invitation: CODE, signed: { challenge: ABSENT.secret, note: 'x' } }),
    places: {
      invitation: 'claim',
      'signed/challenge': of('challenge', ABSENT.secret),
      'signed/note': 'claim',
    },
  },
  'GET /api/staff/provider/answer': OPEN,
  'GET /api/staff/session': ACCOUNT,
  'DELETE /api/staff/session': OPEN,
  'GET /api/staff/sessions': ACCOUNT,
  'DELETE /api/staff/sessions': ACCOUNT,
  'DELETE /api/staff/sessions/:session': {
    ...ACCOUNT,
    places: { ':session': of('session', ABSENT.session) },
  },
  'POST /api/staff/session/challenge': ACCOUNT,
  'POST /api/staff/session/fresh': { ...ACCOUNT, ...ceremony },
  'GET /api/staff/account': ACCOUNT,
  'POST /api/staff/account/challenge': ACCOUNT,
  'POST /api/staff/account/passkeys': { ...ACCOUNT, ...ceremony },
  'DELETE /api/staff/account/passkeys/:n': { ...ACCOUNT, places: { ':n': 'choice' } },
  'POST /api/staff/account/party': {
    ...ACCOUNT,
    body: () => ({ challenge: ABSENT.secret, note: 'x' }),
    places: { challenge: of('challenge', ABSENT.secret), note: 'claim' },
  },
  'GET /api/staff/accounts': { roles: PARTIES, as: 'account' },
  'POST /api/staff/accounts/:account/recovery': {
    roles: PARTIES,
    as: 'account',
    places: { ':account': { anyones: 'the parties have the list of accounts' } },
  },
};

export type Asked = { method: string; path: string; body?: unknown };

/** Of what stands in a path and is nobody's. */
const NAMED: Readonly<Record<string, string>> = {
  ':account': ABSENT.account,
  ':digest': ABSENT.digest,
  ':release': ABSENT.digest,
  ':hold': ABSENT.hex,
  ':board': ABSENT.hex,
};

/** The row's own request, with something else in one place. */
export function requestOf(
  name: string,
  world: World,
  changed: { place?: string; value?: unknown } = {},
): Asked {
  const [method = '', pattern = ''] = name.split(' ');
  const { places = {}, body } = rowOf(name);
  const path = pattern
    .replace(/:\w+/g, (part) => {
      if (part === changed.place) return encodeURIComponent(String(changed.value));
      const place = places[part];
      return typeof place === 'object' && 'of' in place ? place.absent : (NAMED[part] ?? '0');
    })
    .replace('*', '0/000');
  if (changed.place?.startsWith('?')) {
    return { method, path: `${path}${changed.place}=${encodeURIComponent(String(changed.value))}` };
  }
  if (!body) return { method, path };
  const sample = body(world);
  if (changed.place === undefined || changed.place.startsWith(':')) return { method, path, body: sample };
  return { method, path, body: withPlace(sample, changed.place.split('/'), changed.value) };
}

export function rowOf(name: string): RouteRow {
  const row = ROUTE_ROWS[name];
  if (!row) throw new Error(`${name} has no row in the table of bad input`);
  return row;
}

export const rolesOutside = (row: RouteRow) =>
  row.roles === null ? [] : ROLES.filter((one) => !row.roles?.includes(one));

function withPlace(body: unknown, [first = '', ...rest]: readonly string[], value: unknown): unknown {
  if (first === '') return value;
  if (first === '*') {
    const [head = {}, ...others] = Array.isArray(body) ? (body as unknown[]) : [];
    return [withPlace(head, rest, value), ...others];
  }
  const object = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {};
  return { ...object, [first]: withPlace((object as Record<string, unknown>)[first], rest, value) };
}
