import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_ROUTES, OPEN_ACTIONS } from '../src/access/declared-routes.ts';
import {
  bodyFindings,
  type Credentials,
  credentialFindings,
  identifierFindings,
  pathPlaceFindings,
  rightly,
  roleFindings,
  type Seen,
  type Send,
  sendTo,
} from './bad-input-checks.ts';
import { smugglingFindings, spellingFindings } from './bad-input-heads.ts';
import { type Asked, ROUTE_ROWS, requestOf, rowOf } from './bad-input-table.ts';
import { makeWorld, stored, type World } from './bad-input-world.ts';
import { clearFolders } from './server.ts';

let world: World;
let send: Send;
/**
 * What one request asks of the database. Of its own and not of the process: what the server does by itself, or still does for a
 * request that was answered, would else be counted for whichever is asked meanwhile.
 */
type Counted = { statements: number };
const request = new AsyncLocalStorage<Counted>();
let newest: Counted = { statements: 0 };
const begun = () => {
  newest = { statements: 0 };
  request.enterWith(newest);
};
const count = () => {
  const counted = request.getStore();
  if (counted) counted.statements++;
};

beforeAll(async () => {
  world = await makeWorld();
  const { database } = world.server.installation.inner;
  const { query, transaction } = database;
  database.query = (text, values) => {
    count();
    return query(text, values);
  };
  database.transaction = (work) =>
    transaction((inner) =>
      work((text, values) => {
        count();
        return inner(text, values);
      }),
    );
  subscribe('http.server.request.start', begun);
  send = sendTo(world, () => newest.statements);
}, 60_000);
afterAll(async () => {
  unsubscribe('http.server.request.start', begun);
  await world.server.stop();
  clearFolders();
});

const names = Object.keys(DECLARED_ROUTES);

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema | Schema[];
} & Record<'oneOf' | 'anyOf' | 'allOf' | 'prefixItems', Schema[] | undefined>;
type Operation = {
  requestBody?: { content: Record<string, { schema: Schema }> };
  parameters?: { name: string; in: string }[];
};
type Documented = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

describe('bad input, over every route', () => {
  it('[ACC5] each has a row, which says who may take it and what each place in it means', async () => {
    expect(Object.keys(ROUTE_ROWS).sort()).toEqual([...names].sort());
    const document = (await (await fetch(`${world.url}/openapi.json`)).json()) as Documented;
    const leaves = (schema: Schema, path: string): string[] => {
      if (schema.$ref)
        return leaves(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema, path);
      const { properties = {}, items, oneOf = [], anyOf = [], allOf = [], prefixItems = [] } = schema;
      const under = (name: string) => (path === '' ? name : `${path}/${name}`);
      return [
        ...([schema.type].flat().includes('string') ? [path] : []),
        ...Object.entries(properties).flatMap(([name, one]) => leaves(one, under(name))),
        ...[items ?? [], prefixItems].flat().flatMap((one) => leaves(one, under('*'))),
        ...[...oneOf, ...anyOf, ...allOf].flatMap((one) => leaves(one, path)),
      ];
    };
    for (const name of names) {
      const [method = '', pattern = ''] = name.split(' ');
      const route = document.paths[pattern.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      const body = route?.requestBody?.content['application/json']?.schema;
      const asked = (route?.parameters ?? [])
        .filter((one) => one.in === 'query')
        .map((one) => `?${one.name}`);
      const expected = new Set([
        ...(pattern.match(/:\w+/g) ?? []),
        ...asked,
        ...(body ? leaves(body, '') : []),
      ]);
      expect([...Object.keys(rowOf(name).places ?? {})].sort(), name).toEqual([...expected].sort());
      expect(rowOf(name).roles === null, name).toBe(OPEN_ACTIONS.has(DECLARED_ROUTES[name] as never));
    }
  });

  it.each([
    ['[IDN41, UPL6] forged, expired, replayed and misplaced credentials are none', credentialFindings],
    ['[ACC2, ACC6] another role is refused, whoever it says that it is', roleFindings],
    ['[UPL6, UPL52] another’s is what there is not, to the byte and at the same cost', identifierFindings],
    ['[UPL4, UPL5] bodies that are none are refused, and nothing is the server’s fault', bodyFindings],
    ['[UPL4] places of a path that name nothing are refused', pathPlaceFindings],
    ['[ACC5] no other spelling of a path and no other method comes round its decision', spellingFindings],
    ['[IDN62] a head that two could read in two ways is refused whole', smugglingFindings],
  ])(
    '%s; and nothing is written',
    async (_, check) => {
      const before = await stored(world);
      const found: string[] = [];
      for (const name of names) found.push(...(await check(world, send, name)));
      expect(found).toEqual([]);
      expect(await stored(world)).toBe(before);
    },
    120_000,
  );

  it('[UPL6] what a request asks of the database is counted to it, else its cost would tell nothing', async () => {
    const ask = () => send(requestOf(status, world), rightly(world, status));
    expect((await ask()).statements).toBeGreaterThan(0);
    // What nobody asked for is counted to nobody.
    const { database } = world.server.installation.inner;
    const counted = newest.statements;
    await database.query('select 1');
    expect(newest.statements).toBe(counted);
  });

  const erased = 'POST /api/my/recordings/erasure';
  const status = 'GET /api/uploads/:upload';
  const catalogue = 'GET /api/recordings';
  it.each<[string, string, typeof identifierFindings, (asked: Asked, given: Credentials) => Promise<Seen>]>([
    [
      'an identifier of another gets 403 where an absent one gets 404',
      status,
      identifierFindings,
      async (asked, given) => {
        const seen = await send(asked, given);
        return asked.path.includes(world.theirs.upload) ? { ...seen, status: 403 } : seen;
      },
    ],
    [
      'an identifier of another takes a look more',
      status,
      identifierFindings,
      async (asked, given) => {
        const seen = await send(asked, given);
        return asked.path.includes(world.theirs.upload) ? { ...seen, statements: seen.statements + 1 } : seen;
      },
    ],
    [
      'an identifier of another is acted on',
      erased,
      identifierFindings,
      async (asked, given) => {
        if (JSON.stringify(asked.body).includes(world.theirs.released)) await world.server.makeCode('dpo', 1);
        return send(asked, given);
      },
    ],
    [
      'a route skips its decision for whoever has no session',
      catalogue,
      credentialFindings,
      (asked) => send(asked, rightly(world, catalogue)),
    ],
    [
      'a route skips its decision for another role',
      catalogue,
      roleFindings,
      (asked, given) => send(asked, given.headers['x-role'] ? rightly(world, catalogue) : given),
    ],
    [
      'a body that is none is the server’s fault',
      erased,
      bodyFindings,
      async (asked, given) => {
        const seen = await send(asked, given);
        return JSON.stringify(asked.body).includes('u0000') ? { ...seen, status: 500 } : seen;
      },
    ],
    [
      'a refusal repeats what was sent',
      erased,
      bodyFindings,
      async (asked, given) => {
        const seen = await send(asked, given);
        return seen.status === 400 ? { ...seen, text: seen.text.replace('"}', ` ${asked.body}"}`) } : seen;
      },
    ],
  ])('[ACC6, UPL6] seeded hole: %s, and is found by name', async (_, name, check, hole) => {
    expect(await check(world, send, name)).toEqual([]);
    const found = await check(world, hole, name);
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(one).toContain(name);
  });

  it('[ACC5] seeded hole: a route without a row is none that can be tried', () => {
    expect(() => rowOf('GET /api/of-nobody')).toThrow('has no row');
  });
});
