import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import type { NoticeBoards } from '@aboveboard/protocol/notices';
import { type KeptNotice, NOTICES, type NoticeBook, ownNotice } from '../own-data/kept-notices.ts';
import { kept } from '../store/settings.ts';
import type { RecorderHost } from './recorder-host.ts';

const MATTER = 'notices';
const AGAIN = 20 * 3_600_000;

let running: Promise<void> | null = null;

/**
 * Fetches every board of notices once, on every installation, taking part or not, and without a session (BRE13): in the cells
 * nothing tells that it was asked, and the server learns nothing of who. Which block is hers is found here.
 */
export function noticesDue(host: RecorderHost, changed: () => void): Promise<void> {
  running ??= fetchAll(host)
    .then((fresh) => {
      if (fresh) changed();
    })
    .finally(() => {
      running = null;
    });
  return running;
}

async function fetchAll(host: RecorderHost): Promise<boolean> {
  const store = kept<NoticeBook>(host.database, NOTICES);
  const book = (await store.get()) ?? { fetchedAt: 0, boards: [], notices: [] };
  const { server, enrolment, token } = host.rules.setup;
  if (Date.now() - book.fetchedAt < AGAIN || (!server && !enrolment)) return false;
  const client = new ServerClient(host.installation.post(MATTER, host.count()), null);
  const known = new Set(book.boards);
  const notices: KeptNotice[] = [];
  const { boards } = await client.noticeBoards().catch((error: unknown): NoticeBoards => {
    // A server that has no such boards is asked again tomorrow, one that was not reached with the next answer.
    if (!(error instanceof ServerFault) || error.status === 0) throw error;
    return { boards: [] };
  });
  for (const { id } of boards) {
    if (known.has(id)) continue;
    const notice = await client
      .noticeBoard(id)
      .then((blocks) => (token === null ? null : ownNotice(blocks, token, crypto.subtle)));
    if (notice) notices.push({ board: id, at: Date.now(), read: false, notice });
    known.add(id);
  }
  await store.put({ fetchedAt: Date.now(), boards: [...known], notices: [...notices, ...book.notices] });
  await host.installation.close(MATTER);
  return notices.length > 0;
}

/** She says that she has read it: kept on this device, and told to nobody. */
export async function noticeRead({ database }: RecorderHost, board: string): Promise<void> {
  const store = kept<NoticeBook>(database, NOTICES);
  const book = await store.get();
  if (!book) return;
  const notices = book.notices.map((one) => (one.board === board ? { ...one, read: true } : one));
  await store.put({ ...book, notices });
}
