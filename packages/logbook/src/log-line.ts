/** One thing that a log says, for a person to read. */
export type LogLine = {
  /** Indices of the entries that it is made of; several only for runs of sealed ones. */
  first: number;
  last: number;
  /** Seconds since 1970, as the entry says; null: it says none. */
  at: number | null;
  kind: LineKind;
  words: string;
  /** A digest or a reason, for whoever wants to follow it up. */
  detail: string | null;
  /** Only this device can tell: the line is about its owner. */
  own: boolean;
};

/** What a reader filters by. */
export const LINE_KINDS = [
  'rules',
  'stop',
  'objection',
  'access',
  'dataset',
  'setting',
  'sealed',
  'ignored',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** A log as far as it was checked: nothing is in `lines` that is not proved under the checkpoint. */
export type LogBook = {
  origin: string;
  size: number;
  lines: LogLine[];
  /** What was checked, in sentences that say no more than that. */
  checked: string[];
  /** The `.tlog-proof` of an entry, with its entry. */
  proofOf(index: number): Promise<{ entry: Uint8Array; proof: Uint8Array }>;
};
