import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROLS, type ShownWait } from '@aboveboard/protocol/controls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../src/controls/messages/en.ts';
import type { Database } from '../src/database/database.ts';
import { insideAddresses } from '../src/inside-addresses.ts';
import { digestOfWaits, isReminderDue } from '../src/reminders/due-reminder.ts';
import { checkOfReminders } from '../src/reminders/reminder-check.ts';
import type { ReminderConfig } from '../src/reminders/reminder-config.ts';
import { reminderMail } from '../src/reminders/reminder-mail.ts';
import { makeReminders } from '../src/reminders/reminders.ts';
import type { MailOutcome, SendMail } from '../src/reminders/smtp-relay.ts';
import type { StartedServer } from '../src/start.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY = 86_400_000;
const wait = (kind: ShownWait['kind'], by: string | null = null): ShownWait => ({
  ...{ kind, by, says: 'Sign version 7 of Ada Example', because: 'because', page: '/sign' },
});
const TO = {
  employer: [],
  representative: ['rep@union.example'],
  'data-protection-officer': [],
  operator: [],
};
const config = (relay: Partial<ReminderConfig['relay']> = {}): ReminderConfig => ({
  relay: {
    ...{ host: '127.0.0.1', port: 25, security: 'none', ca: null, login: null, inside: insideAddresses() },
    ...relay,
  },
  from: 'aboveboard@factory.example',
  page: 'https://aboveboard.factory.example/',
  to: TO,
});

afterAll(clearFolders);

describe('what is due', () => {
  const due = (waits: ShownWait[], told: string | null, of = waits, today = '2026-11-23') =>
    isReminderDue(waits, told === null ? null : { on: told, of: digestOfWaits(of) }, today);

  it('[CTL36] something else, something near, or a week: and nothing where nothing waits or today was told', () => {
    const far = [wait('version', '2026-12-30')];
    expect(due([], null)).toBe(false);
    expect(due(far, null)).toBe(true);
    expect(due(far, '2026-11-22')).toBe(false);
    expect(due(far, '2026-11-22', [wait('grant', '2026-12-30')])).toBe(true);
    expect(due([...far, ...far], '2026-11-22', far)).toBe(true);
    expect(due(far, '2026-11-17')).toBe(false);
    expect(due(far, '2026-11-16')).toBe(true);
    expect(due([wait('version', '2026-11-27')], '2026-11-22')).toBe(false);
    expect(due([wait('version', '2026-11-26')], '2026-11-22')).toBe(true);
    expect(due([wait('lock'), ...far], '2026-11-22')).toBe(true);
    expect(due([wait('lock')], '2026-11-23', far)).toBe(false);
    // A clock that was ahead does not silence it for good.
    expect(due(far, '2027-05-01')).toBe(true);
  });

  it('[CTL33] the mail is the same whatever waits: a day and the address of one page', () => {
    const page = 'https://aboveboard.factory.example/controls';
    const near = reminderMail('2026-12-01', page);
    expect(near.text.replace('2026-12-01', 'DAY')).toBe(
      [
        `Something waits for you at ${page}`,
        'It is to be done by DAY.',
        '',
        'Who runs that server entered this address, and can take it out again.',
        '',
      ].join('\r\n'),
    );
    expect(reminderMail(null, page)).toEqual({
      subject: near.subject,
      text: near.text.replace('by 2026-12-01', 'now'),
    });
    expect(() => reminderMail('2026-12-01\r\nBcc: x@y.example', page)).toThrow(TypeError);
  });
});

describe('telling', () => {
  let server: StartedServer;
  let database: Database;
  let root: string;
  let sent: string[];
  let outcome: MailOutcome;
  let at: number;
  let about: ShownWait[];
  beforeAll(async () => {
    server = await startDemonstration();
    database = server.installation.inner.database;
    root = temporaryFolder();
  }, 120_000);
  afterAll(() => server?.stop());
  beforeEach(async () => {
    await database.query('delete from reminder');
    [sent, outcome, at, about] = [[], 'sent', NOW, [wait('grant', '2026-12-30')]];
  });

  const today = async () => new Date(at).toISOString().slice(0, 10);
  const send: SendMail = async (to, { text: said }) => {
    sent.push(`${to}: ${said.split('\r\n')[1]}`);
    return outcome;
  };
  const round = (
    to: Partial<ReminderConfig['to']> = {},
    parts: Partial<Parameters<typeof makeReminders>[0]> = {},
  ) =>
    makeReminders({
      ...{ database, send: () => send, mayRun: () => undefined, today },
      config: () => ({ ...config(), to: { ...TO, ...to } }),
      waits: async () => about,
      ...parts,
    }).round();

  it('[CTL35] once a day, over restarts and by two servers at once', async () => {
    await Promise.all([round(), round(), round()]);
    await round();
    expect(sent).toEqual(['rep@union.example: It is to be done by 2026-12-30.']);
    about = [wait('lock')];
    await round();
    expect(sent).toHaveLength(1);
    at += DAY;
    await round();
    expect(sent[1]).toBe('rep@union.example: It is to be done now.');
  });

  it('[CTL35] who is killed while the relay is asked sends no second one that day', async () => {
    const killed = round({}, { send: () => () => new Promise<never>(() => undefined) });
    await expect
      .poll(async () => (await database.query<{ outcome: string }>('select outcome from reminder', []))[0])
      .toEqual({ outcome: 'claimed' });
    await round();
    expect(sent).toEqual([]);
    at += DAY;
    await round();
    expect(sent).toHaveLength(1);
    void killed;
  });

  it('[CTL38] what the relay does not have is tried again, three times a day; what it may have is not', async () => {
    outcome = 'refused';
    for (let hour = 0; hour < 5; hour++) await round();
    expect(sent).toHaveLength(3);
    at += DAY;
    outcome = 'unsure';
    for (let hour = 0; hour < 3; hour++) await round();
    expect(sent).toHaveLength(4);
    // What did not go was not told: the next day is due though nothing changed.
    at += DAY;
    outcome = 'sent';
    for (let hour = 0; hour < 3; hour++) await round();
    expect(sent).toHaveLength(5);
    at += DAY;
    await round();
    expect(sent).toHaveLength(5);
  });

  it('[CTL34] each party is asked for as itself, and what would be a contributor’s makes no mail', async () => {
    const asked: string[] = [];
    const all = {
      ...{ employer: ['e@factory.example'], representative: ['r@union.example', 's@union.example'] },
      ...{ 'data-protection-officer': ['d@factory.example'], operator: ['o@factory.example'] },
    };
    await round(all, {
      waits: async ({ role }) => {
        asked.push(role);
        return [{ ...wait('grant'), kind: 'recording' as ShownWait['kind'] }];
      },
    });
    expect(asked).toEqual(['employer', 'representative', 'dpo', 'operator']);
    expect(sent).toEqual([]);
    await round(all);
    expect(sent.map((line) => line.split(':')[0])).toEqual([
      ...['e@factory.example', 'r@union.example', 's@union.example', 'd@factory.example'],
      'o@factory.example',
    ]);
  });

  it('[CTL32] of an address that was taken out nothing stays, and without the policies’ word nothing is sent', async () => {
    await round();
    const rows = () => database.query('select 1 from reminder', []);
    expect(await rows()).toHaveLength(1);
    // Not at once: a file that is away for a moment makes no second mail of the day.
    await round({ representative: [] });
    await round();
    expect([(await rows()).length, sent.length]).toEqual([1, 1]);
    at += DAY;
    await round({ representative: [] });
    expect(await rows()).toEqual([]);
    const refused = () => {
      throw new Error('not allowed');
    };
    await expect(round({}, { mayRun: refused })).rejects.toThrow('not allowed');
    expect(sent).toHaveLength(1);
  });

  it('[CTL38] of a relay that is at fault the others wait; one party of which nothing is known leaves the rest', async () => {
    const two = { employer: ['e@factory.example'] };
    for (const one of ['no-answer', 'outside', 'no-tls', 'certificate', 'unsure'] as const) {
      outcome = one;
      await round(two);
      at += DAY;
    }
    expect(sent.map((line) => line.split(':')[0])).toEqual(Array(5).fill('e@factory.example'));
    sent.splice(0);
    outcome = 'sent';
    const unknown = async ({ role }: { role: string }) => {
      if (role === 'employer') throw new Error('not known');
      return about;
    };
    await expect(round(two, { waits: unknown })).rejects.toThrow('some parties');
    expect(sent.map((line) => line.split(':')[0])).toEqual(['rep@union.example']);
  });

  it('[CTL35] without another word the day is the database’s', async () => {
    await makeReminders({
      ...{ database, send: () => send, mayRun: () => undefined, config: () => config() },
      waits: async () => about,
    }).round();
    const [row] = await database.query<{ same: boolean }>(
      "select on_day = (now() at time zone 'utc')::date as same from reminder",
      [],
    );
    expect(row).toEqual({ same: true });
  });

  it('[CTL35] no address is in the database', async () => {
    await round();
    const [row] = await database.query<{ row: string }>('select reminder::text as row from reminder', []);
    expect(row?.row).toContain('representative');
    expect(row?.row).not.toMatch(/union|rep@/);
  });

  it('[CTL39] the control says how the last one went, in words of its own', async () => {
    const control = (folder = root) =>
      checkOfReminders({ database, root: folder, today })
        .check()
        .then(({ state, found }) => [state, found]);
    const say = text.reminders;
    expect(CONTROLS).toContain('reminders');
    expect(await control()).toEqual(['ok', say.none]);
    const written = {
      relay: { host: '127.0.0.1', port: 25, security: 'none' },
      from: 'aboveboard@factory.example',
      page: 'https://aboveboard.factory.example',
      to: TO,
    };
    const told = temporaryFolder();
    writeFileSync(join(told, 'reminders.json'), JSON.stringify(written));
    expect(await control(told)).toEqual(['ok', say.fine]);
    for (const one of ['refused', 'no-answer', 'no-tls', 'certificate', 'outside', 'unsure'] as const) {
      outcome = one;
      await round();
      expect(await control(told)).toEqual(['not-ok', say.failed[one]]);
      at += DAY;
    }
    outcome = 'sent';
    await round();
    expect(await control(told)).toEqual(['ok', say.fine]);
    await database.query("update reminder set outcome = 'claimed'", []);
    expect(await control(told)).toEqual(['ok', say.fine]);
    at += DAY;
    expect(await control(told)).toEqual(['not-ok', say.failed.unsure]);
    writeFileSync(join(told, 'reminders.json'), '{');
    expect(await control(told)).toEqual(['not-ok', say.unreadable]);
  });

  it('[CTL32] the server’s own round, without a file, tells nobody', async () => {
    await server.housekeeping();
    expect(await database.query('select 1 from reminder', [])).toEqual([]);
  });
});
