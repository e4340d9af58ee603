import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GrantStatement, signGrantStatement } from '@aboveboard/consent/grant-note';
import type { MyAccesses, ShownGrant } from '@aboveboard/protocol/grants';
import type { StaffRole } from '@aboveboard/protocol/staff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import type { GuardianClient } from '../apps/guardian/pages/guardian-client.ts';
import { eraseWithPaper } from '../apps/guardian/pages/paper-erasure.ts';
import { Client } from '../apps/server/test/device.ts';
import { StaffBrowser } from '../apps/server/test/staff-browser.ts';
import { aboveboard } from './installation.ts';
import { startApplication } from './plain-application.ts';
import { found } from './production-installation.ts';
import { releaseShortTask } from './short-task.ts';
import { TwoUsers } from './two-users/two-users.ts';

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
const closing: (() => Promise<unknown> | unknown)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/**
 * The whole of issue "one wrong permission must reveal nothing" on one computer with two users, neither of whom can read
 * the other's folder: from a sheet of paper to a reading that she sees, to a lock, to nothing.
 */
describe.skipIf(!isRoot)('server and guardian as two users (needs root to be two)', () => {
  let work: string;
  let house: TwoUsers;
  let her: GuardianClient;
  let enrolment: Uint8Array;
  let codes: readonly string[];
  let sign: () => Promise<void>;
  let browser: ExtensionBrowser;
  let contributor: Contributor;
  let own: Client;
  let origin: string;
  let eraseCode: string;
  let grant: ShownGrant;
  const staff = {} as Record<'researcher' | 'representative' | 'dpo', StaffBrowser>;
  const path = (name: string) => join(work, name);

  beforeAll(async () => {
    buildExtension();
    work = mkdtempSync(join(tmpdir(), 'aboveboard-two-users-'));
    chmodSync(work, 0o711);
    closing.push(() => rmSync(work, { recursive: true, force: true }));
    const application = await startApplication('Expenses');
    closing.push(() => application.stop());
    origin = application.origin;
    house = await TwoUsers.start(work);
    closing.push(() => house.stop());
    for (const role of Object.keys(STAFF) as (keyof typeof STAFF)[]) {
      const steward = new StaffBrowser(house.url.replace('127.0.0.1', 'localhost'));
      const invitation = (await house.ask({ ask: 'invite', role: STAFF[role] })) as string;
      expect((await steward.open({ invitation })).status).toBe(200);
      staff[role] = steward;
    }
    const data = house.folders.operator;
    ({ her, codes, enrolment, sign } = await found({ ...house, data }, origin, 12));
    await sign();
    browser = await ExtensionBrowser.launch();
    closing.push(() => browser.close());
    const panel = await browser.panel();
    panel.setDefaultTimeout(60_000);
    contributor = new Contributor(panel);
  });

  const say = async (by: StaffBrowser, of: ShownGrant, note: Promise<Uint8Array>) => {
    const answer = await by.call<ShownGrant>('POST', `/api/grants/${of.id}/notes`, await note);
    expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
    return answer.body;
  };
  const note = (
    of: ShownGrant,
    kind: GrantStatement['kind'],
    party: 'representative' | 'data-protection-officer',
  ) => {
    const about = { grant: of.id, digest: of.digest };
    const statement =
      kind === 'grant-refusal' ? { kind, ...about, reason: 'slice' as const } : { kind, ...about };
    return signGrantStatement(statement as GrantStatement, house.parties.signers.get(party) ?? []);
  };
  const ask = async (weeks: { from: string; to: string }) => {
    const slice = { kind: 'tasks', cards: null, weeks };
    const wish = { purpose: 'model-training', reading: ['dataset'], slice, days: 30 };
    const answer = await staff.researcher.call<ShownGrant>('POST', '/api/grants', wish);
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ state: 'waiting' })]);
    return answer.body;
  };
  /** The job: `aboveboard export`, as the operator's user. */
  const job = (name: string) =>
    house.aboveboard(
      'operator',
      ...['--data', house.folders.operator, 'export', '--format', 'atif', '--no-frames'],
      ...['--grant', grant.id, '--out', path(`server/${name}`)],
    );
  const hers = async () => (await own.call<MyAccesses>('GET', '/api/my/accesses')).body;

  it('neither can read the other’s folder, and each can read its own', () => {
    const { operator, representative } = house.folders;
    for (const name of ['keys', 'blobs', 'postgres']) {
      expect(house.canRead('representative', join(operator, name)), name).toBe(false);
      expect(house.canRead('operator', join(operator, name)), name).toBe(true);
    }
    const store = join(representative, 'guardian.sqlite');
    expect(house.canRead('operator', representative)).toBe(false);
    expect(house.canRead('operator', store)).toBe(false);
    expect(house.canRead('representative', store)).toBe(true);
  });

  it('an employee enrols with the code of her sheet, consents, records, reviews and releases', async () => {
    const { panel } = contributor;
    await browser.asIfInstalledByPolicy();
    await panel.setInputFiles('input[type=file]', {
      name: 'enrolment.json',
      mimeType: 'application/json',
      buffer: Buffer.from(enrolment),
    });
    await panel.getByLabel('The code on your sheet').fill(codes[0] as string);
    await panel.getByRole('button', { name: 'Use the code' }).click();
    await panel.getByRole('heading', { name: 'Write down your erase code' }).waitFor();
    eraseCode = (await contributor.view()).eraseCode as string;
    await panel.getByRole('button', { name: 'I have it' }).click();
    await expect
      .poll(async () => (await contributor.view()).agreement?.whole, { timeout: 60_000 })
      .toBe(true);
    await contributor.accept();
    await expect.poll(async () => (await contributor.view()).rules?.refusal, { timeout: 60_000 }).toBe(null);
    await releaseShortTask(browser, contributor, origin);
    own = new Client(house.url, await contributor.sessionToken());
    const released = async () =>
      (await own.call<{ recordings: unknown[] }>('GET', '/api/my/recordings')).body.recordings;
    await expect.poll(async () => (await released()).length, { timeout: 120_000 }).toBe(1);
  });

  it('[ACC11] a grant is asked, refused, asked again and approved by two', async () => {
    const first = await ask({ from: '2026-W01', to: '2027-W52' });
    const refused = await say(staff.representative, first, note(first, 'grant-refusal', 'representative'));
    expect(refused).toMatchObject({ state: 'ended', end: { kind: 'refused', reason: 'slice' } });
    grant = first;
    expect((await job('after-the-refusal')).status).not.toBe(0);
    grant = await ask({ from: '2026-W40', to: '2027-W10' });
    await say(staff.representative, grant, note(grant, 'grant-approval', 'representative'));
    expect((await job('approved-by-one')).status).not.toBe(0);
    const holds = await say(staff.dpo, grant, note(grant, 'grant-approval', 'data-protection-officer'));
    expect(holds.state).toBe('holds');
    expect((await hers()).accesses).toEqual([]);
  });

  it('[ACC14] [ACC17] a dataset job reads under it, and she sees the reading, with a proof that she can check', async () => {
    const { status, stderr } = await job('dataset');
    expect([status, stderr]).toEqual([0, expect.anything()]);
    const { accesses, days } = await hers();
    expect(accesses).toEqual([
      expect.objectContaining({
        kind: 'dataset',
        by: 'researcher',
        grant: grant.id,
        entry: expect.any(Number),
      }),
    ]);
    expect(days.at(-1)?.readings).toBe(1);
    const [policy, proof, entry] = [path('policy'), path('entry.tlog-proof'), path('entry')];
    const file = JSON.parse(new TextDecoder().decode(enrolment)) as { policies: { uses: string } };
    writeFileSync(policy, file.policies.uses);
    const index = ['--index', String(accesses[0]?.entry)];
    const out = ['--out', proof, '--entry-out', entry];
    aboveboard('log', 'proof', `${house.url}/log/uses`, '--policy', policy, ...index, ...out);
    expect(aboveboard('verify', proof, '--policy', policy)).toMatch(/is in the log|Entry \d+/i);
  });

  it('[GRD72] the representative locks, and the next job fails', async () => {
    await her.send('/representative/lock', {});
    const { status, stderr } = await job('locked');
    expect(status).not.toBe(0);
    expect(stderr).toContain('The representative has locked the guardian');
  });

  it('[VLT75] [VLT76] she erases while it is locked; the drill finds no key where one side destroyed its half', async () => {
    const { operator, representative } = house.folders;
    const keys = house.backup(join(operator, 'keys'), path('keys-before'), 'operator');
    const before = house.backup(representative, path('guardian-before'), 'operator');
    expect(await eraseWithPaper(eraseCode, { origin: house.guardian.url })).toBe('erased');
    expect((await own.call('GET', '/api/my/accesses')).status).toBe(401);
    const after = house.backup(representative, path('guardian-after'), 'operator');
    const drill = async (guardian: string) => {
      const flags = ['--json', '--data', operator, '--keys', keys, '--guardian', guardian];
      const { stdout, stderr, status } = await house.aboveboard('operator', 'drill', 'erasure', ...flags);
      expect([status, stderr]).toEqual([0, expect.anything()]);
      return JSON.parse(stdout) as Record<string, number>;
    };
    expect(await drill(before)).toEqual({ erased: 1, live: 0, vault: 1, guardian: 1, keys: 1 });
    expect(await drill(after)).toEqual({ erased: 1, live: 0, vault: 1, guardian: 0, keys: 0 });
  });
});

const STAFF = {
  researcher: 'researcher',
  representative: 'representative',
  dpo: 'dpo',
} as const satisfies Record<string, StaffRole>;
