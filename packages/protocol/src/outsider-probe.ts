import { CLOSED_DOORS, OPEN_DOORS, PATHS } from './probe-doors.ts';

/**
 * What somebody outside tries at every door (T13; spec/access.md, ACC40-ACC44): each route that this software knows or
 * the server names, and paths that no server of ours serves, as nobody, with forged credentials, with headers that claim
 * to be somebody, and as each role that it was given a credential of. The probe believes no list of the server's about
 * what may be open: that is in probe-doors.ts.
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
  /** Roles that had to be tried and were not, because no credential of theirs was good; each counts as unanswered too. */
  lacking: string[];
};

/**
 * One that a server gave, of a role (ACC70). `probe`: of an account of the probe's own, which passes no door and owns nothing;
 * null: the server says so with the role.
 */
export type ProbeCredential = {
  role: string;
  probe: boolean | null;
  /** The path at which the server says whose it is, and `role` in its answer. */
  known: string;
  /** What one request is sent with; of each request its own. */
  headers(request: ProbeRequest): Promise<Readonly<Record<string, string>>>;
};
export type ProbeRequest = { method: string; path: string; body: Uint8Array | null };

/** A request that must not be taken, as it is: `as` says what is wrong with it. */
export type ProbeAttempt = ProbeRequest & { as: string; headers: Readonly<Record<string, string>> };

/** A session in a header, as contributors have one, and everyone in a demonstration. */
export function bearerCredential(role: string, token: string): ProbeCredential {
  const headers = { authorization: `Bearer ${token}` };
  return { role, probe: null, known: '/api/session', headers: async () => headers };
}

export async function probeAsOutsider(options: {
  ask: ProbeAsk;
  /** That many random bytes. */
  random: (length: number) => Uint8Array;
  credentials?: readonly ProbeCredential[];
  /** Roles that have to be tried: one without a credential that is good is a fault of the probe's (ACC73). */
  roles?: readonly string[];
  /** Of grants of others, which a researcher of the probe must not see. */
  grants?: readonly string[];
}): Promise<ProbeReport> {
  const { ask, random, credentials = [], roles = [], grants = [] } = options;
  const report: ProbeReport = { tried: 0, findings: [], unanswered: 0, lacking: [] };
  const knock = knocking(ask, report);
  const good: (ProbeCredential & { probe: boolean })[] = [];
  for (const credential of credentials) {
    const known = await goodOne(ask, credential);
    if (known) good.push(known);
  }
  report.lacking = roles.filter((role) => !good.some((one) => one.role === role));
  report.unanswered += report.lacking.length;

  const named = await namedDoors(ask);
  if (!named) report.unanswered += 1;
  const doors = [...new Set([...Object.keys(CLOSED_DOORS), ...(named ?? [])])].filter(
    (name) => !OPEN_DOORS.includes(name),
  );
  for (const name of doors) {
    const door = doorOf(name);
    for (const [as, headers] of forgeries(random)) await knock({ as, ...door, headers });
    for (const credential of good) {
      // Of a door that only the server names nobody here knows whom it is for.
      if ((CLOSED_DOORS[name] ?? [credential.role]).includes(credential.role)) continue;
      await knock({ as: `the ${credential.role}`, ...door, headers: await credential.headers(door) });
    }
  }
  for (const credential of good.filter(({ probe }) => probe)) await lookForOthers(credential);
  for (const path of PATHS) {
    await knock({ as: 'nobody', method: 'GET', path, body: null, headers: {} });
  }
  for (const method of ['TRACE', 'PROPFIND', 'OPTIONS']) {
    await knock({ as: 'nobody', method, path: '/api/recordings', body: null, headers: {} });
  }
  return report;

  /** What an account that owns nothing is shown as its own is another's (ACC74). */
  async function lookForOthers(credential: ProbeCredential): Promise<void> {
    const as = `the ${credential.role}, of others`;
    const list = OWN_LISTS[credential.role];
    if (!list) return;
    const door = { method: 'GET', path: list.path, body: null };
    const headers = await credential.headers(door);
    await knock({ as, ...door, headers }, (answer) =>
      isEmptyList(answer, list.field) ? null : wrongWith(answer),
    );
    if (credential.role !== 'researcher') return;
    for (const grant of grants) {
      const one = { method: 'GET', path: `/api/grants/${encodeURIComponent(grant)}`, body: null };
      await knock({ as, ...one, headers: await credential.headers(one) });
    }
  }
}

/** Each must be refused, and is a finding if it is not (ACC71). */
export async function tryAttempts(ask: ProbeAsk, attempts: readonly ProbeAttempt[]): Promise<ProbeReport> {
  const report: ProbeReport = { tried: 0, findings: [], unanswered: 0, lacking: [] };
  for (const attempt of attempts) await knocking(ask, report)(attempt);
  return report;
}

/** Two reports as one. */
export function bothReports(one: ProbeReport, other: ProbeReport): ProbeReport {
  return {
    tried: one.tried + other.tried,
    unanswered: one.unanswered + other.unanswered,
    findings: [...one.findings, ...other.findings],
    lacking: [...one.lacking, ...other.lacking],
  };
}

type Answer = { status: number; body: string };

function knocking(ask: ProbeAsk, report: ProbeReport) {
  return async (
    attempt: ProbeAttempt,
    judge: (answer: Answer) => string | null = wrongWith,
  ): Promise<void> => {
    const { as, method, path, headers, body } = attempt;
    report.tried += 1;
    const answer = await ask({
      method,
      path,
      headers: body ? { 'content-type': 'application/json', ...headers } : headers,
      body,
    }).catch(() => null);
    // A server that starts, stops or is asked too much says so at every door, and nothing is known of what is behind it.
    if (!answer || answer.status === 503 || answer.status === 429) {
      report.unanswered += 1;
      return;
    }
    const what = judge(answer);
    if (what) report.findings.push({ as, method, path, status: answer.status, what });
  };
}

/** As the server knows it; null: not as what it is said to be. Doors that are closed for nobody's prove nothing of a role. */
async function goodOne(
  ask: ProbeAsk,
  credential: ProbeCredential,
): Promise<(ProbeCredential & { probe: boolean }) | null> {
  try {
    const request = { method: 'GET', path: credential.known, body: null };
    const { status, body } = await ask({ ...request, headers: await credential.headers(request) });
    const said = JSON.parse(body) as { role?: unknown; probe?: unknown };
    if (status !== 200 || said.role !== credential.role) return null;
    return { ...credential, probe: credential.probe ?? said.probe === true };
  } catch {
    return null;
  }
}

const OWN_LISTS: Readonly<Record<string, { path: string; field: string }>> = {
  contributor: { path: '/api/my/recordings', field: 'recordings' },
  researcher: { path: '/api/grants', field: 'grants' },
};

function isEmptyList({ status, body }: Answer, field: string): boolean {
  if (status !== 200) return false;
  try {
    const list = (JSON.parse(body) as Record<string, unknown>)[field];
    return Array.isArray(list) && list.length === 0;
  } catch {
    return false;
  }
}

function doorOf(name: string): ProbeRequest {
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
  // An account of the probe's is told that a person of its role would have passed, now or after showing that it is she.
  if (status === 403 && /"code":"(?:probe-only|not-fresh)"/.test(body)) return 'it would have opened';
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
