import { join } from 'node:path';
import type { PartyRole } from '@aboveboard/consent/agreement';
import type {
  ListedAccount,
  NewAccount,
  OwnAccount,
  RegistrationChallenge,
  StaffRole,
} from '@aboveboard/protocol/staff';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccountClaims } from '../src/identity/account-claims.ts';
import { bindingStatement } from '../src/identity/party-binding.ts';
import { type DemonstrationParties, demonstrationParties } from '../src/keys/demonstration-parties.ts';
import type { StartedServer } from '../src/start.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';
import { StaffBrowser } from './staff-browser.ts';

/** Where the rules name the parties' keys: a demonstration, whose parties' keys a test may hold. */
let server: StartedServer;
let url: string;
let parties: DemonstrationParties;

beforeAll(async () => {
  const data = temporaryFolder();
  server = await startDemonstration({
    data,
    limits: { signInsPerMinute: 5000, signInsPerMinuteOfAddress: 5000 },
  });
  url = server.url.replace('127.0.0.1', 'localhost');
  parties = await demonstrationParties(join(data, 'keys'));
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const invite = async (role: StaffRole) => ({
  invitation: await makeAccountClaims(server.installation.inner.database).invite(role, 1),
});
const signedBy = (party: PartyRole) => async (statement: string) =>
  new TextDecoder().decode(formatNote(await signNote(statement, parties[party])));
const PARTY: Record<string, PartyRole> = {
  employer: 'employer',
  representative: 'representative',
  dpo: 'data-protection-officer',
};

async function member(role: StaffRole): Promise<StaffBrowser & { opened: NewAccount }> {
  const browser = new StaffBrowser(url);
  const party = PARTY[role];
  const { status, body } = await browser.open(await invite(role), party ? { note: signedBy(party) } : {});
  expect(status).toBe(200);
  return Object.assign(browser, { opened: body });
}
const idOf = (browser: { opened: NewAccount }) => browser.opened.session.account;
const own = async (browser: StaffBrowser) =>
  (await browser.call<OwnAccount>('GET', '/api/staff/account')).body;
const half = (browser: StaffBrowser, account: string) =>
  browser.call<{ half: string }>('POST', `/api/staff/accounts/${account}/recovery`);

describe('binding', () => {
  it('[IDN11] an invitation of a party is of no use without what both its keys signed', async () => {
    const claim = await invite('representative');
    const text = async (party: PartyRole, statement: string, signers = parties[party]) =>
      new TextDecoder().decode(formatNote(await signNote(statement, signers)));
    const council = parties.representative;
    const hostile: [string, ((statement: string) => Promise<string>) | undefined][] = [
      ['no note', undefined],
      ['not a note', async () => 'x'],
      ['of another party', signedBy('employer')],
      ['of one of both keys', (statement) => text('representative', statement, council.slice(0, 1))],
      [
        'of another challenge',
        () => text('representative', bindingStatement('representative', 'A'.repeat(43))),
      ],
      [
        'for another role',
        (statement) => text('representative', statement.replace('representative', 'employer')),
      ],
      ['a revocation', () => text('representative', 'aboveboard revocation v1\nworks\n1\n')],
    ];
    for (const [what, note] of hostile) {
      const answer = await new StaffBrowser(url).open(claim, note ? { note } : {});
      expect(answer.status, what).toBe(401);
    }
    const answer = await new StaffBrowser(url).open(claim, { note: signedBy('representative') });
    expect(answer.status).toBe(200);
  });

  it('[IDN12] who was there before the keys is shown as not bound until the note is brought', async () => {
    const council = await member('representative');
    const { database } = server.installation.inner;
    await database.query('update staff_account set party_key = null where id = $1', [idOf(council)]);
    expect(await own(council)).toMatchObject({ bound: false });
    const researcher = await member('researcher');
    expect(await own(researcher)).toMatchObject({ bound: null });
    expect((await half(council, idOf(researcher))).status).toBe(403);
    const ask = async () =>
      (await council.call<RegistrationChallenge>('POST', '/api/staff/account/challenge')).body;
    const bind = async (note: (statement: string) => Promise<string>) => {
      const { options, statement } = await ask();
      const body = { challenge: options['challenge'], note: await note(statement ?? '') };
      return (await council.call('POST', '/api/staff/account/party', body)).status;
    };
    expect(await bind(signedBy('employer'))).toBe(401);
    expect(await bind(signedBy('representative'))).toBe(200);
    expect(await own(council)).toMatchObject({ bound: true });
    expect((await half(council, idOf(researcher))).status).toBe(200);
  });

  it('[IDN4] fresh and bound, an account enters nothing that its party did not sign', async () => {
    const council = await member('representative');
    const digest = 'ab'.repeat(32);
    const statement = `aboveboard revocation v1\ndemonstration\n1\nsha256 ${digest}\n`;
    for (const bytes of [
      statement,
      `${statement}\n`,
      `${statement}\n\u2014 representative.works.example AAAAAAAA\n`,
    ]) {
      const path = '/api/logs/rules/entries';
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          'aboveboard-proof': council.proof('POST', path, bytes),
          cookie: [...council.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          'content-type': 'application/octet-stream',
        },
        body: bytes,
      });
      expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([
        422,
        'refused',
      ]);
    }
  });

  it('[IDN1, IDN5] a contributor has no account, and a demonstration’s codes have none either', async () => {
    const redeemed = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: server.codes.employer }),
    });
    const { token } = (await redeemed.json()) as { token: string };
    const ask = (path: string) =>
      fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask('/api/staff/accounts')).status).toBe(200);
    expect((await ask('/api/staff/account')).status).toBe(404);
    const claims = makeAccountClaims(server.installation.inner.database);
    await expect(claims.invite('contributor' as StaffRole, 1)).rejects.toThrow('not a role');
    await expect(
      server.installation.inner.database.query(
        `insert into staff_account (id, role) values ('${'A'.repeat(22)}', 'contributor')`,
      ),
    ).rejects.toThrow(/check constraint/);
  });
});

describe('recovery', () => {
  it('[IDN51] her code gives her the account back, once, and ends what was there before', async () => {
    const before = await member('researcher');
    const claim = { recoveryCode: before.opened.recoveryCode ?? '' };
    const after = new StaffBrowser(url);
    const { status, body } = await after.open(claim);
    expect([status, body.session.account]).toEqual([200, idOf(before)]);
    expect(body.recoveryCode).not.toBe(claim.recoveryCode);
    expect((await before.call('GET', '/api/staff/session')).status).toBe(401);
    expect((await before.signIn()).status).toBe(401);
    expect((await after.signIn()).status).toBe(200);
    expect((await new StaffBrowser(url).open(claim)).status).toBe(401);
    const rows = await server.installation.inner.database.query('select a::text as row from staff_account a');
    expect(JSON.stringify(rows)).not.toContain(body.recoveryCode?.replaceAll('-', ''));
  });

  it('[IDN51] a party’s account that came back without its keys is not bound', async () => {
    const before = await member('dpo');
    const after = new StaffBrowser(url);
    expect((await after.open({ recoveryCode: before.opened.recoveryCode ?? '' })).status).toBe(200);
    expect(await own(after)).toMatchObject({ bound: false });
  });

  it('[IDN52] two other parties together, and neither one alone', async () => {
    const [lost, employer, dpo, council] = [
      await member('representative'),
      await member('employer'),
      await member('dpo'),
      await member('representative'),
    ];
    const account = idOf(lost);
    expect((await half(council, account)).status).toBe(403);
    const [first, again, second] = [
      await half(employer, account),
      await half(employer, account),
      await half(dpo, account),
    ];
    const [one, newer, two] = [first.body.half, again.body.half, second.body.half];
    const attempts: [string, string][] = [
      [newer, newer],
      [one, newer],
      [one, two],
      [newer, 'A'.repeat(24)],
    ];
    for (const recoveryHalves of attempts)
      expect((await new StaffBrowser(url).open({ recoveryHalves })).status).toBe(401);
    const other = await half(dpo, idOf(council));
    expect((await new StaffBrowser(url).open({ recoveryHalves: [newer, other.body.half] })).status).toBe(401);
    const back = new StaffBrowser(url);
    const answer = await back.open({ recoveryHalves: [two, newer] });
    expect([answer.status, answer.body.session?.account]).toEqual([200, account]);
    expect((await new StaffBrowser(url).open({ recoveryHalves: [two, newer] })).status).toBe(401);
  });

  it('[IDN52] neither operator nor researcher gives a half, in the database neither', async () => {
    const lost = await member('researcher');
    for (const role of ['operator', 'researcher'] as const) {
      const answer = await half(await member(role), idOf(lost));
      expect([answer.status, answer.body].slice(0, 1)).toEqual([403]);
    }
    const { database } = server.installation.inner;
    const insert = (role: string, approver: string) =>
      database.query(`insert into staff_recovery values ($1, $2, $3, $4, now() + interval '1 hour')`, [
        idOf(lost),
        role,
        approver,
        Buffer.alloc(32, approver.length),
      ]);
    await expect(insert('researcher', 'operator')).rejects.toThrow(/check constraint/);
    await expect(insert('dpo', 'dpo')).rejects.toThrow(/check constraint/);
    await expect(insert('employer', 'dpo')).rejects.toThrow(/foreign key/);
  });

  it('[IDN52] an account that is not there is answered alike, whoever asks', async () => {
    const employer = await member('employer');
    const answer = await half(employer, 'A'.repeat(22));
    expect([answer.status, (answer.body as unknown as { error: { code: string } }).error.code]).toEqual([
      404,
      'not-found',
    ]);
  });

  it('the parties see all accounts, without a name', async () => {
    const employer = await member('employer');
    const { body } = await employer.call<{ accounts: ListedAccount[] }>('GET', '/api/staff/accounts');
    expect(body.accounts.length).toBeGreaterThan(5);
    for (const account of body.accounts)
      expect(Object.keys(account).sort()).toEqual([
        'account',
        'bound',
        'madeOn',
        'passkeys',
        'probe',
        'provider',
        'role',
      ]);
    const researcher = await member('researcher');
    expect((await researcher.call('GET', '/api/staff/accounts')).status).toBe(403);
  });
});
