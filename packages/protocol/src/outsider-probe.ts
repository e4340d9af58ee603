/**
 * What somebody outside tries at every door (T13; spec/access.md, ACC40-ACC44): each route that this software knows or
 * the server names, and paths that no server of ours serves, as nobody, with forged credentials, with headers that claim
 * to be somebody, and as each role that it was given a session of. The probe believes no list of the server's about what
 * may be open: that is here.
 */
export type ProbeAsk = (request: {
  method: string;
  /** Path with its query, as it is sent. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | null;
}) => Promise<{ status: number; headers: Readonly<Record<string, string>>; body: string }>;

export type ProbeFinding = { as: string; method: string; path: string; status: number; what: string };

export type ProbeReport = {
  tried: number;
  findings: ProbeFinding[];
  /** Doors that gave no answer: nothing is known about them, and the probe is no proof (T14). */
  unanswered: number;
};

/** What answers nobody with something: names of routes as the API's document has them. */
export const OPEN_DOORS: readonly string[] = [
  'GET /openapi.json',
  'GET /api/about',
  'GET /api/health',
  'GET /api/ready',
  'GET /api/agreement',
  'GET /api/agreement/attachments/{digest}',
  'GET /api/task-cards',
  'GET /api/policies',
  'GET /api/logs/policy',
  'GET /api/notices',
  'GET /api/notices/{board}',
  'GET /api/relay',
  'POST /api/relay/batch',
  'POST /api/session',
  'GET /api/session',
  'DELETE /api/session',
  'POST /api/enrolment',
  'POST /api/erasure',
  'POST /api/handover',
  // Ends a session that there is, and says nothing of whether there was one.
  'DELETE /api/staff/session',
  'GET /api/staff/ways',
  'POST /api/staff/passkeys/challenge',
  'POST /api/staff/passkeys/assertion',
  'POST /api/staff/accounts/challenge',
  'POST /api/staff/accounts',
  'POST /api/staff/provider',
  'GET /api/staff/provider/answer',
];

/** Doors that have to be closed, with the roles that may pass. A server that leaves one out of its document is asked anyway. */
const CLOSED_DOORS: Readonly<Record<string, readonly string[]>> = {
  'GET /api/my/recordings': ['contributor'],
  'GET /api/my/accesses': ['contributor'],
  'POST /api/my/recordings/erasure': ['contributor'],
  'POST /api/my/commitments': ['contributor'],
  'POST /api/my/handover': ['contributor'],
  'POST /api/uploads': ['contributor'],
  'GET /api/uploads/{upload}': ['contributor'],
  'PUT /api/uploads/{upload}/parts/{index}': ['contributor'],
  'POST /api/uploads/{upload}/completion': ['contributor'],
  'DELETE /api/uploads/{upload}': ['contributor'],
  'GET /api/recordings': ['researcher'],
  'POST /api/accesses': ['researcher'],
  'GET /api/accesses/{access}/{n}/manifest': ['researcher'],
  'GET /api/accesses/{access}/{n}/parts/{index}': ['researcher'],
  'POST /api/grants': ['researcher'],
  'GET /api/grants': ['researcher', 'representative', 'dpo', 'employer'],
  'GET /api/grants/{grant}': ['researcher', 'representative', 'dpo', 'employer'],
  'GET /api/retention': ['operator', 'representative', 'dpo', 'employer'],
  'GET /api/controls': ['operator', 'representative', 'dpo', 'employer'],
  'GET /api/holds': ['representative', 'dpo', 'employer'],
  'POST /api/holds': ['employer'],
  'POST /api/logs/rules/entries': ['representative', 'dpo', 'employer'],
  'GET /api/staff/accounts': ['representative', 'dpo', 'employer'],
};

/** Files and folders of an installation, and ways to them that servers have fallen for. */
const PATHS: readonly string[] = [
  '/keys/vault.age-identity',
  '/data/keys',
  '/.data/keys/uses.log-keys',
  '/keys/demonstration-parties',
  '/blobs/',
  '/blobs/00/',
  '/postgres/PG_VERSION',
  '/agreement/agreement.json',
  '/folder-id',
  '/guardian-address',
  '/backup',
  '/.git/config',
  '/.env',
  '/package.json',
  '/src/start.ts',
  '/%2e%2e/package.json',
  '/..%2fpackage.json',
  '/assets/..%2f..%2fpackage.json',
  '/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd',
  '/..%5c..%5cpackage.json',
  '/api//recordings',
  '/api/./recordings',
  '/api/%72ecordings',
  '/API/recordings',
  '/api/recordings/',
  '/api/recordings;a=b',
  '/api/recordings%00',
  '/metrics',
  '/debug',
  '/api/admin',
  '/log/uses/entries',
  '/log/uses/tile/../../api/recordings',
];

/** Sessions by role; a door that is not for the role is tried with it too. */
export type ProbeSessions = Readonly<Partial<Record<string, string>>>;

export async function probeAsOutsider(options: {
  ask: ProbeAsk;
  /** That many random bytes. */
  random: (length: number) => Uint8Array;
  sessions?: ProbeSessions;
}): Promise<ProbeReport> {
  const { ask, random, sessions = {} } = options;
  const report: ProbeReport = { tried: 0, findings: [], unanswered: 0 };

  async function knock(as: string, door: Door, headers: Record<string, string>): Promise<void> {
    const { method, path, body } = door;
    report.tried += 1;
    const answer = await ask({
      method,
      path,
      headers: body ? { 'content-type': 'application/json', ...headers } : headers,
      body,
    }).catch(() => null);
    // A server that starts or stops says so at every door, and nothing is known of what is behind it.
    if (!answer || answer.status === 503) {
      report.unanswered += 1;
      return;
    }
    const what = wrongWith(answer);
    if (what) report.findings.push({ as, method, path, status: answer.status, what });
  }

  const named = await namedDoors(ask);
  if (!named) report.unanswered += 1;
  const doors = [...new Set([...Object.keys(CLOSED_DOORS), ...(named ?? [])])].filter(
    (name) => !OPEN_DOORS.includes(name),
  );
  for (const name of doors) {
    const door = doorOf(name);
    for (const [as, headers] of forgeries(random)) await knock(as, door, headers);
    for (const [role, token] of Object.entries(sessions)) {
      // Of a door that only the server names nobody here knows whom it is for.
      if (token === undefined || (CLOSED_DOORS[name] ?? [role]).includes(role)) continue;
      await knock(`the ${role}`, door, { authorization: `Bearer ${token}` });
    }
  }
  for (const path of PATHS) {
    await knock('nobody', { method: 'GET', path, body: null }, {});
  }
  for (const method of ['TRACE', 'PROPFIND', 'OPTIONS']) {
    await knock('nobody', { method, path: '/api/recordings', body: null }, {});
  }
  return report;
}

type Door = { method: string; path: string; body: Uint8Array | null };

function doorOf(name: string): Door {
  const [method = 'GET', pattern = '/'] = name.split(' ');
  const path = pattern.replace(/\{(\w+)\}/g, (_, field: string) =>
    /^(n|index)$/.test(field) ? '0' : '0'.repeat(32),
  );
  return {
    method,
    path,
    body: method === 'GET' || method === 'DELETE' ? null : new TextEncoder().encode('{}'),
  };
}

/** Ways to come without being anybody; each must be as good as none. */
function forgeries(random: (length: number) => Uint8Array): [as: string, headers: Record<string, string>][] {
  const token = base64url(random(32));
  const claim = base64url(new TextEncoder().encode('{"alg":"none"}'));
  const person = base64url(new TextEncoder().encode('{"role":"representative"}'));
  return [
    ['nobody', {}],
    ['a forged token', { authorization: `Bearer ${token}` }],
    ['an unsigned claim', { authorization: `Bearer ${claim}.${person}.` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a password', { authorization: 'Basic YWRtaW46YWRtaW4=' }],
    ['a forged cookie', { cookie: `aboveboard-session=${token}; aboveboard-signed-in=1` }],
    [
      'a forged staff cookie',
      { cookie: `__Host-aboveboard-staff=${token}`, 'aboveboard-proof': `${claim}.${person}.${token}` },
    ],
    [
      'headers that claim',
      {
        'x-forwarded-user': 'admin',
        'x-role': 'researcher',
        'x-original-url': '/api/about',
        'x-forwarded-for': '127.0.0.1',
      },
    ],
  ];
}

/** Null: as it should be. Anything but a refusal is a finding, and so is a refusal that breaks or says too much. */
function wrongWith({ status, body }: { status: number; body: string }): string | null {
  if (status < 300) return 'it opened';
  if (status < 400) return 'it leads elsewhere';
  if (status >= 500) return 'it broke';
  return /\bat \S+:\d+:\d+|node_modules|ECONN|SQLSTATE|syntax error at/.test(body)
    ? 'it says what is inside'
    : null;
}

/** Doors that the server's own document names; null: it gave none. */
async function namedDoors(ask: ProbeAsk): Promise<string[] | null> {
  try {
    const answer = await ask({ method: 'GET', path: '/openapi.json', headers: {}, body: null });
    const { paths } = JSON.parse(answer.body) as { paths: Record<string, Record<string, unknown>> };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  } catch {
    return null;
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
