import { type BreachNotice, readNotice } from '@aboveboard/protocol/notices';
import { NOTICE_BLOCK_BYTES, openNotice, sessionHash } from '@aboveboard/vault/notice-block';

/** A notice that opened on this device. `at`: when it came here. It stays after she has said that she read it. */
export type KeptNotice = { board: string; at: number; read: boolean; notice: BreachNotice };
export type NoticeBook = { fetchedAt: number; boards: string[]; notices: KeptNotice[] };
export const NOTICES = 'notices';

/** Of the blocks of a board hers; null: none is. What opens and says nothing that is understood is none. */
export async function ownNotice(
  board: Uint8Array,
  token: string,
  subtle: SubtleCrypto,
): Promise<BreachNotice | null> {
  const hash = await sessionHash(token, subtle);
  for (let at = 0; at + NOTICE_BLOCK_BYTES <= board.length; at += NOTICE_BLOCK_BYTES) {
    const text = await openNotice(hash, board.slice(at, at + NOTICE_BLOCK_BYTES), subtle);
    if (text !== null) return readNotice(text);
  }
  return null;
}
