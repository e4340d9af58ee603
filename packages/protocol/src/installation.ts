import type { OwnHold } from './holds.ts';
import type { TaskCard } from './manifest.ts';
import type { UploadLimits } from './upload.ts';

/**
 * What an installation says of itself, and who one is to it.
 *
 *   GET    /api/about                 -> About
 *   GET    /api/agreement             -> InstalledAgreement; 404 while there is none
 *   GET    /api/agreement/attachments/{digest} -> bytes
 *   GET    /api/relay                 -> RelayAbout
 *   POST   /api/relay/batch           cells -> answers (spec/relay.md; for the representative's relay)
 *   GET    /api/task-cards            -> { cards: TaskCard[] }
 *   POST   /api/session               RedeemRequest -> Session (with `token` unless `cookie`)
 *   POST   /api/enrolment             EnrolmentRequest -> Session (with `token`); the same again, the same
 *   POST   /api/erasure               PaperErasure -> 204; 404: no contributor made this code
 *   GET    /api/session               -> Session (without `token`)
 *   DELETE /api/session               -> 204
 *   GET    /api/my/recordings         -> { recordings: MyRecording[] }
 *   POST   /api/my/recordings/erasure { recordings: string[] } -> { erased: string[]; held: { id, until: day }[]; unknown: string[]; keysExpireOn: day }
 *   POST   /api/my/commitments        { commitments: string[] } (32 bytes each, hex) -> 204 (spec/log-service.md)
 *   POST   /api/logs/rules/entries    bytes of one entry -> { index: number } (employer, representative, dpo)
 *   GET    /log/{rules,uses}/...      the logs themselves: checkpoint, tile/..., vkey; for everyone
 *   GET    /api/recordings?after=     -> { recordings: ReleasedRecording[]; next: string | null } (researcher)
 *   POST   /api/accesses              AccessRequest -> OpenedAccess (researcher; writes the journal first)
 *   GET    /api/accesses/{access}/{n}/parts/{index} -> part of the n-th recording asked for, as it was before
 *          it was sealed (deflated), so that `openRecording` reads it with a sealer that does nothing
 *   GET    /api/accesses/{access}/{n}/manifest      -> the same of its last part
 *
 * Every answer of a demonstration carries the header `aboveboard-installation: demonstration`.
 */
export type About = {
  installation: 'demonstration' | 'production';
  software: { name: string; version: string };
  /** Version of this API. */
  protocol: 1;
  /** The agreement in force here; null: none is installed, and recorders refuse (T5, T6). */
  agreement: { id: string; version: number; digest: string } | null;
  /** age recipient (hybrid) that the vault's half of a released recording's key is sealed to. */
  uploadRecipient: string;
  /**
   * Recipient of the other half, in a demonstration alone, for recorders that believe the server's word. Elsewhere null: there
   * the representative says it in the rules log.
   */
  guardianRecipient: string | null;
  limits: UploadLimits;
};

export type InstalledAgreement = {
  /** The signed document, to the byte. */
  document: string;
  digest: string;
  attachments: { name: string; type: string; bytes: number; digest: string }[];
};

/** What every recorder keeps to when it speaks through the relay (spec/relay.md, RLY20). */
export type RelayAbout = {
  /** age recipient (hybrid) that cells are sealed to. */
  recipient: string;
  /** Each installation sends one cell in each period. */
  periodSeconds: number;
};

export type TaskCardsAnswer = {
  cards: TaskCard[];
  /** Ids of those that a grant names which two parties approved: the same to everyone (GRT50). */
  askedFor: string[];
};

export const ROLES = ['contributor', 'researcher', 'operator', 'representative', 'dpo', 'employer'] as const;
export type Role = (typeof ROLES)[number];

/**
 * `cookie`: the token comes as an HttpOnly cookie and not in the body (for the server's own pages). `token`: 32
 * random bytes of the caller's own, base64url, which become the session's: the same request may then be repeated.
 * `eraser`: what a contributor's paper code is known by, hex (spec/enrolment.md, ENR8).
 */
export type RedeemRequest = { code: string; cookie?: boolean; token?: string; eraser?: string };

/** A blind token makes a contributor (spec/enrolment.md, ENR31). Bytes base64url without padding. */
export type EnrolmentRequest = {
  token: { key: string; signature: string };
  /** SPKI; the rules log has its digest. */
  issuer: string;
  /** 32 random bytes; the session's token. */
  session: string;
  /** Hex. */
  eraser: string;
  /** By the token's key. */
  proof: string;
};

/** The 15 bytes of a paper code, base64url (ENR50). */
export type PaperErasure = { secret: string };

export type Session = {
  role: Role;
  /** Random, made at redemption; names nobody. */
  handle: string;
  /** Seconds since the epoch. */
  expires: number;
  /** Of the guardian's probe: no door opens for it. Absent: a person's. */
  probe?: true;
  /** For `authorization: Bearer`; only in the answer to a redemption without `cookie`. */
  token?: string;
};

export type MyRecording = {
  id: string;
  state: 'uploading' | 'released' | 'erased';
  parts: number;
  bytes: number;
  /** A legal hold keeps it; absent: none does. */
  held?: OwnHold | undefined;
};

/** What is known without opening it: no words of the contributor, no handle. */
export type ReleasedRecording = {
  id: string;
  /** `demonstration`: a sample; only a demonstration shows any. */
  class: 'own' | 'demonstration';
  week: string;
  /** Null: a task in her own words, which only opening shows. */
  card: { id: string; version: number } | null;
  worked: boolean | null;
  durationMilliseconds: number;
  counts: { events: number; states: number; frames: number };
  parts: number;
  bytes: number;
};

export type AccessRequest = {
  purpose: 'dataset' | 'inspection' | 'rendering' | 'environment';
  recordings: string[];
};

export type OpenedAccess = {
  /** The journal's entry. */
  access: string;
  /** Seconds since the epoch; afterwards ask anew. */
  until: number;
  recordings: string[];
};

/**
 * One device of a contributor to the next (spec/enrolment.md, ENR60-ENR66). `secret`: of the device's code, for `device` (32
 * bytes); `sealed`: 4,096 bytes; `asker`: 16 random bytes of the device that asks. All base64url.
 */
export type LeaveHandover = { secret: string; sealed: string };
export type TakeHandover = { secret: string; asker: string };
export type TakenHandover = { sealed: string };
