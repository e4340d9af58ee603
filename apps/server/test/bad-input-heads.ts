import { connect } from 'node:net';
import { type Check, rightly } from './bad-input-checks.ts';
import { ROUTE_ROWS, requestOf, rolesOutside, rowOf } from './bad-input-table.ts';
import type { World } from './bad-input-world.ts';

/** What is sent as bytes and not as a request: other spellings, other methods, heads that can be read in two ways. */

/** Other spellings of the path, and other methods, by nobody and by a role that may not: never anything of the route. */
export const spellingFindings: Check = async (world, _, name) => {
  const row = rowOf(name);
  if (row.roles === null) return [];
  const { method, path } = requestOf(name, world);
  const [outside] = rolesOutside(row);
  const tokens = [null, outside === undefined ? null : world.by[outside].token];
  const spellings = [
    `/${path}`,
    path.replace('/api/', '//api//'),
    path.replace('/api/', '/api/./'),
    path.replace('/api/', '/x/../api/'),
    path.replace('/api/', '/log/rules/%2e%2e/%2e%2e/api/'),
    path.replace('/api/', '/%61pi/'),
    path.replace('/api/', '/%2561pi/'),
    path.replace('/api/', '/api%2f'),
    path.replace('/api/', '/api%5c'),
    path.replace('/api/', '\\api\\'),
    path.replace('/api/', '/API/'),
    path.replace('/api/', '/api/about/..;/'),
    `${path}/`,
    `${path};x=1`,
    `${path}%00`,
    `${path}%20`,
    `${path}.json`,
    `${path}#/api/about`,
    `${world.url}${path}`,
    `http://elsewhere.example${path}`,
  ].map((target) => [method, target] as const);
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
  const asked = [...spellings, ...methods.filter((one) => one !== method).map((one) => [one, path] as const)];
  const found: string[] = [];
  const answers = await Promise.all(
    tokens.flatMap((token) =>
      asked.map(
        async ([verb, target]) =>
          [verb, target, await raw(world, headOf(world, verb, target, token))] as const,
      ),
    ),
  );
  for (const [verb, target, text] of answers) {
    if (/^HTTP\/1\.1 2/.test(text) && !/content-type: text\/html/i.test(text) && text !== '') {
      // HEAD and OPTIONS of another route of this path are its own to decide.
      if (Object.hasOwn(ROUTE_ROWS, `${verb} ${name.split(' ')[1]}`)) continue;
      found.push(`${name} as ${verb} ${target}: ${text.slice(0, 60)}`);
    }
    if (/^HTTP\/1\.1 5/.test(text)) found.push(`${name} as ${verb} ${target}: ${text.slice(0, 60)}`);
  }
  return found;
};

/** Heads that two readers could understand as two things: refused whole, and nothing behind them is heard. */
export const smugglingFindings: Check = async (world, _, name) => {
  const { method, path } = requestOf(name, world);
  const right = rightly(world, name);
  const lines = Object.entries(right.headers).map(([key, value]) => `${key}: ${value}`);
  const head = (...more: string[]) =>
    [
      `${method} ${path} HTTP/1.1`,
      `host: ${new URL(world.url).host}`,
      ...lines,
      'connection: close',
      ...more,
      '',
      '',
    ].join('\r\n');
  const inner = `GET /api/about HTTP/1.1\r\nhost: ${new URL(world.url).host}\r\n\r\n`;
  const heads: [string, string][] = [
    ['two lengths', `${head('content-length: 0', `content-length: ${inner.length}`)}${inner}`],
    ['a length of two numbers', `${head(`content-length: 0, ${inner.length}`)}${inner}`],
    ['a length with a sign', `${head(`content-length: +${inner.length}`)}${inner}`],
    ['a length in hex', `${head('content-length: 0x10')}${inner}`],
    [
      'length and pieces',
      `${head(`content-length: ${inner.length + 5}`, 'transfer-encoding: chunked')}0\r\n\r\n${inner}`,
    ],
    [
      'two encodings',
      `${head('transfer-encoding: chunked', 'transfer-encoding: identity')}0\r\n\r\n${inner}`,
    ],
    ['an unknown encoding', `${head('transfer-encoding: xchunked')}0\r\n\r\n${inner}`],
    ['a space before the colon', `${head(`content-length : ${inner.length}`)}${inner}`],
    ['a NUL', head('x: a\0b')],
    ['a lone CR', head('x: a\rb: c')],
    ['a NUL in a name', head('x\0y: a')],
    ['a name with a space', head('x y: a')],
    ['two hosts', head('host: elsewhere.example')],
    ['two of who asks', head('authorization: Bearer a', 'authorization: Bearer b')],
    ['a header on two lines', head('x: a', ' b')],
    ['another version', head().replace('HTTP/1.1', 'HTTP/9.9')],
    ['a bad piece', `${head('transfer-encoding: chunked')}zz\r\n${inner}`],
  ];
  const found: string[] = [];
  const answers = await Promise.all(
    heads.map(async ([what, text]) => [what, await raw(world, text)] as const),
  );
  for (const [what, text] of answers) {
    const answered = text.match(/HTTP\/1\.1 \d/g) ?? [];
    if (!/^HTTP\/1\.1 4/.test(text)) found.push(`${name}, ${what}: ${text.slice(0, 60) || 'no answer'}`);
    if (answered.length > 1) found.push(`${name}, ${what}: ${answered.length} answers`);
  }
  return found;
};

function headOf(world: World, method: string, target: string, token: string | null): string {
  const authorization = token === null ? '' : `authorization: Bearer ${token}\r\n`;
  return `${method} ${target} HTTP/1.1\r\nhost: ${new URL(world.url).host}\r\n${authorization}content-length: 0\r\nconnection: close\r\n\r\n`;
}

/** What one connection is told until it is closed. */
function raw(world: World, text: string): Promise<string> {
  const { port } = new URL(world.url);
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said));
  });
}
