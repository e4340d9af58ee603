import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_ROUTES, OPEN_ACTIONS } from '../src/access/declared-routes.ts';
import { DECLARED_TABLES } from '../src/access/declared-tables.ts';
import type { StartedServer } from '../src/start.ts';
import { Client } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startDemonstration();
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

type OpenApi = { paths: Record<string, Record<string, unknown>> };
const documented = async () => {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
};

describe('what is declared', () => {
  it('[ACC5] every route, and nothing that is none', () => {
    expect(server.routes.filter((name) => !Object.hasOwn(DECLARED_ROUTES, name))).toEqual([]);
    expect(Object.keys(DECLARED_ROUTES).filter((name) => !server.routes.includes(name))).toEqual([]);
  });

  it('[ACC5] what the API documents is what there is', async () => {
    for (const name of await documented()) expect(server.routes).toContain(name);
  });

  it('[ACC5] every table, and nothing that is none', async () => {
    const rows = await server.installation.inner.database.query<{ name: string }>(
      `select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind = 'r'`,
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(DECLARED_TABLES).sort());
  });

  it('[ACC5, ACC6] nobody comes to a route that is not open, whatever stands in the request', async () => {
    for (const [name, action] of Object.entries(DECLARED_ROUTES)) {
      if (OPEN_ACTIONS.has(action)) continue;
      const [method = '', path = ''] = name.split(' ');
      const url = server.url + path.replace(/:\w+|\*/g, '0'.repeat(32));
      const answer = await fetch(url, { method, ...(method === 'GET' ? {} : { body: '{' }) });
      expect(answer.status, name).toBe(401);
    }
  });

  it('[ACC2, ACC6] another role is refused before the request is read', async () => {
    const employer = await Client.redeem(server.url, server.codes.employer);
    for (const [name, action] of Object.entries(DECLARED_ROUTES)) {
      if (!['see-own', 'send-recording', 'erase-own', 'browse-catalogue', 'begin-access'].includes(action))
        continue;
      const [method = '', path = ''] = name.split(' ');
      const answer = await fetch(server.url + path.replace(/:\w+/g, '0'.repeat(32)), {
        method,
        headers: { authorization: `Bearer ${employer.token}`, 'x-role': 'contributor' },
        ...(method === 'GET' ? {} : { body: '{' }),
      });
      expect(answer.status, name).toBe(403);
    }
  });
});
