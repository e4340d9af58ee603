import type { Receipt } from '@aboveboard/consent/receipt';

/** Receipts of her acts, with when they were made and what the server was told; they stay when she leaves. */
export type KeptReceipt = {
  consent: string;
  withdrawn: boolean;
  at: number;
  receipt: Receipt;
  committed: boolean;
};
export const RECEIPTS = 'receipts';
