import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSPHRASE, representative, runGuardian } from './running-guardian.ts';

/**
 * Bad input over every route of the guardian (docs/adr/0064): who may take it, and a body that is right in form and holds nothing
 * that is. The list of routes is read from the sources: whoever adds one says here what it is.
 */
type Row = {
  /** `hers`: with her session, from her own page. `act`: from her own page, to get one. */
  by: 'anyone' | 'act' | 'hers';
  body?: object;
  /** What is no body of it is answered with one of these. */
  refused?: readonly number[];
};
const OPEN: Row = { by: 'anyone' };
const text = (bytes: number) => randomBytes(bytes).toString('base64url');
const HEX = '0'.repeat(64);
const shown = {
  grant: text(9),
  notes: [],
  entry: text(9),
  proof: text(9),
  jobKey: text(9),
  recordings: ['x'],
};

const ROWS: Readonly<Record<string, Row>> = {
  'GET /health': OPEN,
  'GET /icon.svg': OPEN,
  'GET /assets/:name': OPEN,
  'GET /relay': OPEN,
  'PUT /relay/cells/:ticket': { by: 'anyone', body: {}, refused: [413, 503] },
  'POST /relay/answers/:ticket': OPEN,
  'GET /voice': OPEN,
  'GET /voice/documents/:digest': OPEN,
  'GET /voice/counts/:digest': OPEN,
  'POST /voice/enrolment': { by: 'anyone', body: { secret: text(32), blinded: text(256) } },
  'POST /voice/asks': { by: 'anyone', body: { issue: HEX, ticket: text(32), blinded: text(256) } },
  'POST /voice/spent': {
    by: 'anyone',
    body: {
      issue: HEX,
      token: { key: text(32), signature: text(256) },
      says: 'agreement',
      sealed: text(9),
      signature: text(64),
    },
  },
  'GET /halves/recipient': OPEN,
  'POST /halves': { by: 'anyone', body: { recording: 'x', envelope: text(9), note: text(9) } },
  'POST /halves/given': { by: 'anyone', body: shown },
  'POST /halves/destroyed': { by: 'anyone', body: { entry: text(9), proof: text(9), recordings: ['x'] } },
  'POST /witness/add-checkpoint': { by: 'anyone', body: {}, refused: [400, 413] },
  'POST /word': { by: 'anyone', body: {}, refused: [403, 413] },
  'GET /witness/vkey': OPEN,
  'GET /witness/next-vkey': OPEN,
  'GET /witness/forks': OPEN,
  'GET /representative': OPEN,
  'POST /representative/passphrase': { by: 'act', body: { token: 'x', passphrase: 'y' } },
  'POST /representative/session': { by: 'act', body: { passphrase: 'y' } },
  'DELETE /representative/session': { by: 'act' },
  'POST /representative/codes': { by: 'hers', body: { employees: -1 } },
  'POST /representative/codes/joined': { by: 'hers', body: { people: -1 } },
  'POST /representative/codes/confirmed': { by: 'hers', body: { deal: 'x' } },
  'POST /representative/lock': { by: 'hers', body: { more: 1 } },
  'DELETE /representative/lock': { by: 'hers' },
  'POST /representative/halves-limit': { by: 'hers', body: { limit: -1 } },
  'POST /representative/half-identity': { by: 'hers', body: { more: 1 } },
  'POST /representative/half-identity/retired': { by: 'hers', body: { more: 1 } },
  'POST /representative/witness-keys': { by: 'hers', body: { more: 1 } },
  'POST /representative/witness-keys/retired': { by: 'hers', body: { more: 1 } },
  'POST /representative/probe': { by: 'hers', body: { invitations: 'x' } },
  'GET /representative/installed': { by: 'hers' },
  'POST /representative/issues': { by: 'hers', body: { document: '{}', asksUntil: 1, countEvery: 1 } },
  'POST /representative/elections': { by: 'hers', body: { id: '', candidates: [], opens: 0, closes: 0 } },
  // Of an issue that there is not, there are no words.
  'POST /representative/words': { by: 'hers', body: { issue: HEX, at: 0 }, refused: [200, 409, 413] },
};

let house: Awaited<ReturnType<typeof runGuardian>>;
let url: string;
let her: string;
let ended: string;
const session = async () => {
  const answer = await fetch(`${url}/representative/session`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ passphrase: PASSPHRASE }),
  });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
};
beforeAll(async () => {
  house = await runGuardian({ limits: { signInsPerMinute: 100_000 } });
  url = house.guardian.url;
  await representative(url, house.guardian.setupLink);
  [ended, her] = [await session(), await session()];
  await fetch(`${url}/representative/session`, { method: 'DELETE', headers: { origin: url, cookie: ended } });
});
afterAll(() => house.end());

const names = Object.keys(ROWS);
const pathOf = (name: string) =>
  (name.split(' ')[1] ?? '')
    .replace(':ticket', '0'.repeat(32))
    .replace(':digest', HEX)
    .replace(':name', 'x.js');

const HOSTILE = [null, 7, '', '\0', '\ud800', '__proto__', 'a'.repeat(20_000), {}, [[]], -1, 1e308];

/** Its folder to the byte: what is refused writes nothing, also not into the log of the store. */
function stored(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(house.data).sort()) {
    const path = join(house.data, name);
    if (statSync(path).isFile()) hash.update(name).update(readFileSync(path));
  }
  return hash.digest('hex');
}

async function ask(name: string, body: string | undefined, headers: Record<string, string>) {
  const [method = ''] = name.split(' ');
  const answer = await fetch(url + pathOf(name), {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
}
const rightly = ({ by }: Row): Record<string, string> =>
  by === 'anyone' ? {} : { origin: url, ...(by === 'hers' ? { cookie: her } : {}) };
/** What one connection is told until it is closed. */
function said(head: string): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    let all = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(head, 'latin1'));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      all += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(all));
  });
}
const isTyped = (said: string) => {
  try {
    const { error } = JSON.parse(said) as { error: { code: string; message: string } };
    return Object.keys(error).length <= 3 && typeof error.code === 'string' && error.message.length > 0;
  } catch {
    return false;
  }
};

async function unchanged(work: () => Promise<string[]>): Promise<void> {
  const before = stored();
  expect(await work()).toEqual([]);
  expect(stored()).toBe(before);
}

describe('bad input, over every route', () => {
  it('[GRD24] each has a row', () => {
    const src = join(import.meta.dirname, '../src');
    const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [
        ...readFileSync(join(src, name), 'utf8').matchAll(
          /\.(get|post|put|delete|patch|all)\(\s*'(\/[^']*)'/g,
        ),
      ])
      .map(
        ([, method = '', path = '']) =>
          `${method.toUpperCase()} ${path.replace(/\{[^}]*\}+/g, '').replace(/\\+.*$/, '')}`,
      );
    expect(found.filter((name) => !Object.hasOwn(ROWS, name))).toEqual([]);
  });

  const foreign: [string, () => Record<string, string>, number][] = [
    ['nobody', () => ({ origin: url }), 401],
    ['a forged session', () => ({ origin: url, cookie: `representative=${text(32)}` }), 401],
    ['a session that ended', () => ({ origin: url, cookie: ended }), 401],
    [
      'a session in another header',
      () => ({ origin: url, authorization: `Bearer ${her.split('=')[1]}` }),
      401,
    ],
    ['another page with her cookie', () => ({ origin: 'http://127.0.0.1:1', cookie: her }), 403],
    ['a page without an origin', () => ({ cookie: her }), 403],
    ['an opaque page', () => ({ origin: 'null', cookie: her }), 403],
  ];
  it('[GRD53] hers is nobody else’s: not by a forged, ended or misplaced session, nor from another page', () =>
    unchanged(async () => {
      const found: string[] = [];
      for (const name of names.filter((one) => ROWS[one]?.by === 'hers')) {
        const body = JSON.stringify(ROWS[name]?.body);
        for (const [who, headers, status] of foreign) {
          // A page may ask for what it can't read; browsers keep the answer from it.
          if (status === 403 && name.startsWith('GET')) continue;
          const seen = await ask(name, name.startsWith('GET') ? undefined : body, headers());
          if (seen.status !== status || !isTyped(seen.text))
            found.push(`${name}, ${who}: ${seen.status} ${seen.text}`);
        }
      }
      return found;
    }));

  it(
    '[GRD20, GRD24] a body that is none is refused in one form, and nothing is the guardian’s fault',
    () =>
      unchanged(async () => {
        const found: string[] = [];
        for (const name of names) {
          const row = ROWS[name] as Row;
          if (!row.body) continue;
          const sample = JSON.stringify(row.body);
          const bodies: [string, string, Record<string, string>?][] = [
            ['nothing', ''],
            ['null', 'null'],
            ['a list', '[]'],
            ['cut off', sample.slice(0, -1)],
            ['deep', '['.repeat(5_000) + ']'.repeat(5_000)],
            ['a prototype', sample.replace(/^\{/, '{"__proto__":{"by":"representative"},')],
            ['more', sample.replace(/^\{/, '{"canary":1,')],
            ['as text', sample, { 'content-type': 'text/plain' }],
            ['as a form', sample, { 'content-type': 'application/x-www-form-urlencoded' }],
            ['right in form, and of nobody', sample],
          ];
          for (const [field, right] of Object.entries(row.body)) {
            for (const value of HOSTILE) {
              // A number may be right for a number, and a passphrase takes a while to be found wrong.
              if (value === 7 && typeof right === 'number') continue;
              if (typeof value === 'string' && value !== '\0' && row.by === 'act') continue;
              bodies.push([
                `${field} is ${JSON.stringify(value)?.slice(0, 20)}`,
                JSON.stringify({ ...row.body, [field]: value }),
              ]);
            }
          }
          const head = Object.entries(rightly(row)).map(([key, value]) => `${key}: ${value}\r\n`);
          const huge = await said(
            `${name.split(' ')[0]} ${pathOf(name)} HTTP/1.1\r\nhost: ${new URL(url).host}\r\n${head.join('')}` +
              'content-type: application/json\r\ncontent-length: 30000000\r\nconnection: close\r\n\r\n',
          );
          if (!/^HTTP\/1\.1 (4|503)/.test(huge))
            found.push(`${name}, huge: ${huge.slice(0, 40) || 'no answer'}`);
          for (const [what, body, headers] of bodies) {
            // What is right in form of halves and of hers can't be checked without a server: that is said and nothing done.
            const allowed =
              row.refused ??
              (/^POST \/(halves|representative)/.test(name)
                ? [400, 401, 403, 409, 413, 503]
                : [400, 403, 404, 409, 413]);
            const seen = await ask(name, body, { ...rightly(row), ...headers });
            if (!allowed.includes(seen.status))
              found.push(`${name}, ${what}: ${seen.status} ${seen.text.slice(0, 80)}`);
            if (seen.text.includes('canary')) found.push(`${name}, ${what}: repeats what was sent`);
          }
        }
        return found;
      }),
    60_000,
  );

  it('[GRD22] a ticket or a digest of nobody is answered as every other, and tells nothing', () =>
    unchanged(async () => {
      const ticket = randomBytes(16).toString('hex');
      const of = (one: string) =>
        fetch(`${url}/relay/answers/${one}`, { method: 'POST' }).then(async (answer) => [
          answer.status,
          (await answer.arrayBuffer()).byteLength,
        ]);
      expect(await of(ticket)).toEqual(await of('0'.repeat(32)));
      const found: string[] = [];
      for (const bad of [
        '',
        '%2e%2e%2fguardian.sqlite',
        '0'.repeat(31),
        'A'.repeat(64),
        `${HEX}%00`,
        '%00',
        `${HEX}/x`,
      ]) {
        for (const path of ['/voice/documents/', '/voice/counts/', '/assets/', '/relay/answers/']) {
          const { status } = await fetch(url + path + bad, {
            method: path.startsWith('/relay') ? 'POST' : 'GET',
          });
          if (status < 400 || status >= 500) found.push(`${path}${bad}: ${status}`);
        }
      }
      return found;
    }));

  it('[GRD24] a head that two could read in two ways is refused whole', () =>
    unchanged(async () => {
      const { host } = new URL(url);
      const found: string[] = [];
      for (const name of names) {
        const [method = ''] = name.split(' ');
        const head = (...more: string[]) =>
          [`${method} ${pathOf(name)} HTTP/1.1`, `host: ${host}`, 'connection: close', ...more, '', ''].join(
            '\r\n',
          );
        const inner = `GET /health HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
        const heads: [string, string][] = [
          ['two lengths', `${head('content-length: 0', `content-length: ${inner.length}`)}${inner}`],
          [
            'length and pieces',
            `${head('content-length: 5', 'transfer-encoding: chunked')}0\r\n\r\n${inner}`,
          ],
          ['an unknown encoding', `${head('transfer-encoding: xchunked')}0\r\n\r\n${inner}`],
          ['a NUL', head('x: a\0b')],
          ['a lone CR', head('x: a\rb: c')],
          ['a header on two lines', head('x: a', ' b')],
          ['two hosts', head('host: elsewhere.example')],
        ];
        const answers = await Promise.all(heads.map(async ([what, one]) => [what, await said(one)] as const));
        for (const [what, answer] of answers) {
          const count = answer.match(/HTTP\/1\.1 \d/g)?.length;
          if (!/^HTTP\/1\.1 4/.test(answer) || count !== 1)
            found.push(`${name}, ${what}: ${answer.slice(0, 40)}`);
        }
      }
      return found;
    }));
});
