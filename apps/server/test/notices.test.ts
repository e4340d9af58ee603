import type { About } from '@aboveboard/protocol/installation';
import { type NoticeBoards, readNotice } from '@aboveboard/protocol/notices';
import { NOTICE_BLOCK_BYTES, openNotice, sessionHash } from '@aboveboard/vault/notice-block';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postNotices } from '../src/notices/notice-board.ts';
import type { JournalRow } from '../src/recordings/breach-audit.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

const { subtle } = crypto;
const AT = Date.parse('2026-11-02T10:11:12Z');
const WINDOW = { from: '2026-11-01', to: '2026-11-03' };
let server: StartedServer;
let hers: { client: Client; recordings: string[] };
let others: { client: Client; recordings: string[] };

beforeAll(async () => {
  server = await startDemonstration();
  const contributor = async (releases: number) => {
    const client = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const recordings: string[] = [];
    for (let n = 0; n < releases; n++) {
      const recording = await makeRecording(server.about as About);
      expect((await client.upload(recording)).status).toBe(200);
      recordings.push(recording.manifest.id);
    }
    return { client, recordings };
  };
  hers = await contributor(2);
  others = await contributor(1);
  await contributor(1);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  clearFolders();
});

const row = (recordings: string[], over: Partial<JournalRow> = {}): JournalRow => ({
  entry: 'e',
  at: AT,
  kind: 'dataset',
  by: 'researcher:somebody-with-a-handle',
  recordings,
  grant: 'ab'.repeat(16),
  index: 7,
  ...over,
});
const post = (rows: JournalRow[]) => postNotices(server.installation.inner.database, { rows, ...WINDOW });
const blocksOf = async (id: string | null): Promise<Uint8Array<ArrayBuffer>[]> => {
  const answer = await fetch(`${server.url}/api/notices/${id}`);
  expect(answer.status).toBe(200);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return Array.from({ length: bytes.length / NOTICE_BLOCK_BYTES }, (_, n) =>
    bytes.slice(n * NOTICE_BLOCK_BYTES, (n + 1) * NOTICE_BLOCK_BYTES),
  );
};
const opened = async (client: Pick<Client, 'token'>, blocks: readonly Uint8Array<ArrayBuffer>[]) => {
  const hash = await sessionHash(client.token ?? '', subtle);
  const texts = await Promise.all(blocks.map((block) => openNotice(hash, block, subtle)));
  return texts.filter((text) => text !== null).map((text) => readNotice(text));
};

describe('notices', () => {
  it('[BRE10] [BRE12] each contributor’s recorder finds its own and no other’s, among dummies; nobody is named', async () => {
    const [first, second] = hers.recordings as [string, string];
    const unlogged = row([second], {
      at: AT - 86_400_000,
      kind: 'inspection',
      by: 'operator',
      grant: null,
      index: null,
    });
    const { board, contributors } = await post([row([first, ...others.recordings]), unlogged]);
    expect(contributors).toBe(null);
    const blocks = await blocksOf(board);
    expect(blocks).toHaveLength(64);
    const notices = await opened(hers.client, blocks);
    expect(notices).toEqual([
      {
        notice: 'breach',
        ...WINDOW,
        readings: [
          {
            day: '2026-11-02',
            by: 'researcher',
            kind: 'dataset',
            grant: 'ab'.repeat(16),
            recordings: [first],
            entry: 7,
          },
          {
            day: '2026-11-01',
            by: 'operator',
            kind: 'inspection',
            grant: null,
            recordings: [second],
            entry: null,
          },
        ],
        more: 0,
      },
    ]);
    expect(JSON.stringify(notices)).not.toContain('somebody-with-a-handle');
    expect((await opened(others.client, blocks))[0]?.readings).toMatchObject([
      { recordings: others.recordings },
    ]);
    const stranger = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    expect(await opened(stranger, blocks)).toEqual([]);
    const firsts = blocks.map((block) => Buffer.from(block).toString('hex'));
    expect(firsts).toEqual([...firsts].sort());
  });

  it('[BRE12] [BRE13] seeded hole: what lies here and what is answered says of nobody that something was read', async () => {
    const { board } = await post([row(hers.recordings)]);
    const rows = await server.installation.inner.database.query(
      'select * from notice_block where board = $1',
      [board],
    );
    const said = JSON.stringify(rows.map((one) => Object.keys(one)));
    expect(JSON.parse(said)).toEqual(rows.map(() => ['board', 'place', 'block']));
    const [asNobody, asHer] = await Promise.all([
      fetch(`${server.url}/api/notices`).then((answer) => answer.text()),
      hers.client.call<NoticeBoards>('GET', '/api/notices'),
    ]);
    expect(JSON.parse(asNobody)).toEqual(asHer.body);
    expect(asHer.body.boards).toContainEqual({ id: board, blocks: 64 });
    expect((await fetch(`${server.url}/api/notices/${'0'.repeat(32)}`)).status).toBe(404);
  });

  it('[BRE11] what has no room is counted, and a board grows by doubling', async () => {
    const many = Array.from({ length: 80 }, (_, n) => row(hers.recordings, { at: AT - n * 1_000, index: n }));
    const { board } = await post(many);
    const [notice] = await opened(hers.client, await blocksOf(board));
    expect(notice?.readings.length).toBeGreaterThan(4);
    expect((notice?.readings.length ?? 0) + (notice?.more ?? 0)).toBe(80);
  });

  it('[BRE14] from ten contributors on their number is told, rounded down; of nobody nothing is left', async () => {
    expect(await post([])).toEqual({ board: null, contributors: null });
    expect(await post([row(['A'.repeat(22)])])).toEqual({ board: null, contributors: null });
    const { database } = server.installation.inner;
    const recordings: string[] = [];
    for (let n = 0; n < 13; n++) {
      const handle = `made-up-${n}`;
      const token = Buffer.alloc(32, n + 1);
      await database.query(
        `insert into session (hash, role, handle, expires_on) values ($1, 'contributor', $2, current_date + 30)`,
        [token, handle],
      );
      await database.query(
        `insert into upload (id, contributor, recording, announcement, state, touched_on)
         values ($1, $2, $3, $4, 'complete', current_date)`,
        [`upload-${n}`, handle, `recording-${n}`, token],
      );
      recordings.push(`recording-${n}`);
    }
    expect((await post([row(recordings)])).contributors).toBe(10);
    expect((await post([row(recordings.slice(0, 9))])).contributors).toBe(null);
  });
});
