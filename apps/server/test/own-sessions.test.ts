import type { OpenedAccess } from '@aboveboard/protocol/installation';
import type { OwnSession, StaffRole } from '@aboveboard/protocol/staff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { makeAccountClaims } from '../src/identity/account-claims.ts';
import { makeStaffSessions } from '../src/identity/staff-sessions.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';
import { StaffBrowser } from './staff-browser.ts';

let server: StartedServer;
let url: string;
let database: Database;

beforeAll(async () => {
  server = await startDemonstration({
    limits: { signInsPerMinute: 5000, signInsPerMinuteOfAddress: 5000 },
  });
  url = server.url.replace('127.0.0.1', 'localhost');
  database = server.installation.inner.database;
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

async function opened(role: StaffRole): Promise<StaffBrowser> {
  const browser = new StaffBrowser(url);
  const { status } = await browser.open({
    invitation: await makeAccountClaims(database).invite(role, 1),
  });
  expect(status).toBe(200);
  return browser;
}

/** The same person in one browser more. */
async function elsewhere(browser: StaffBrowser): Promise<StaffBrowser> {
  const other = new StaffBrowser(url, browser.passkey);
  expect((await other.signIn()).status).toBe(200);
  return other;
}

const sessionsOf = async (browser: StaffBrowser) =>
  (await browser.call<{ sessions: OwnSession[] }>('GET', '/api/staff/sessions')).body.sessions;
const nameOf = async (browser: StaffBrowser) =>
  (await sessionsOf(browser)).find(({ isThis }) => isThis)?.session ?? '';
const isAlive = async (browser: StaffBrowser) =>
  (await browser.call('GET', '/api/staff/session')).status === 200;
const end = (browser: StaffBrowser, session: string) =>
  browser.call('DELETE', `/api/staff/sessions/${session}`);

describe('own sessions', () => {
  it('[IDN80] she is shown her own that could be used, and which one asks', async () => {
    const [first, stranger] = [await opened('operator'), await opened('operator')];
    const second = await elsewhere(first);
    const list = await sessionsOf(second);
    expect(list).toHaveLength(2);
    expect(list.map(({ isThis }) => isThis)).toEqual([true, false]);
    for (const { began, expires, by } of list) {
      expect(Math.abs(began - Date.now() / 1000)).toBeLessThan(600);
      expect(expires - began).toBe(DEFAULT_LIMITS.staffSessionHours * 3600);
      expect(by).toBe('passkey');
    }
    expect(list.map(({ session }) => session)).not.toContain(await nameOf(stranger));
    for (const column of ['ends_at', 'idle_until']) {
      const third = await elsewhere(first);
      const name = await nameOf(third);
      await database.query(`update staff_session set ${column} = now() where name = $1`, [name]);
      expect(await sessionsOf(second)).toHaveLength(2);
    }
  });

  it('[IDN81] one, or all others, end at the next request and without a fresh proof', async () => {
    const first = await opened('operator');
    const [lost, third, fourth] = [await elsewhere(first), await elsewhere(first), await elsewhere(first)];
    const stranger = await opened('operator');
    await database.query(`update staff_session set fresh_at = now() - interval '1 hour'`);
    expect((await end(first, await nameOf(lost))).status).toBe(204);
    expect(await Promise.all([first, lost, third, fourth].map(isAlive))).toEqual([true, false, true, true]);
    expect((await first.call('DELETE', '/api/staff/sessions')).status).toBe(204);
    expect(await Promise.all([first, third, fourth, stranger].map(isAlive))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    const answer = await end(first, await nameOf(first));
    expect(answer.status).toBe(204);
    expect(first.cookies.has('__Host-aboveboard-staff')).toBe(false);
  });

  it('[IDN82] another’s session, one that ended and none are absent alike, to the byte', async () => {
    const [first, victim] = [await opened('operator'), await opened('operator')];
    const gone = await elsewhere(first);
    const [own, theirs] = [await nameOf(gone), await nameOf(victim)];
    await end(first, own);
    const answers = await Promise.all([theirs, own, 'A'.repeat(16)].map((name) => end(first, name)));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(3).fill([404, answers[2]?.body]));
    expect(await isAlive(victim)).toBe(true);
    for (const bad of ['x', 'A'.repeat(17), "'%20or%201=1"])
      expect((await end(first, bad)).status, bad).toBe(400);
  });

  it('[IDN82] seeded hole: a name that counts without the account ends another’s session', async () => {
    const [first, victim] = [await opened('operator'), await opened('operator')];
    const [name, session] = [await nameOf(victim), await nameOf(first)];
    const { account } = (await first.call<{ account: string }>('GET', '/api/staff/session')).body;
    const holed: Database = {
      ...database,
      query: ((text: string, values?: unknown[]) =>
        database.query(
          text.replace('account = $1 and name = $2', 'name = $2 and $1::text is not null'),
          values,
        )) as Database['query'],
    };
    const honest = makeStaffSessions(database, DEFAULT_LIMITS);
    expect(await honest.endOne(account, name)).toBe(false);
    expect(await isAlive(victim)).toBe(true);
    expect(await makeStaffSessions(holed, DEFAULT_LIMITS).endOne(account, name)).toBe(true);
    expect(await isAlive(victim)).toBe(false);
    expect(await nameOf(first)).toBe(session);
  });

  it('[IDN83] what a session opened is its own, and over with it', async () => {
    const contributor = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const recording = await makeRecording(server.about);
    await contributor.upload(recording);
    const first = await opened('researcher');
    const second = await elsewhere(first);
    const open = async (browser: StaffBrowser) => {
      const { status, body } = await browser.call<OpenedAccess>('POST', '/api/accesses', {
        purpose: 'inspection',
        recordings: [recording.manifest.id],
      });
      expect(status).toBe(200);
      return `/api/accesses/${body.access}/0/manifest`;
    };
    const [ofFirst, ofSecond] = [await open(first), await open(second)];
    const read = async (browser: StaffBrowser, path: string) => (await browser.call('GET', path)).status;
    expect([await read(first, ofFirst), await read(second, ofSecond)]).toEqual([200, 200]);
    expect([await read(second, ofFirst), await read(first, ofSecond)]).toEqual([404, 404]);
    const ended: string[] = [];
    const { keys } = server.installation.inner;
    const real = keys.end;
    keys.end = (entry) => {
      ended.push(entry);
      real(entry);
    };
    await end(second, await nameOf(first));
    keys.end = real;
    expect(ended).toEqual([ofFirst.split('/')[3]]);
    expect([await read(first, ofFirst), await read(second, ofFirst)]).toEqual([401, 404]);
    expect(await read(second, ofSecond)).toBe(200);
  });

  it('[IDN84] no route lists a contributor’s devices, and signing out ends the one session', async () => {
    const phone = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const laptop = new Client(server.url, phone.token ?? '');
    expect((await phone.call('GET', '/api/staff/sessions')).status).toBe(403);
    expect((await laptop.call('DELETE', '/api/session')).status).toBe(204);
    expect((await phone.call('GET', '/api/my/recordings')).status).toBe(401);
  });
});
