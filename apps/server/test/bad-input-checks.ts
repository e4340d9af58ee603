import { type Asked, type Place, requestOf, rolesOutside, rowOf } from './bad-input-table.ts';
import { ABSENT, CANARY, stored, type World } from './bad-input-world.ts';
import { sessionKey } from './staff-browser.ts';

/**
 * What is sent to every route, and what comes back that should not. Each check gives its findings as text, so that a seeded hole
 * (a `send` that lies for one route) is found by the very check that the server passes.
 */
export type Credentials = {
  headers: Record<string, string>;
  account?: 'account' | 'other' | 'dead';
  lies?: object;
};
export type Seen = { status: number; text: string; headers: string[]; statements: number };
export type Send = (asked: Asked, credentials: Credentials) => Promise<Seen>;
export type Check = (world: World, send: Send, name: string) => Promise<string[]>;

const bearer = (token: string | null): Credentials => ({
  headers: token === null ? {} : { authorization: `Bearer ${token}` },
});
const NOBODY: Credentials = { headers: {} };
const ACCOUNT: Credentials = { headers: {}, account: 'account' };

/** As her own people send it. */
export function rightly(world: World, name: string): Credentials {
  const { as } = rowOf(name);
  if (as === undefined) return opensByPasskey(name) ? ACCOUNT : NOBODY;
  return as === 'account' ? ACCOUNT : bearer(world.by[as].token);
}

/** These ask for a browser's proof before they look at anything. */
const opensByPasskey = (name: string) => /^POST \/api\/staff\/(passkeys|accounts|provider)/.test(name);

export const sendTo =
  /** `statements`: of the newest request alone. */
    (world: World, statements: () => number): Send =>
    async ({ method, path, body }, { headers, account, lies }) => {
      const isBytes = body instanceof Uint8Array;
      const isText = typeof body === 'string';
      const sent = body === undefined ? undefined : isBytes || isText ? body : JSON.stringify(body);
      const type =
        sent === undefined
          ? {}
          : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' };
      const browser = account && (account === 'dead' ? world.dead.account : world[account]);
      const signed = browser
        ? {
            'aboveboard-proof': browser.proof(method, path, sent as string, lies),
            cookie: [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
          }
        : {};
      const ask = () =>
        fetch((browser ? world.named : world.url) + path, {
          method,
          redirect: 'manual',
          headers: { ...type, ...signed, ...headers },
          ...(sent === undefined ? {} : { body: sent as string }),
        });
      // Once more: a connection that was closed on a body too large may have been taken for this one.
      const answer = await ask().catch(ask);
      const text = await answer.text();
      return {
        status: answer.status,
        text,
        headers: [...answer.headers.keys()].sort(),
        statements: statements(),
      };
    };

/** Faults of an answer that is to be a refusal which names nothing. */
function faults(seen: Seen, expected: number | readonly [least: number, most: number]): string[] {
  const [least, most] = typeof expected === 'number' ? [expected, expected] : expected;
  const found: string[] = [];
  if (seen.status < least || seen.status > most)
    found.push(`answers ${seen.status}: ${seen.text.slice(0, 120)}`);
  else if (!isTyped(seen.text)) found.push(`has no typed error: ${seen.text.slice(0, 120)}`);
  if (seen.text.includes(CANARY)) found.push('repeats what was sent or is somebody’s');
  return found;
}

function isTyped(text: string): boolean {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    return typeof error?.code === 'string' && typeof error.message === 'string' && error.message.length > 0;
  } catch {
    return false;
  }
}

/** Forged, ended, expired, replayed and misplaced credentials are none (401), and all the same. */
export const credentialFindings: Check = async (world, send, name) => {
  const { roles, as } = rowOf(name);
  if (roles === null) return [];
  const asked = requestOf(name, world);
  const right = world.by[as === 'account' ? 'dpo' : (as ?? 'dpo')].token ?? '';
  const { dead, account } = world;
  const replay = account.proof(asked.method, asked.path, bodyText(asked));
  const cookie = [...account.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
  // Spent on what changes nothing.
  await send({ method: 'GET', path: '/api/staff/session' }, ACCOUNT);
  const hostile: [string, Credentials, Asked?][] = [
    ['nobody', NOBODY],
    ['forged', bearer(dead.forged)],
    ['ended', bearer(dead.ended)],
    ['expired', bearer(dead.expired)],
    ['longer', bearer(`${right}A`)],
    ['shorter', bearer(right.slice(0, -1))],
    ['another case', bearer(right.toLowerCase() === right ? right.toUpperCase() : right.toLowerCase())],
    ['two tokens', { headers: { authorization: `Bearer ${right}, Bearer ${right}` } }],
    [
      'another scheme',
      { headers: { authorization: `Basic ${Buffer.from(`:${right}`).toString('base64')}` } },
    ],
    ['no scheme', { headers: { authorization: right } }],
    [
      'in the address',
      NOBODY,
      {
        ...asked,
        path: `${asked.path}?token=${right}&access_token=${right}&authorization=Bearer%20${right}`,
      },
    ],
    [
      'in another header',
      { headers: { 'x-authorization': `Bearer ${right}`, 'proxy-authorization': `Bearer ${right}` } },
    ],
    ['as a cookie of staff', { headers: { cookie: `__Host-aboveboard-staff=${right}` } }],
    ['a cookie without its proof', { headers: { cookie } }],
    [
      'a proof without a cookie',
      { headers: { 'aboveboard-proof': account.proof(asked.method, asked.path, bodyText(asked)) } },
    ],
    ['a cookie with the proof of another key', { ...ACCOUNT, lies: { key: sessionKey() } }],
    [
      'a proof for another path',
      { ...ACCOUNT, lies: { htu: `${new URL(world.named).host}/api/staff/ways` } },
    ],
    ['a proof for another method', { ...ACCOUNT, lies: { htm: 'PATCH' } }],
    ['an old proof', { ...ACCOUNT, lies: { iat: Math.floor(Date.now() / 1000) - 600 } }],
    ['an account’s session that is over', { headers: {}, account: 'dead' }],
    [
      'what says who it is',
      { headers: { 'x-forwarded-user': 'operator', 'x-role': 'operator', 'x-aboveboard-contributor': '1' } },
    ],
  ];
  const found: string[] = [];
  const texts = new Set<string>();
  for (const [what, credentials, other] of hostile) {
    const seen = await send(other ?? asked, credentials);
    texts.add(seen.text);
    found.push(...faults(seen, 401).map((fault) => `${name}, ${what}: ${fault}`));
  }
  if (texts.size > 1 && found.length === 0) found.push(`${name}: tells one bad credential from another`);
  if (as === 'account' && /^GET/.test(name)) {
    const proven = { headers: { 'aboveboard-proof': replay, cookie, host: new URL(world.named).host } };
    const local = { ...proven.headers };
    const first = await fetch(world.named + asked.path, { headers: local });
    const again = await fetch(world.named + asked.path, { headers: local });
    await Promise.all([first.text(), again.text()]);
    if (first.status !== 200 || again.status !== 401)
      found.push(`${name}: a replayed proof gets ${again.status}`);
  }
  return found;
};

const bodyText = ({ body }: Asked) =>
  body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);

/** Every other role is refused (403) before the request is looked at, also when it claims to be somebody else. */
export const roleFindings: Check = async (world, send, name) => {
  const row = rowOf(name);
  const asked = requestOf(name, world);
  const claims = {
    'x-role': String(row.as),
    'x-forwarded-user': String(row.as),
    'x-http-method-override': 'GET',
    'x-original-url': '/api/about',
    'x-rewrite-url': '/api/about',
    'x-forwarded-for': '127.0.0.1',
  };
  const found: string[] = [];
  for (const role of rolesOutside(row)) {
    const { token } = world.by[role];
    for (const [what, path] of [
      ['', asked.path],
      ['with parameters', `${asked.path}?role=${row.as}&as=${row.as}&contributor=x&_method=GET`],
    ] as const) {
      const headers = { ...bearer(token).headers, ...(what ? claims : {}) };
      const seen = await send({ ...asked, path }, { headers });
      found.push(...faults(seen, 403).map((fault) => `${name}, ${role} ${what}: ${fault}`));
    }
  }
  return found;
};

/** Each identifier, tried with another's: one answer for that and for what there is not, at the same cost. */
export const identifierFindings: Check = async (world, send, name) => {
  const found: string[] = [];
  for (const [place, what] of Object.entries(rowOf(name).places ?? {})) {
    if (typeof what !== 'object' || !('of' in what)) continue;
    const theirs = what.of === 'account' ? world.accounts.researcher : world.theirs[what.of];
    const ask = (value: string) => send(requestOf(name, world, { place, value }), rightly(world, name));
    // What is asked first may fill what is remembered.
    await ask(what.absent);
    const before = await stored(world);
    const [absent, another] = [await ask(what.absent), await ask(theirs)];
    if (before !== (await stored(world))) found.push(`${name}: ${place} of another changes something`);
    const shape = ({ text, ...seen }: Seen) =>
      JSON.stringify({ ...seen, text: text.replaceAll(theirs, 'ID').replaceAll(what.absent, 'ID') });
    if (shape(absent) !== shape(another)) {
      found.push(`${name}: ${place} tells another’s (${shape(another)}) from absent (${shape(absent)})`);
    }
    if (absent.status >= 500) found.push(`${name}: ${place} answers ${absent.status}`);
  }
  return found;
};

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const HOSTILE_TEXTS = [
  '',
  '\0',
  'a\0b',
  '\ud800',
  '__proto__',
  'constructor',
  'a'.repeat(5_000),
  "' or 1=1 --",
  '../../etc/passwd',
  '%00',
  '\u202e',
  '{{7*7}}',
];
const HOSTILE_VALUES = [null, 7, -1, 1e308, true, [], {}, [[]], { length: 1e9 }, { $ne: 1 }];

/** Strange, and still of a form that an identifier may have: it is tried as one. */
const mayBeOne = (what: Place, value: unknown) =>
  typeof what === 'object' && typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value);

/** Bodies that are no bodies, and each place filled with what does not belong there: refused, never the server's fault. */
export const bodyFindings: Check = async (world, send, name) => {
  const { body, places = {} } = rowOf(name);
  if (!body) return [];
  const by = () => rightly(world, name);
  const asked = requestOf(name, world);
  const found: string[] = [];
  const note = (what: string, seen: Seen) =>
    found.push(...faults(seen, [400, 499]).map((fault) => `${name}, ${what}: ${fault}`));
  if (asked.body instanceof Uint8Array) {
    for (const length of [0, 1, 4096])
      note(`${length} bytes`, await send({ ...asked, body: new Uint8Array(length) }, by()));
    return found;
  }
  const sample = JSON.stringify(asked.body);
  const [first = ''] = Object.keys(asked.body as object);
  const bodies: [string, string][] = [
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', `"${CANARY}"`],
    ['cut off', sample.slice(0, -1)],
    ['more after it', `${sample}${sample}`],
    ['deep', deep(25_000)],
    ['deep inside', sample.replace(/^\{/, `{"${CANARY}":${deep(25_000)},`)],
    ['a prototype', sample.replace(/^\{/, '{"__proto__":{"role":"operator"},')],
    ['a constructor', sample.replace(/^\{/, '{"constructor":{"prototype":{"role":"operator"}},')],
    ['a field that does not belong', sample.replace(/^\{/, `{"${CANARY}":1,`)],
    [
      'who it is for',
      sample.replace(/^\{/, '{"contributor":"x","handle":"x","role":"operator","account":"x",'),
    ],
    ['one field twice', sample.replace(/\}$/, `,"${first}":{"${CANARY}":1}}`)],
    ['huge', JSON.stringify({ [first]: 'a'.repeat(5 * 1024 * 1024) })],
    [
      'a huge number',
      sample.replace(/^\{/, `{"${first}":1${'0'.repeat(10_000)},`).replace(/,"\w+":.*$/, '}'),
    ],
  ];
  for (const [what, text] of bodies) note(what, await send({ ...asked, body: text }, by()));
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/xml',
    '',
  ]) {
    note(
      `as ${type || 'nothing'}`,
      await send({ ...asked, body: sample }, { ...by(), headers: { ...by().headers, 'content-type': type } }),
    );
  }
  for (const [place, what] of Object.entries(places)) {
    if (/^[:?]/.test(place)) continue;
    for (const value of [...HOSTILE_TEXTS, ...HOSTILE_VALUES]) {
      if (mayBeOne(what, value)) continue;
      note(
        `${place} is ${JSON.stringify(value)?.slice(0, 30)}`,
        await send(requestOf(name, world, { place, value }), by()),
      );
    }
  }
  return found;
};

/** Places of the path, filled with what does not belong there, as her own people send it. */
export const pathPlaceFindings: Check = async (world, send, name) => {
  const found: string[] = [];
  for (const [place, what] of Object.entries(rowOf(name).places ?? {})) {
    if (!/^[:?]/.test(place)) continue;
    for (const value of [
      '',
      ' ',
      '-1',
      '1e3',
      '0x0',
      '..',
      '../..',
      '/',
      '\\',
      '\0',
      '%',
      'é',
      '\ud83d\ude00',
      'a'.repeat(4_000),
      ABSENT.hex.toUpperCase().replaceAll('0', 'A'),
      '99999999999999999999',
    ]) {
      if (place.startsWith('?') && mayBeOne(what, value)) continue;
      const seen = await send(requestOf(name, world, { place, value }), rightly(world, name));
      if (/^[./]*$/.test(value)) {
        if (seen.status >= 500) found.push(`${name}, ${place} is ${value}: answers ${seen.status}`);
      } else
        found.push(
          ...faults(seen, [400, 499]).map(
            (fault) => `${name}, ${place} is ${JSON.stringify(value).slice(0, 30)}: ${fault}`,
          ),
        );
    }
  }
  return found;
};
