import { canonicalBytes, readStrictJson } from '@aboveboard/consent/canonical-json';
import type { Checked, Fault } from '@aboveboard/protocol/fault';

/**
 * Dead Simple Signing Envelope 1.0 (secure-systems-lab/dsse), written and read in one spelling: canonical JSON, canonical base64, no
 * other fields (REL70). Reading verifies nothing.
 */
export type DsseEnvelope = { payloadType: string; payload: Uint8Array; signatures: DsseSignature[] };
/** `keyid` is a hint, and is not signed. */
export type DsseSignature = { keyid: string; sig: Uint8Array };

/** What is signed. Lengths are of bytes, so no type and payload read as another. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = utf8.encode(payloadType);
  const head = utf8.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

export function envelopeBytes({ payloadType, payload, signatures }: DsseEnvelope): Uint8Array<ArrayBuffer> {
  return canonicalBytes({
    payload: toBase64(payload),
    payloadType,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: toBase64(sig) })),
  });
}

/** All the faults of an envelope from outside, by `rule`; `at` is what it is called. */
export function readEnvelope(bytes: Uint8Array, rule: string, at: string): Checked<DsseEnvelope> {
  const read = readStrictJson(bytes, rule);
  if (!read.ok)
    return { ok: false, faults: read.faults.map((fault) => ({ ...fault, at: `${at}: ${fault.at}` })) };
  const faults: Fault[] = [];
  const wrong = (where: string, message: string) => faults.push({ rule, at: `${at}${where}`, message });
  const said = fieldsOf(read.value);
  const payload = fromBase64(said['payload']);
  const payloadType = said['payloadType'];
  if (payload === null) wrong('.payload', 'is no base64');
  if (typeof payloadType !== 'string') wrong('.payloadType', 'is no text');
  const list = said['signatures'];
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_SIGNATURES)
    wrong('.signatures', `is no list of one to ${MOST_SIGNATURES}`);
  const signatures: DsseSignature[] = [];
  for (const [i, one] of (Array.isArray(list) ? list : []).slice(0, MOST_SIGNATURES).entries()) {
    const { keyid, sig } = fieldsOf(one);
    const signature = fromBase64(sig);
    if (typeof keyid !== 'string' || signature === null)
      wrong(`.signatures[${i}]`, 'has no key and signature');
    else if (signatures.some((known) => known.keyid === keyid))
      wrong(`.signatures[${i}]`, 'is a second one of the same key');
    else signatures.push({ keyid, sig: signature });
  }
  if (faults.length > 0 || payload === null || typeof payloadType !== 'string') return { ok: false, faults };
  const envelope = { payloadType, payload, signatures };
  if (!sameBytes(envelopeBytes(envelope), bytes)) {
    wrong('', 'is not in canonical form, or has other fields');
    return { ok: false, faults };
  }
  return { ok: true, value: envelope };
}
const MOST_SIGNATURES = 16;

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Null for what is none. Takes several spellings of one: whoever reads an envelope writes it again and compares. */
function fromBase64(text: unknown): Uint8Array | null {
  if (typeof text !== 'string') return null;
  try {
    return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  } catch {
    return null;
  }
}

const utf8 = new TextEncoder();
