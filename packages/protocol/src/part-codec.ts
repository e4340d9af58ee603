import { RecordingError } from './fault.ts';
import type { Deflate, PartLabel, PartSealer } from './part.ts';
import type { RecordingLimits } from './recording-limits.ts';

/** What turns a segment into sealed bytes and back: deflate and seal, open, digest and inflate (REC70-REC73). */
export type PartCodec = {
  sealer: PartSealer;
  deflate: Deflate;
  /** Only digests are taken; the platform's own where none is given. */
  subtle?: Pick<SubtleCrypto, 'digest'>;
};

export type SealedPart = { sealed: Uint8Array; bytes: number; sha256: string };

/** `bytes` and `sha256` are of the deflated segment, before it is sealed. */
export async function sealPart(segment: Uint8Array, label: PartLabel, codec: PartCodec): Promise<SealedPart> {
  const plain = await codec.deflate.deflate(segment);
  const sha256 = await sha256Of(plain, codec);
  return { sealed: await codec.sealer.seal(plain, label), bytes: plain.length, sha256 };
}

/** Opens, inflates; with `expected` also compares length and digest, before anything is inflated. */
export async function openPart(
  sealed: Uint8Array,
  label: PartLabel,
  codec: PartCodec,
  limits: RecordingLimits,
  expected?: { bytes: number; sha256: string },
): Promise<{ segment: Uint8Array; bytes: number; sha256: string }> {
  const at = `part ${label.index}`;
  if (sealed.length > limits.partBytes) {
    throw new RecordingError([
      { rule: 'REC87', at, message: `the part has more than ${limits.partBytes} bytes` },
    ]);
  }
  let plain: Uint8Array;
  try {
    plain = await codec.sealer.open(sealed, label);
  } catch (cause) {
    const message = 'was not sealed under this key and label, or is damaged';
    throw new RecordingError([{ rule: 'REC79', at, message }], { cause });
  }
  const sha256 = await sha256Of(plain, codec);
  if (expected && (expected.bytes !== plain.length || expected.sha256 !== sha256)) {
    throw new RecordingError([{ rule: 'REC73', at, message: 'is not the part that the manifest names' }]);
  }
  try {
    return { segment: await codec.deflate.inflate(plain, limits.inflatedBytes), bytes: plain.length, sha256 };
  } catch (error) {
    throw placed(error, at);
  }
}

/** The same fault with the part's name before its place. */
export function placed(error: unknown, at: string): unknown {
  if (!(error instanceof RecordingError)) return error;
  const faults = error.faults.map((fault) => ({
    ...fault,
    at: fault.at === 'part' ? at : `${at}, ${fault.at}`,
  }));
  return new RecordingError(faults, { cause: error });
}

async function sha256Of(bytes: Uint8Array, { subtle = crypto.subtle }: PartCodec): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
