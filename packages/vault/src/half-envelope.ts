import { openContent, sealContent } from './envelope.ts';
import { asKeyHalf, type KeyHalf, type KeyHalves } from './key-half.ts';
import { type Envelope, KeyRingError } from './keyring.ts';
import { isRecordingId } from './recording-key.ts';

/**
 * The halves of a recording's key on their way to those who hold them (spec/sealing.md, SEAL25-SEAL29). Each
 * envelope has one recipient, names its recording, and says which half it holds: one can't be passed off as the
 * other, nor as another recording's. With the guardian's half go the week and the task card, so that a guardian
 * knows what is within a grant from the device that released it and not from the server.
 */
export type HalfLabel = {
  /** ISO week: `2026-W47`. */
  week: string;
  card: { id: string; version: number } | null;
};
export type HalfEnvelopes = { vault: Envelope; guardian: Envelope };

const VAULT = 2;
const GUARDIAN = 3;

/** Throws KeyRingError `bad-recipient` for any but a hybrid recipient, and for one that would get both halves. */
export async function sealHalves(
  id: string,
  halves: KeyHalves,
  to: { vault: string; guardian: string },
  label: HalfLabel,
): Promise<HalfEnvelopes> {
  if (to.vault === to.guardian) {
    throw new KeyRingError('bad-recipient', 'the two halves go to two recipients');
  }
  if (!isRecordingId(id)) throw new KeyRingError('unknown', 'not the id of a recording');
  return {
    vault: await sealHalf(VAULT, halves.vault, id, to.vault),
    guardian: await sealHalf(GUARDIAN, halves.guardian, labelText(id, label), to.guardian),
  };
}

/** The identity of whoever opens; or all that a holder has, of which the one that it was sealed to opens (VLT102). */
export type Opening = string | readonly string[];

/** KeyRingError `cannot-open` for anything but the vault's half of this recording for this identity. */
export async function openVaultHalf(id: string, envelope: Envelope, identity: Opening): Promise<KeyHalf> {
  const { half, text } = await openHalf(VAULT, envelope, identity);
  if (text === id && isRecordingId(id)) return half;
  half.fill(0);
  throw new KeyRingError('cannot-open', 'the envelope does not hold the half of this recording');
}

/** The recording whose vault's half is in it, for this identity; nobody gets the half. KeyRingError `cannot-open` for anything else. */
export async function vaultHalfId(envelope: Envelope, identity: Opening): Promise<string> {
  const { half, named } = await openNamedVaultHalf(envelope, identity);
  half.fill(0);
  return named;
}

/** A vault's half, and the recording whose it says it is; KeyRingError `cannot-open`. The caller wipes it. */
export async function openNamedVaultHalf(
  envelope: Envelope,
  identity: Opening,
): Promise<{ half: KeyHalf; named: string }> {
  const { half, text } = await openHalf(VAULT, envelope, identity);
  if (isRecordingId(text)) return { half, named: text };
  half.fill(0);
  throw new KeyRingError('cannot-open', 'the envelope names no recording');
}

/** A vault's half for another recipient of the same vault (VLT103). */
export async function sealVaultHalf(id: string, half: KeyHalf, recipient: string): Promise<Envelope> {
  if (!isRecordingId(id)) throw new KeyRingError('unknown', 'not the id of a recording');
  return sealHalf(VAULT, half, id, recipient);
}

/** KeyRingError `cannot-open` for anything but a guardian's half of this recording for this identity. */
export async function openGuardianHalf(
  id: string,
  envelope: Envelope,
  identity: Opening,
): Promise<{ half: KeyHalf; label: HalfLabel }> {
  const { half, text } = await openHalf(GUARDIAN, envelope, identity);
  const label = parseLabel(text);
  if (label?.id === id) return { half, label: { week: label.week, card: label.card } };
  half.fill(0);
  throw new KeyRingError('cannot-open', 'the envelope does not hold the half of this recording');
}

async function sealHalf(kind: number, half: KeyHalf, text: string, recipient: string): Promise<Envelope> {
  const name = new TextEncoder().encode(text);
  const content = new Uint8Array(33 + name.length);
  content[0] = kind;
  content.set(asKeyHalf(half), 1);
  content.set(name, 33);
  return sealContent(content, [recipient]);
}

async function openHalf(
  kind: number,
  envelope: Envelope,
  identity: Opening,
): Promise<{ half: KeyHalf; text: string }> {
  const identities = typeof identity === 'string' ? [identity] : identity;
  const content = await openContent(envelope, identities, { recipients: 1 });
  try {
    if (content[0] !== kind || content.length < 34) {
      throw new KeyRingError('cannot-open', 'the envelope holds something else');
    }
    return {
      half: asKeyHalf(content.subarray(1, 33)),
      text: new TextDecoder().decode(content.subarray(33)),
    };
  } finally {
    content.fill(0);
  }
}

const WEEK = /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/;
const CARD = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Lines: id, week, and for a task card its id and version. */
function labelText(id: string, { week, card }: HalfLabel): string {
  const text = [id, week, ...(card ? [card.id, String(card.version)] : [])].join('\n');
  if (parseLabel(text) === null) throw new RangeError('not a week and a task card');
  return text;
}

function parseLabel(text: string): ({ id: string } & HalfLabel) | null {
  const [id = '', week = '', card, version = '', ...rest] = text.split('\n');
  if (!isRecordingId(id) || !WEEK.test(week) || rest.length > 0) return null;
  if (card === undefined) return { id, week, card: null };
  if (!CARD.test(card) || !/^[1-9]\d{0,8}$/.test(version)) return null;
  return { id, week, card: { id: card, version: Number(version) } };
}
