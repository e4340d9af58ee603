import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askOver } from '@aboveboard/guardian/probe/outsider-ask';
import { enrolProbe, type KeptAccounts, type ProbeAccount } from '@aboveboard/guardian/probe/probe-accounts';
import { tryDoors } from '@aboveboard/guardian/probe/probe-round';
import type { AskedServer } from '@aboveboard/guardian/probe/staff-session';
import { makeWrongSessions } from '@aboveboard/guardian/probe/wrong-sessions';
import { ROLES, type Role } from '@aboveboard/protocol/installation';
import { type ProbeAsk, type ProbeReport, tryAttempts } from '@aboveboard/protocol/outsider-probe';
import { CLOSED_DOORS } from '@aboveboard/protocol/probe-doors';
import type { AccessQuestion } from '@aboveboard/server/access/decision';
import { DECLARED_ROUTES } from '@aboveboard/server/access/declared-routes';
import { readPolicies } from '@aboveboard/server/access/policies';
import { makeAccountClaims } from '@aboveboard/server/identity/account-claims';
import { invitationLines, inviteProbe } from '@aboveboard/server/identity/probe-invitations';
import { makeStaffRegister } from '@aboveboard/server/identity/staff-register';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

/** Holes that are cut into the real server, one at a time. */
const hole = vi.hoisted(() => ({ swapped: false, replays: false, undying: false }));

vi.mock('@aboveboard/server/access/policies', async (original) => {
  const real = await original<typeof import('@aboveboard/server/access/policies')>();
  return {
    ...real,
    // As if the policies let the employer look where a researcher may.
    shippedDecide: () => (question: AccessQuestion) => {
      const { principal, action } = question;
      const isSwapped = hole.swapped && principal.role === 'employer' && action === 'browse-catalogue';
      const asked = isSwapped ? { ...principal, role: 'researcher' as const } : principal;
      return real.shippedDecide()({ ...question, principal: asked });
    },
  };
});
vi.mock('@aboveboard/server/identity/session-proof', async (original) => {
  const real = await original<typeof import('@aboveboard/server/identity/session-proof')>();
  const makeSpentProofs: typeof real.makeSpentProofs = (now, most) => {
    const spent = real.makeSpentProofs(now, most);
    return { spend: (proof) => spent.spend(proof) || hole.replays };
  };
  return { ...real, makeSpentProofs };
});
vi.mock('@aboveboard/server/identity/staff-sessions', async (original) => {
  const real = await original<typeof import('@aboveboard/server/identity/staff-sessions')>();
  const makeStaffSessions: typeof real.makeStaffSessions = (database, limits) => {
    const sessions = real.makeStaffSessions(database, limits);
    return { ...sessions, end: async (token) => (hole.undying ? undefined : sessions.end(token)) };
  };
  return { ...real, makeStaffSessions };
});

let folder: string;
let server: StartedServer;
let asked: AskedServer;
/** By which the probe's sessions grow old. */
let age = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-probe-accounts-'));
  const limits = { signInsPerMinute: 5_000, signInsPerMinuteOfAddress: 5_000, redemptionsPerMinute: 500 };
  server = await startServer({ data: folder, demo: false, port: 0, limits, log: makeLog('silent') });
  const origin = new URL(server.url.replace('127.0.0.1', 'localhost'));
  asked = { ask: askOver(new URL(server.url), origin), origin, now: () => Math.floor(Date.now() / 1000) };
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  Object.assign(hole, { swapped: false, replays: false, undying: false });
});

function inMemory(): KeptAccounts {
  let accounts: readonly ProbeAccount[] = [];
  return {
    read: () => structuredClone([...accounts]),
    write: (next) => {
      accounts = structuredClone(next);
    },
  };
}

const inner = () => ({ database: server.installation.inner.database, uses: server.installation.uses });
const invited = async () => invitationLines(await inviteProbe(inner(), 1));
const claims = () => makeAccountClaims(inner().database);

/** A probe with fresh accounts; each of its rounds is one call. */
async function probing(): Promise<{ kept: KeptAccounts; round: (ask?: ProbeAsk) => Promise<ProbeReport> }> {
  const kept = inMemory();
  await enrolProbe(asked, kept, await invited());
  let heard: ProbeAsk = asked.ask;
  const through: AskedServer = { ...asked, ask: (request) => heard(request) };
  const wrong = makeWrongSessions(through, kept);
  const round = (ask = asked.ask) => {
    heard = ask;
    return tryDoors({ server: through, accounts: kept, wrong, roles: ROLES, grants: ['0'.repeat(32)] });
  };
  return { kept, round };
}
const OWNERS = ['contributor', 'researcher'];
const NOTHING = { findings: [], unanswered: 0, lacking: [] };

describe('the accounts of the probe', () => {
  it('[ACC70, ACC71, IDN70] every door is closed for each role, and for sessions that nobody may use', async () => {
    const { kept, round } = await probing();
    expect(kept.read().map(({ role }) => role)).toEqual([...ROLES]);
    const before = (await server.installation.inner.database.query('select 1 from staff_session')).length;
    const report = await round();
    expect(report).toMatchObject(NOTHING);
    // Each of five staff roles and a contributor at the doors that are not theirs, beside what nobody tries.
    const wrongRoles = Object.values(CLOSED_DOORS).reduce((sum, may) => sum + ROLES.length - may.length, 0);
    expect(report.tried).toBeGreaterThan(wrongRoles + 300);
    expect(await round()).toMatchObject(NOTHING);
    // Two are kept to see them expire; all others were ended.
    expect((await inner().database.query('select 1 from staff_session')).length).toBe(before + 2);
  });

  it('[ACC72, IDN71] nothing opens for them where a person of the role passes, and nothing is done', async () => {
    const { kept } = await probing();
    const { presentAccounts } = await import('@aboveboard/guardian/probe/probe-accounts');
    for (const { credential } of await presentAccounts(asked, kept)) {
      for (const [name, roles] of Object.entries(CLOSED_DOORS)) {
        if (!roles.includes(credential.role) || name.includes('/api/staff/') || name.includes('{')) continue;
        const [method = '', path = ''] = name.split(' ');
        const body = method === 'POST' ? new TextEncoder().encode('{}') : null;
        const headers = await credential.headers({ method, path, body });
        const type = body ? { 'content-type': 'application/json' } : {};
        const answer = await asked.ask({ method, path, body, headers: { ...type, ...headers } });
        // What is its own it may look at: there is nothing.
        const isOwn = /^GET \/api\/my\/|^GET \/api\/grants$/.test(name) && OWNERS.includes(credential.role);
        expect([name, answer.status], credential.role).toEqual([name, isOwn ? 200 : 403]);
        if (!isOwn) expect(answer.body).toContain('"code":"probe-only"');
      }
    }
    const { database } = inner();
    expect(await database.query('select 1 from upload')).toEqual([]);
    expect(await database.query('select 1 from last_word')).toEqual([]);
  });

  it('[IDN72] they are listed as what they are, bound to no party, and no party lets anybody into one', async () => {
    await probing();
    const register = makeStaffRegister(inner().database, inner().uses);
    const accounts = await register.list();
    expect(accounts.map(({ role, probe, partyKey }) => [role, probe, partyKey])).toEqual(
      ['dpo', 'employer', 'operator', 'representative', 'researcher'].map((role) => [role, true, null]),
    );
    const [first] = accounts;
    await claims().giveHalf(inner().database.query, { account: first?.account ?? '', approver: 'employer' });
    expect(await inner().database.query('select 1 from staff_recovery')).toEqual([]);
    for (const statement of [
      'update staff_account set probe = false',
      'update session set probe = false',
      `update staff_account set party_key = decode(repeat('00', 32), 'hex')`,
    ])
      await expect(inner().database.query(statement)).rejects.toThrow();
  });

  it('[IDN73] new invitations end the accounts before; without good ones a probe says what it could not try', async () => {
    const { round } = await probing();
    const later = await probing();
    const report = await round();
    expect([report.findings, report.lacking]).toEqual([[], [...ROLES]]);
    expect(report.unanswered).toBeGreaterThanOrEqual(ROLES.length);
    expect(await later.round()).toMatchObject(NOTHING);
    // One that the operator ended, and nothing else.
    await inner().database.query(`delete from staff_account where role = 'dpo'`);
    expect(await later.round()).toMatchObject({ findings: [], lacking: ['dpo'], unanswered: 1 });
  });

  it('[IDN74] what was made for a person, another role or nobody is not taken', async () => {
    const kept = inMemory();
    const enrol = (lines: string) => enrolProbe(asked, kept, lines);
    await expect(enrol(`operator ${await claims().invite('operator', 1)}`)).rejects.toThrow('for a person');
    const lines = (await inviteProbe(inner(), 1)).map(({ role, code }): [Role, string] => [role, code]);
    const codes = new Map(lines);
    await expect(enrol(`dpo ${codes.get('employer')}`)).rejects.toThrow('did not take');
    await expect(enrol(`contributor ${codes.get('operator')}`)).rejects.toThrow('did not take');
    for (const text of ['', 'operator', `boss ${codes.get('dpo')}`, `dpo ${codes.get('dpo')}\nand more`])
      await expect(enrol(text)).rejects.toThrow('are not the lines');
    expect(kept.read()).toEqual([]);
    await enrol(`dpo ${codes.get('dpo')}`);
    expect(kept.read()).toHaveLength(1);
  });
});

describe('seeded holes', () => {
  it('[ACC70] seeded hole: a role that the policies swapped is found, by that role’s account alone', async () => {
    const { round } = await probing();
    hole.swapped = true;
    const { findings } = await round();
    expect(findings).toEqual([
      {
        as: 'the employer',
        method: 'GET',
        path: '/api/recordings',
        status: 403,
        what: 'it would have opened',
      },
    ]);
  });

  it('[ACC40] seeded hole: a route that lost its guard is found, as nobody', async () => {
    const { round } = await probing();
    const declared = DECLARED_ROUTES as Record<string, string>;
    const was = declared['GET /api/retention'] as string;
    declared['GET /api/retention'] = 'see-installation';
    const { findings } = await round().finally(() => {
      declared['GET /api/retention'] = was;
    });
    expect(findings.length).toBeGreaterThan(5);
    expect(new Set(findings.map(({ path }) => path))).toEqual(new Set(['/api/retention']));
    expect(findings[0]?.as).toBe('nobody');
  });

  it('[ACC71] seeded hole: a replay that is taken is found', async () => {
    const { round } = await probing();
    hole.replays = true;
    const { findings } = await round();
    expect(findings).toEqual([
      {
        as: 'a replay of a request',
        method: 'GET',
        path: '/api/staff/session',
        status: 200,
        what: 'it opened',
      },
    ]);
  });

  it('[ACC71] seeded hole: sessions that live after sign-out are found', async () => {
    const { round } = await probing();
    hole.undying = true;
    const { findings } = await round();
    expect(findings.map(({ as }) => as)).toEqual(
      ROLES.filter((role) => role !== 'contributor').map((role) => `the ${role}, signed out`),
    );
  });

  it('[ACC71] seeded hole: a session that outlives its half hour, or its eight hours, is found', async () => {
    const { kept } = await probing();
    const { expired } = makeWrongSessions(asked, kept, () => age);
    const found = async () => (await tryAttempts(asked.ask, await expired())).findings.map(({ as }) => as);
    const [idle, long] = [
      'a session that nobody used for half an hour',
      'a session of more than eight hours',
    ];
    expect(await found()).toEqual([]);
    // For the server no time has passed, as if it did not count any.
    age += 31 * 60;
    expect(await found()).toEqual([idle]);
    age += 8 * 3600;
    expect(await found()).toEqual([idle, long]);
    // A server that counts ended them by then.
    age += 9 * 3600;
    await inner().database.query(`update staff_session set idle_until = now() - interval '1 minute'`);
    expect((await expired()).map(({ as }) => as)).toEqual([idle, long]);
    age += 9 * 3600;
    await inner().database.query(`update staff_session set ends_at = now() - interval '1 minute'`);
    expect(await found()).toEqual([]);
  });

  it('[ACC74] seeded hole: what is another’s, shown to an account that owns nothing, is found', async () => {
    const { round } = await probing();
    const hers = JSON.stringify({ grants: [{ id: '0'.repeat(32) }] });
    const { findings } = await round(async (request) => {
      const answer = await asked.ask(request);
      if (!request.path.startsWith('/api/grants') || answer.status === 401) return answer;
      return request.method === 'GET' && answer.status !== 403
        ? { ...answer, status: 200, body: hers }
        : answer;
    });
    expect(findings.map(({ as, path }) => [as, path])).toEqual([
      ['the researcher, of others', '/api/grants'],
      ['the researcher, of others', `/api/grants/${'0'.repeat(32)}`],
    ]);
  });

  it('[ACC73] a server that answers too much asking, or nothing, leaves the roles untried and says so', async () => {
    const { round } = await probing();
    const busy = await round(async (request) =>
      request.path.startsWith('/api/staff/passkeys')
        ? { status: 429, headers: {}, body: '{}' }
        : asked.ask(request),
    );
    expect([busy.findings, busy.lacking]).toEqual([[], ROLES.filter((role) => role !== 'contributor')]);
    expect(busy.unanswered).toBeGreaterThanOrEqual(5);
  });
});

describe('the lists of the probe', () => {
  it('[ACC41] who may pass which door is as the policies decide', async () => {
    const { makeDecide } = await import('@aboveboard/server/access/decision');
    const { schema, files } = readPolicies();
    const decide = makeDecide(schema, files);
    const open = new Set([
      'sign-in',
      'see-own-session',
      'see-installation',
      'read-rules',
      'read-logs',
      'relay-cells',
    ]);
    const doors = Object.entries(DECLARED_ROUTES)
      .filter(([, action]) => !open.has(action))
      .map(([name, action]) => {
        const may = ROLES.filter((role) => {
          const principal = { role, id: 'one', steppedUp: true };
          return decide({ principal, action, resource: { type: 'Installation', kind: 'production' } })
            .allowed;
        });
        return [name.replace(/:(\w+)/g, '{$1}'), [...may].sort()] as const;
      });
    const own = Object.entries(CLOSED_DOORS).map(([name, may]) => [name, [...may].sort()] as const);
    expect(Object.fromEntries(own)).toEqual(Object.fromEntries(doors));
  });
});
