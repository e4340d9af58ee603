/** What follows when she takes recordings back, said exactly before she confirms (T11, T22). */
export interface Withdrawal {
  /** `ids`: recordings of hers. Never throws for an unknown id: says that nothing is known of it. */
  effects(ids: readonly string[]): Promise<WithdrawalEffect[]>;
}
export type WithdrawalEffect = {
  id: string;
  /** Where it is now. */
  state: 'on-device' | 'cooling' | 'uploading' | 'released' | 'in-datasets' | 'unknown';
  undone: string[];
  /** What can't be undone, in words: copies that were given out, models that were trained. */
  remains: string[];
};
