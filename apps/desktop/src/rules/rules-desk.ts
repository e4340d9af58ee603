import type { Agreement } from '@aboveboard/consent/agreement';
import type { ConsentRecord } from '@aboveboard/consent/consent';
import type { Gate } from '@aboveboard/consent/gate';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { ReleaseWay } from '../release/releases.ts';

/** What the recorder itself knows; the gate asks for it at each decision. */
export type OwnState = {
  consents: readonly ConsentRecord[];
  /** Recorded so far, milliseconds: in this session, and on this day. */
  usage: { session: number; today: number };
};

/** What stands on her page of the rules. */
export type RulesView = {
  sentences: readonly string[];
  /** She may type the code of her sheet. */
  asksForCode: boolean;
  /** Shown until she has it (ENR43). */
  eraseCode: string | null;
};

/** Under which rules this computer records: those of a demonstration, or those that parties signed. */
export type RulesDesk = {
  readonly recordingClass: Extract<Manifest['class'], 'own' | 'demonstration'>;
  /** In force, with all of its attachments on this device: what she can agree to. */
  readonly current: { agreement: Agreement; digest: string } | null;
  /** The gate reads both the rules and what is hers at each question; one that can't know denies (T14). */
  gate(own: () => OwnState): Gate;
  /** Called whenever the gate may answer otherwise than before. */
  onChange(call: () => void): void;
  /** By which way what she releases leaves; null: by none. */
  way(): ReleaseWay | null;
  /** An act of hers was kept. */
  acted(): void;
  view(): Promise<RulesView>;
  /** A sentence where the code is not one; null: it is being redeemed. */
  giveCode(typed: string): Promise<string | null>;
  /** She has her erase code: it is destroyed here. */
  eraseCodeKept(): Promise<void>;
  close(): Promise<void>;
};
