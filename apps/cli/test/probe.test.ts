import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askOver } from '@aboveboard/guardian/probe/outsider-ask';
import { ROLES } from '@aboveboard/protocol/installation';
import { bearerCredential, type ProbeAsk, probeAsOutsider } from '@aboveboard/protocol/outsider-probe';
import { OPEN_DOORS } from '@aboveboard/protocol/probe-doors';
import { DECLARED_ROUTES, OPEN_ACTIONS } from '@aboveboard/server/access/declared-routes';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let server: StartedServer;
let ask: ProbeAsk;
const sessions: Record<string, string> = {};
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-probe-'));
  server = await startServer({ data: folder, demo: true, port: 0, log: makeLog('silent') });
  ask = askOver(new URL(server.url));
  for (const [role, code] of Object.entries(server.codes)) {
    const answer = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    sessions[role] = ((await answer.json()) as { token: string }).token;
  }
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the outsider', () => {
  it('[ACC40, ACC42] finds every door of this server closed, for nobody and for wrong roles', async () => {
    const report = await probeAsOutsider({
      ...{ ask, random, roles: ROLES },
      credentials: Object.entries(sessions).map(([role, token]) => bearerCredential(role, token)),
    });
    expect(report.lacking).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report.unanswered).toBe(0);
    expect(report.tried).toBeGreaterThan(300);
  });

  it('[ACC41] has a list of its own of what is open, and it is the list that was decided', () => {
    const open = Object.entries(DECLARED_ROUTES)
      .filter(([name, action]) => OPEN_ACTIONS.has(action) && !name.startsWith('GET /log/'))
      .map(([name]) => name.replace(/:(\w+)/g, '{$1}'));
    expect([...OPEN_DOORS].sort()).toEqual(open.sort());
  });

  it('[ACC43] seeded hole: a route that anybody can take is found, whoever leaves it out of the document', async () => {
    const researcher = { authorization: `Bearer ${sessions['researcher']}` };
    // As if this one route had lost its guard.
    const open: ProbeAsk = (request) =>
      ask(request.path === '/api/recordings' ? { ...request, headers: researcher } : request);
    const silent: ProbeAsk = async (request) =>
      request.path === '/openapi.json' ? { status: 200, headers: {}, body: '{"paths":{}}' } : open(request);
    for (const hole of [open, silent]) {
      const { findings } = await probeAsOutsider({ ask: hole, random });
      expect(findings.length).toBeGreaterThan(5);
      expect(findings[0]).toEqual({
        as: 'nobody',
        method: 'GET',
        path: '/api/recordings',
        status: 200,
        what: 'it opened',
      });
    }
  });

  it('[ACC40, ACC43] seeded hole: a swapped role, a new route, a served file, a talkative error are found', async () => {
    const holes: [string, ProbeAsk, Record<string, string>][] = [
      [
        'the employer',
        (request) =>
          ask(
            request.headers['authorization'] === `Bearer ${sessions['employer']}` &&
              request.path !== '/api/session'
              ? { ...request, headers: { authorization: `Bearer ${sessions['contributor']}` } }
              : request,
          ),
        { employer: sessions['employer'] ?? '' },
      ],
      [
        'the employer',
        // A door that asks somebody whom it is not for to show first that it is he.
        async (request) =>
          request.headers['authorization'] === `Bearer ${sessions['employer']}` && request.method === 'POST'
            ? { status: 403, headers: {}, body: '{"error":{"code":"not-fresh","message":"x"}}' }
            : ask(request),
        { employer: sessions['employer'] ?? '' },
      ],
      [
        'nobody',
        async (request) =>
          request.path === '/openapi.json'
            ? { status: 200, headers: {}, body: '{"paths":{"/api/about":{"patch":{}}}}' }
            : request.method === 'PATCH'
              ? { status: 200, headers: {}, body: '' }
              : ask(request),
        {},
      ],
      [
        'nobody',
        async (request) =>
          request.path === '/folder-id' ? { status: 200, headers: {}, body: 'x' } : ask(request),
        {},
      ],
      [
        'nobody',
        async (request) =>
          request.path === '/api/my/recordings'
            ? { status: 401, headers: {}, body: 'Error\n at /srv/app.ts:10:2' }
            : ask(request),
        {},
      ],
    ];
    for (const [as, hole, given] of holes) {
      const { findings } = await probeAsOutsider({
        ...{ ask: hole, random },
        credentials: Object.entries(given).map(([role, token]) => bearerCredential(role, token)),
      });
      expect(findings.map((one) => one.as)).toContain(as);
    }
  });

  it('[ACC44] an answer that does not come is counted, and is no proof', async () => {
    const silent: ProbeAsk = async () => {
      throw new Error('no answer');
    };
    const report = await probeAsOutsider({ ask: silent, random });
    expect(report.findings).toEqual([]);
    expect(report.unanswered).toBe(report.tried + 1);
    // A server that is being started answers so at every door: that locks nobody's guardian, and proves nothing.
    const starting: ProbeAsk = async () => ({ status: 503, headers: {}, body: '{}' });
    const begun = await probeAsOutsider({ ask: starting, random });
    expect([begun.findings, begun.unanswered]).toEqual([[], begun.tried + 1]);
  });
});
