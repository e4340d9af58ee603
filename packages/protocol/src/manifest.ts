/**
 * The manifest of a recording (spec/recording.md, REC1-REC19): what it holds and under which rules it was
 * made. It is the last part that is written; a recording without one is an unfinished spool.
 */
export type Manifest = {
  format: 'aboveboard-recording';
  version: 1;
  /** 16 random bytes, base64url. Never derived from a person, device, or time. */
  id: string;
  /** `foreign` (imported) and `demonstration` recordings are never released. */
  class: 'own' | 'foreign' | 'demonstration';
  /** ISO week, `2026-W47`. The only calendar that a recording holds. */
  week: string;
  clock: { tickMicroseconds: 100 | 1000; durationTicks: number };
  task: TaskDescription;
  outcome: Outcome;
  agreement: { id: string; version: number; digest: string } | null;
  /** SHA-256 of the consent receipt, hex. Null for foreign and demonstration recordings. */
  receipt: string | null;
  software: { name: string; version: string }[];
  signals: Signal[];
  parts: PartEntry[];
  /** How many events, states and frames there are in all. */
  counts: { events: number; states: number; frames: number };
  /** Rules that masked something, and how often. */
  masks: { rule: string; count: number }[];
  /** Of an import: what was kept, and what was reduced by which rule. */
  origin?: { format: string; kept: number; reduced: { rule: string; count: number }[] };
};

export type Signal = 'pointer' | 'keys' | 'text' | 'states' | 'frames' | 'photographs';

export type TaskDescription =
  | { kind: 'card'; card: TaskCard; inputs: Record<string, string> }
  | { kind: 'free'; text: string };

/** A task with a goal, made-up inputs and a check of success (T19). */
export type TaskCard = {
  /** `expense-single`, lower case, digits, hyphens. */
  id: string;
  version: number;
  title: string;
  /** May hold `{name}` for each input. */
  goal: string;
  inputs: { name: string; label: string; value: string }[];
  /** How one sees that it worked, in words for the contributor. */
  check: string;
  /** The same for a machine: what the final state must show. All must hold. */
  success?: SuccessCheck[];
  /** Origins that the task needs. Empty: any that the agreement allows. */
  origins: string[];
};
export type SuccessCheck =
  | { kind: 'text-present'; text: string }
  | { kind: 'text-absent'; text: string }
  | { kind: 'path'; path: string };

export type Outcome = {
  /** The contributor's word. Null: she did not say. */
  worked: boolean | null;
  /** Why she did a step, if she liked to say; `action` counts from 0 in the actions of the recording. */
  reasons: { action: number; text: string }[];
};

export type PartKind = 'events' | 'states' | 'frames';

export type PartEntry = {
  kind: PartKind;
  /** Counts from 0 over all parts in the order of writing. */
  index: number;
  /** First and last tick covered. */
  from: number;
  to: number;
  /** Items in it. */
  count: number;
  /** Length before sealing. */
  bytes: number;
  /** SHA-256 of the part before sealing, hex. */
  sha256: string;
};
