/** What the stewards' page "Controls" shows (spec/controls.md). */
export type ShownControls = {
  /** When this was asked for. */
  at: string;
  /** What is not as agreed stands first. */
  controls: ShownControl[];
  /** The nearest deadline first. */
  waits: ShownWait[];
};

/** `unchecked`: it could not be checked now, which is as good as not ok (T14). */
export type ControlState = 'ok' | 'not-ok' | 'unchecked';

export const CONTROLS = [
  'rules',
  'rules-log',
  'uses-log',
  'guardian',
  'probe',
  'vault',
  'retention',
  'releases',
  'holds',
  'notices',
  'reminders',
  'walls',
  'durability',
  'listening',
  'certificate',
  'page-policy',
  'core-dumps',
  'data-backup',
  'keys-backup',
  'vault-backup',
  'guardian-backup',
  'erasure-drill',
] as const;
export type ControlName = (typeof CONTROLS)[number];

export type ShownControl = {
  name: ControlName;
  state: ControlState;
  checkedAt: string;
  /** Sentences: what was agreed, what was found, what to do; nothing to do: null. */
  agreed: string;
  found: string;
  todo: string | null;
};

export type ShownWait = {
  kind: 'version' | 'expiry' | 'grant' | 'hold' | 'lock' | 'erasure' | 'backup';
  says: string;
  /** The last day, or null: at once. */
  by: string | null;
  /** Where the deadline comes from. */
  because: string;
  /** The page on which it is done; null: none of these. */
  page: '/sign' | '/grants' | '/holds' | '/draft' | null;
};
