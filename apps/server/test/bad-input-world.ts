import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HANDOVER_BYTES } from '@aboveboard/consent/device-handover';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import type { OpenedAccess, Role, Session } from '@aboveboard/protocol/installation';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import type { OwnSession, StaffRole } from '@aboveboard/protocol/staff';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import { DECLARED_TABLES } from '../src/access/declared-tables.ts';
import { makeAccountClaims } from '../src/identity/account-claims.ts';
import { demonstrationParties } from '../src/keys/demonstration-parties.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, random } from './device.ts';
import { startDemonstration, temporaryFolder } from './server.ts';
import { StaffBrowser } from './staff-browser.ts';

/**
 * One installation with two of each who may own something: one whose things are tried (`theirs`), and one who tries
 * (`by`). All that is made up stands in no other test.
 */
export type World = {
  server: StartedServer;
  url: string;
  /** By a name: passkeys belong to one. */
  named: string;
  by: Record<Role, Client>;
  /** An account with a passkey, as staff of a real installation have it. */
  account: StaffBrowser;
  other: StaffBrowser;
  /** The id of `account`, and of a researcher who is nobody's party. */
  accounts: { own: string; researcher: string };
  own: Things;
  theirs: Things;
  /** A session that ended, one whose time is over, and one of each kind that never was. */
  dead: { ended: string; expired: string; forged: string; account: StaffBrowser };
};

export type Things = {
  upload: string;
  recording: string;
  released: string;
  access: string;
  grant: string;
  handover: string;
  challenge: string;
  session: string;
  imported: string;
};

/** Short and of the same form as what it stands for, in no store. */
export const ABSENT = {
  hex: '0'.repeat(32),
  digest: '0'.repeat(64),
  recording: 'A'.repeat(22),
  secret: 'A'.repeat(43),
  account: 'A'.repeat(22),
  credential: 'A'.repeat(43),
  session: 'A'.repeat(16),
} as const;

/** In names and bodies that belong to somebody; no answer to anybody else may hold it. */
export const CANARY = 'grants-canary-card';

export async function makeWorld(): Promise<World> {
  const web = join(temporaryFolder(), 'dist');
  mkdirSync(web, { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Aboveboard</title>');
  const server = await startDemonstration({
    web,
    limits: {
      requestsPerSecond: 100_000,
      redemptionsPerMinute: 1_000_000,
      signInsPerMinute: 1_000_000,
      signInsPerMinuteOfAddress: 1_000_000,
      logReadsPerSecond: 100_000,
      openUploadsPerContributor: 64,
    },
  });
  const named = server.url.replace('127.0.0.1', 'localhost');
  const by = {} as Record<Role, Client>;
  for (const [role, code] of Object.entries(server.codes)) {
    by[role as Role] = await Client.redeem(server.url, code);
  }
  const another = async (role: Role) => Client.redeem(server.url, await server.makeCode(role, 1));
  const parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
  const claims = makeAccountClaims(server.installation.inner.database);
  const opened = async (role: StaffRole) => {
    const browser = new StaffBrowser(named);
    const note = async (statement: string) =>
      new TextDecoder().decode(formatNote(await signNote(statement, parties['data-protection-officer'])));
    const { body } = await browser.open({ invitation: await claims.invite(role, 1) }, { note });
    return { browser, id: body.session.account };
  };
  const [first, second, researcher, over] = [
    await opened('dpo'),
    await opened('dpo'),
    await opened('researcher'),
    await opened('dpo'),
  ];
  const { database } = server.installation.inner;
  await database.query(`update staff_session set ends_at = now() - interval '1 second' where account = $1`, [
    over.id,
  ]);
  const code = await server.makeCode('contributor', 1);
  const expired = (await new Client(server.url).call<Session>('POST', '/api/session', { code })).body;
  await database.query('update session set expires_on = current_date where handle = $1', [expired.handle]);
  const ended = await another('contributor');
  await ended.call('DELETE', '/api/session');

  const own = await thingsOf(server, by.contributor, by.researcher, first.browser);
  const theirs = await thingsOf(
    server,
    await another('contributor'),
    await another('researcher'),
    second.browser,
  );
  return {
    server,
    url: server.url,
    named,
    by,
    account: first.browser,
    other: second.browser,
    accounts: { own: first.id, researcher: researcher.id },
    own,
    theirs,
    dead: {
      ended: ended.token ?? '',
      expired: expired.token ?? '',
      forged: ABSENT.secret,
      account: over.browser,
    },
  };
}

async function thingsOf(
  server: StartedServer,
  contributor: Client,
  researcher: Client,
  account: StaffBrowser,
): Promise<Things> {
  const whole = await makeRecording(server.about);
  await contributor.upload(whole);
  const begun = await makeRecording(server.about);
  const announced = await contributor.announce(begun.announcement);
  const opened = await researcher.call<OpenedAccess>('POST', '/api/accesses', {
    purpose: 'inspection',
    recordings: [whole.manifest.id],
  });
  const grant = await researcher.call<ShownGrant>('POST', '/api/grants', {
    purpose: 'model-training',
    reading: ['dataset'],
    slice: {
      kind: 'tasks',
      cards: [{ id: CANARY, version: null }],
      weeks: { from: '2026-W01', to: '2027-W52' },
    },
    days: 30,
  });
  const handover = Buffer.from(random(32)).toString('base64url');
  const left = await contributor.call('POST', '/api/my/handover', {
    secret: handover,
    sealed: Buffer.from(random(HANDOVER_BYTES)).toString('base64url'),
  });
  const asked = await account.call<{ options: { challenge: string } }>(
    'POST',
    '/api/staff/account/challenge',
  );
  const listed = await account.call<{ sessions: OwnSession[] }>('GET', '/api/staff/sessions');
  const statuses = [announced, opened, grant, left, asked, listed].map(({ status }) => status);
  if (statuses.some((status) => status >= 300)) throw new Error(`a world was not made: ${statuses}`);
  return {
    upload: announced.body.upload,
    recording: begun.manifest.id,
    released: whole.manifest.id,
    access: opened.body.access,
    grant: grant.body.id,
    handover,
    challenge: asked.body.options.challenge,
    session: listed.body.sessions[0]?.session ?? '',
    imported: await imported(server),
  };
}

/** A recording on the shelf that is served to nobody. */
async function imported(server: StartedServer): Promise<string> {
  const source = await server.installation.recordings.beginImport();
  const writer = new RecordingWriter({ ...source, tickMicroseconds: 1000, deflate: webDeflate });
  writer.event({ kind: 'move', t: 0, x: 1, y: 1 });
  const { manifest } = await makeRecording(server.about);
  const { task, week, outcome, software, signals, masks } = manifest;
  const fields = { task, week, outcome, software, signals, masks, agreement: null, receipt: null };
  const origin = { format: 'rrweb', kept: 1, reduced: [] };
  await source.finish(await writer.finish({ ...fields, class: 'foreign', origin }));
  return source.id;
}

/** Every row of every table, and every file of keys and blobs: what a request that is refused leaves as it was. */
export async function stored({ server }: World): Promise<string> {
  const { database, folder } = server.installation.inner;
  // Whoever shows a challenge uses it up, whether or not it is his: then it is of no use to anybody.
  const kept = Object.keys(DECLARED_TABLES).filter((name) => name !== 'staff_challenge');
  const tables = kept.map(
    (
      name,
    ) => `select '${name}' as name, md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as rows
      from ${name} t`,
  );
  const rows = await database.query(tables.join(' union all '));
  const files = ['keys', 'blobs'].flatMap((name) => filesBelow(join(folder?.root ?? '', name)));
  return createHash('sha256')
    .update(JSON.stringify([rows, files]))
    .digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).size}`)
    .sort();
}
