import { openContent, sealContent } from './envelope.ts';
import { asKeyHalf, type KeyHalf } from './key-half.ts';
import { type Envelope, KeyRingError } from './keyring.ts';
import { isRecordingId } from './recording-key.ts';

/**
 * What a guardian gives one job: its halves of the recordings of one access, in one envelope for the job's own key
 * (spec/sealing.md, SEAL30-SEAL32). It names the entry of the log that it was given for, so that the answer to one
 * access can't stand for another's.
 */
const JOB_HALVES = 4;
const DIGEST_BYTES = 32;
const HEAD = 1 + DIGEST_BYTES + 2;

/** `access`: SHA-256 of the entry of the log of uses. Throws RangeError for more than an envelope holds. */
export async function sealJobHalves(
  access: Uint8Array,
  halves: ReadonlyMap<string, KeyHalf>,
  recipient: string,
): Promise<Envelope> {
  if (access.length !== DIGEST_BYTES) throw new RangeError('an access is named by a digest of 32 bytes');
  if (halves.size > 0xffff) throw new RangeError('more halves than one envelope holds');
  const names = [...halves.keys()].map((id) => new TextEncoder().encode(id));
  const length = names.reduce((sum, name) => sum + 1 + name.length + 32, HEAD);
  const content = new Uint8Array(length);
  content[0] = JOB_HALVES;
  content.set(access, 1);
  new DataView(content.buffer).setUint16(1 + DIGEST_BYTES, halves.size);
  let at = HEAD;
  for (const [i, half] of [...halves.values()].entries()) {
    const name = names[i] as Uint8Array;
    content[at] = name.length;
    content.set(name, at + 1);
    content.set(asKeyHalf(half), at + 1 + name.length);
    at += 1 + name.length + 32;
  }
  return sealContent(content, [recipient]);
}

/** KeyRingError `cannot-open` for whatever is not an answer to this access for this identity. */
export async function openJobHalves(
  access: Uint8Array,
  envelope: Envelope,
  identity: string,
): Promise<Map<string, KeyHalf>> {
  const content = await openContent(envelope, [identity], { recipients: 1 });
  try {
    const halves = parse(content, access);
    if (halves) return halves;
  } finally {
    content.fill(0);
  }
  throw new KeyRingError('cannot-open', 'not what was asked for with this access');
}

function parse(content: Uint8Array, access: Uint8Array): Map<string, KeyHalf> | null {
  if (content.length < HEAD || content[0] !== JOB_HALVES) return null;
  if (access.length !== DIGEST_BYTES || access.some((byte, i) => byte !== content[1 + i])) return null;
  const count = new DataView(content.buffer, content.byteOffset).getUint16(1 + DIGEST_BYTES);
  const halves = new Map<string, KeyHalf>();
  let at = HEAD;
  for (let i = 0; i < count; i++) {
    const end = at + 1 + (content[at] ?? 0);
    if (end + 32 > content.length) return null;
    const id = new TextDecoder().decode(content.subarray(at + 1, end));
    if (!isRecordingId(id) || halves.has(id)) return null;
    halves.set(id, asKeyHalf(content.subarray(end, end + 32)));
    at = end + 32;
  }
  return at === content.length ? halves : null;
}
