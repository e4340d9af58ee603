/**
 * What a recorder, or a page, says to the representative's guardian with a code or a token
 * (spec/guardian.md, GRD20-GRD39). Bytes are base64url without padding, digests lower-case hex.
 *
 *   GET  /voice                     -> VoiceAbout; the same for everyone
 *   GET  /voice/documents/{digest}  -> the agreement or the election, canonical JSON, to the byte
 *   POST /voice/enrolment           EnrolmentAsk -> EnrolmentAnswer
 *   POST /voice/asks                VoiceAsk -> VoiceAnswer; the same again, until it holds the signature
 *   POST /voice/spent               SpokenBody -> SpentReceipt
 *   GET  /voice/counts/{digest}     -> VoiceCount; 404 before the first
 *
 * Bodies are padded with spaces after the JSON (`voiceText`); what comes back is of one size too.
 * A recorder with nothing to say sends filler to /voice/spent once in a period, as others send an objection.
 *
 * Each may be repeated when its answer was lost, with the same effect as once. A refusal is `VoiceRefusal`.
 */
export type VoiceAbout = {
  /** Codes that were dealt, one for each employee; null: none yet. */
  employees: number | null;
  /** For tokens of kind `enrolment`: the digest that they are for, and the issuer's key (SPKI). */
  enrolment: { digest: string; key: string } | null;
  /** age recipient (hybrid) that words are sealed to; null: the representative has not been here. */
  words: string | null;
  issues: VoiceIssue[];
};

/** Times in seconds since the epoch. */
export type VoiceIssue = {
  /** Of the agreement or the election: the scope of its tokens. */
  digest: string;
  /** Of the issuer, SPKI. */
  key: string;
  /** Tickets that were dealt. */
  issued: number;
  /** Until then each ticket may ask; then all are answered. */
  asksUntil: number;
} & (
  | {
      kind: 'objection';
      agreement: { id: string; version: number; title: string };
      /** The next time at which a count is published. */
      nextCount: number;
    }
  | {
      kind: 'election';
      election: string;
      candidates: { id: string; name: string }[];
      opens: number;
      closes: number;
    }
);

/** `secret`: of the code, for `enrol` (32 bytes). `blinded`: 256 bytes. */
export type EnrolmentAsk = { secret: string; blinded: string };
export type EnrolmentAnswer = { signature: string };

/** `ticket`: secret of the code, for `ticket` (32 bytes). `issue`: digest of an issue. */
export type VoiceAsk = { issue: string; ticket: string; blinded: string };
/** `signature` is null until `asksUntil`. */
export type VoiceAnswer = { asksUntil: number; signature: string | null };

/** What is said with a token: its line, 4,096 sealed bytes, and the signature by the token's own key. */
export type SpokenBody = {
  issue: string;
  token: { key: string; signature: string };
  says: string;
  sealed: string;
  signature: string;
};
/** Hex: kept as the receipt. */
export type SpentReceipt = { nullifier: string };

/** `list` is the published document; of objections `statement` is the text that the representative signs. */
export type VoiceCount = { at: number; list: unknown; statement: string | null };

export const VOICE_REFUSALS = {
  malformed: 400,
  'not-dealt': 403,
  'unknown-issue': 404,
  used: 409,
  'asked-before': 409,
  spent: 409,
  voted: 409,
  closed: 410,
  'not-open': 425,
  'another-scope': 403,
  'not-signed': 403,
  'not-in-the-agreement': 400,
  'not-a-ballot': 400,
  'more-than-issued': 409,
  unavailable: 503,
} as const;
export type VoiceRefusalCode = keyof typeof VOICE_REFUSALS;
/** With the status of its code. */
export type VoiceRefusal = { error: { code: VoiceRefusalCode; message: string } };

/** Bytes of path and body together, whatever is said: a watcher of the wire sees no more than that (GRD25). */
export const VOICE_BYTES = 8204;

/** What is sent with POST. Throws RangeError for what does not fit. */
export function voiceText(path: string, body: unknown): string {
  const text = JSON.stringify(body).padEnd(VOICE_BYTES - path.length);
  if (new TextEncoder().encode(text).length + path.length !== VOICE_BYTES)
    throw new RangeError('longer than what is said in one act');
  return text;
}
