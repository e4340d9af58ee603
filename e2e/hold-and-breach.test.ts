import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signHoldStatement } from '@aboveboard/consent/hold-note';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import { openGuardianStore } from '@aboveboard/guardian/store';
import type { ShownHold } from '@aboveboard/protocol/holds';
import type { About, MyRecording } from '@aboveboard/protocol/installation';
import type { NoticeBoards } from '@aboveboard/protocol/notices';
import {
  type DemonstrationParties,
  demonstrationParties,
} from '@aboveboard/server/keys/demonstration-parties';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportBreach, windowOf } from '../apps/cli/src/breach-report.ts';
import type { CommandContext } from '../apps/cli/src/command.ts';
import { startDemonstrationGuardian } from '../apps/cli/src/demonstration-guardian.ts';
import { freePort } from '../apps/cli/src/free-port.ts';
import { ownNotice } from '../apps/extension/src/own-data/kept-notices.ts';
import { Client, makeRecording } from '../apps/server/test/device.ts';

const DAY = 86_400;
let root: string;
let data: string;
let server: StartedServer;
let guardian: StartedGuardian;
let parties: DemonstrationParties;
let hers: Client;
let employer: Client;
let representative: Client;
/** Of the guardian's clock, ahead of the computer's. */
let ahead = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'aboveboard-hold-'));
  chmodSync(root, 0o711);
  data = join(root, 'data');
  mkdirSync(data);
  const serverPort = await freePort('127.0.0.1', 0);
  const now = () => Math.floor(Date.now() / 1000) + ahead;
  server = await startServer({
    ...{ data, demo: true, port: serverPort, log: makeLog('silent') },
    onClaimed: async () => {
      guardian = await startDemonstrationGuardian({ data, host: '127.0.0.1', serverPort, port: 0, now });
    },
  });
  parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
  hers = await Client.redeem(server.url, server.codes.contributor);
  employer = await Client.redeem(server.url, server.codes.employer);
  representative = await Client.redeem(server.url, server.codes.representative);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await guardian?.stop();
  rmSync(root, { recursive: true, force: true });
});

const release = async (): Promise<string> => {
  const { body: about } = await hers.call<About>('GET', '/api/about');
  const recording = await makeRecording(about);
  expect((await hers.upload(recording)).body).toMatchObject({ state: 'complete' });
  return recording.manifest.id;
};
const mine = async (id: string) =>
  (await hers.call<{ recordings: MyRecording[] }>('GET', '/api/my/recordings')).body.recordings.find(
    (one) => one.id === id,
  );
const approve = async (by: Client, { id, digest }: ShownHold, party: keyof DemonstrationParties) => {
  const note = await signHoldStatement({ kind: 'hold-approval', hold: id, digest }, parties[party]);
  const answer = await fetch(`${server.url}/api/holds/${id}/notes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by.token}`, 'content-type': 'application/octet-stream' },
    body: note as Uint8Array<ArrayBuffer>,
  });
  return ((await answer.json()) as ShownHold).state;
};
const open = async (id: string) => {
  const access = await server.installation.journal.beforeRead({ kind: 'inspection', by: 'researcher:test' }, [
    id,
  ]);
  return server.installation.recordings.openReleased(access, id);
};

describe('a legal hold, at a server and at the guardian that it asks', () => {
  it('[HLD12] [HLD23] [HLD26] [HLD30] [HLD31] freezes with the representative’s signature, she sees it, and the half dies at its date', async () => {
    const [frozen, free] = [await release(), await release()];
    const wish = {
      reason: 'court-order',
      slice: { kind: 'recordings', recordings: [frozen] },
      days: 2,
    };
    const { body: hold } = await employer.call<ShownHold>('POST', '/api/holds', wish);
    // The employer alone holds nothing.
    expect(await approve(employer, hold, 'employer')).toBe('waiting');
    expect((await mine(frozen))?.held).toBeUndefined();
    expect(await approve(representative, hold, 'representative')).toBe('holds');
    expect((await mine(frozen))?.held).toMatchObject({ reason: 'court-order', erasureWaits: false });

    const { body } = await hers.call<{ erased: string[]; held: { id: string }[] }>(
      'POST',
      '/api/my/recordings/erasure',
      { recordings: [frozen, free] },
    );
    expect([body.erased, body.held.map(({ id }) => id)]).toEqual([[free], [frozen]]);
    expect((await mine(frozen))?.held).toMatchObject({ erasureWaits: true });
    await expect(open(frozen)).rejects.toThrow();
    const halves = async () => {
      await guardian.stop();
      const store = openGuardianStore(join(data, 'guardian'));
      const rows = (table: string) =>
        (
          store.prepare(`select recording from ${table} order by recording`).all() as { recording: string }[]
        ).map(({ recording }) => recording);
      const found = { kept: rows('half'), held: rows('held_half'), destroyed: rows('destroyed_half') };
      store.close();
      return found;
    };
    expect(await halves()).toEqual({ kept: [frozen], held: [frozen], destroyed: [free] });

    // Its date comes at the guardian by its own clock, whether the server asks again or not; also at a start.
    ahead = 2 * DAY + 60;
    guardian = await startDemonstrationGuardian({
      ...{ data, host: '127.0.0.1', serverPort: Number(new URL(server.url).port) },
      port: Number(new URL(guardian.url).port),
      now: () => Math.floor(Date.now() / 1000) + ahead,
    });
    const after = await halves();
    expect([after.kept, after.held, after.destroyed.sort()]).toEqual([[], [], [frozen, free].sort()]);
    ahead = 0;
    guardian = await startDemonstrationGuardian({
      ...{ data, host: '127.0.0.1', serverPort: Number(new URL(server.url).port) },
      port: Number(new URL(guardian.url).port),
    });
  });
});

describe('a breach, from the reading to her recorder', () => {
  it('[BRE10] [BRE13] `breach --notify` leaves what the recorder of whom something was read finds, and nobody else', async () => {
    const id = await release();
    const access = await server.installation.journal.beforeRead(
      { kind: 'inspection', by: 'researcher:test' },
      [id],
    );
    await server.installation.recordings.openReleased(access, id);
    const said: string[] = [];
    const context = {
      installation: async () => server.installation,
      print: (line: string) => said.push(line),
      result: () => undefined,
    } as unknown as CommandContext;
    const today = new Date().toISOString().slice(0, 10);
    await reportBreach(windowOf(today, today), context, { notify: true });
    expect(said.join('\n')).toContain('Notices were left');
    // As every recorder asks: without a session, through the guardian or not.
    const { boards } = (await (await fetch(`${server.url}/api/notices`)).json()) as NoticeBoards;
    expect(boards).toHaveLength(1);
    const board = new Uint8Array(
      await (await fetch(`${server.url}/api/notices/${boards[0]?.id}`)).arrayBuffer(),
    );
    const notice = await ownNotice(board, hers.token ?? '', crypto.subtle);
    expect(notice).toMatchObject({ notice: 'breach', from: today, to: today });
    expect(notice?.readings).toContainEqual(
      expect.objectContaining({ by: 'researcher', kind: 'inspection', recordings: [id] }),
    );
    expect(await ownNotice(board, employer.token ?? '', crypto.subtle)).toBeNull();
  });
});
