import type { MyAccesses } from '@aboveboard/protocol/grants';
import type { MyRecording } from '@aboveboard/protocol/installation';

/** What the server said of hers when she last asked; kept, so that it is here when the server is not. */
export type HeldThere = {
  /** Milliseconds since the epoch. Null: it is being asked now. */
  askedAt: number | null;
  answer: { at: number; recordings: MyRecording[]; readings: MyAccesses } | null;
  /** Why the last asking gave nothing; a sentence of the server's, or empty where it was not reached. */
  fault: string | null;
};
export const HELD_THERE = 'held-there';

/** An erasure that the server has confirmed, kept so that she knows until when backups of keys last (ACC56). */
export type KeptErasure = { at: number; recordings: number; keysExpireOn: string };
export const ERASURES = 'erasures';

/** An erasure of hers that the server accepted and that a legal hold puts off (HLD23). `until`: the latest day, `2026-11-29`. */
export type WaitingErasure = { at: number; recordings: string[]; until: string };
export const WAITING_ERASURES = 'waiting-erasures';

/** She asked that everything of hers be erased there, and the server has not confirmed it yet. */
export const ERASE_EVERYTHING = 'erase-everything';
