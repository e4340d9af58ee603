import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** A view of some bytes: as they are, or as they are after something was undone. */
export type Layer = { how: string; bytes: Buffer };

const DEPTH = 4;
/** Of what one file decompresses to, so much is looked at in all; a bomb ends there, and is told. */
export const OUTPUT_LIMIT = 512 * 1024 * 1024;
const STREAMS_LIMIT = 20_000;

export class LayerLimit extends Error {
  override readonly name = 'LayerLimit';
}

/**
 * The bytes themselves and everything that comes out of them: whole files, and streams that begin anywhere within
 * (gzip, zlib, zstd, raw deflate from the first byte), four deep. Throws LayerLimit where there is more than it looks at.
 */
export function* layersOf(bytes: Buffer): Iterable<Layer> {
  let budget = OUTPUT_LIMIT;
  const open: (Layer & { depth: number })[] = [{ how: '', bytes, depth: 0 }];
  for (let layer = open.pop(); layer !== undefined; layer = open.pop()) {
    yield { how: layer.how, bytes: layer.bytes };
    if (layer.depth >= DEPTH) continue;
    for (const { how, bytes: inner } of undone(layer.bytes, budget)) {
      budget -= inner.length;
      if (budget <= 0) throw new LayerLimit('decompresses to more than 512 MB');
      open.push({ how: `${layer.how} ${how}`.trim(), bytes: inner, depth: layer.depth + 1 });
    }
  }
}

function* undone(bytes: Buffer, budget: number): Iterable<Layer> {
  const limit = { maxOutputLength: Math.max(1024, budget), finishFlush: constants.Z_SYNC_FLUSH };
  let streams = 0;
  const raw = attempt(() => inflateRawSync(bytes, limit));
  if (raw !== null && raw.length > 32) yield { how: 'deflate', bytes: raw };
  for (let at = 0; at + 8 < bytes.length; at++) {
    const undo = streamAt(bytes, at);
    if (undo === null) continue;
    if (++streams > STREAMS_LIMIT)
      throw new LayerLimit(`holds more than ${STREAMS_LIMIT} compressed streams`);
    const inner = attempt(() => undo.inflate(bytes.subarray(at), limit));
    if (inner !== null && inner.length >= 8)
      yield { how: at === 0 ? undo.how : `${undo.how} at ${at}`, bytes: inner };
  }
}

type Options = { maxOutputLength: number; finishFlush: number };

function streamAt(
  bytes: Buffer,
  at: number,
): { how: string; inflate: (b: Buffer, o: Options) => Buffer } | null {
  const [a, b] = [bytes[at] as number, bytes[at + 1] as number];
  if (a === 0x1f && b === 0x8b && bytes[at + 2] === 8) return { how: 'gzip', inflate: gunzipFirst };
  // zlib's two bytes are a multiple of 31, with the window of 32 KB that everybody uses.
  if (a === 0x78 && (a * 256 + b) % 31 === 0 && (b & 0x20) === 0)
    return { how: 'zlib', inflate: inflateSync };
  if (a === 0x28 && b === 0xb5 && bytes[at + 2] === 0x2f && bytes[at + 3] === 0xfd)
    return {
      how: 'zstd',
      inflate: (part, { maxOutputLength }) => zstdDecompressSync(part, { maxOutputLength }),
    };
  return null;
}

/** The first member, whatever stands behind it, which Node's own gunzip refuses. */
function gunzipFirst(bytes: Buffer, options: Options): Buffer {
  const flags = bytes[3] as number;
  let at = 10;
  if (flags & 4) at += 2 + bytes.readUInt16LE(at);
  for (const text of [8, 16]) if (flags & text) at = bytes.indexOf(0, at) + 1;
  if (flags & 2) at += 2;
  return inflateRawSync(bytes.subarray(at), options);
}

/** Null: it is none of these after all. What is larger than the limit is not nothing. */
function attempt(decompress: () => Buffer): Buffer | null {
  try {
    return decompress();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new LayerLimit('decompresses to more than 512 MB');
    return null;
  }
}

/** Texts that bytes may be: UTF-8, UTF-16 where zeros say so, and what long words of base64 hold. */
export function* textsOf(bytes: Buffer): Iterable<{ how: string; text: string }> {
  const text = bytes.toString('utf8');
  yield { how: '', text };
  if (isWide(bytes)) {
    yield { how: 'utf-16', text: bytes.toString('utf16le') };
    yield { how: 'utf-16', text: bytes.subarray(1).toString('utf16le') };
  }
  const unescaped = text.includes('\\u') || text.includes('%') ? unescapedOf(text) : text;
  if (unescaped !== text) yield { how: 'escaped', text: unescaped };
  const words = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
  for (let found = words.exec(text); found !== null; found = words.exec(text)) {
    const inner = Buffer.from(found[0].slice(0, 1 << 20), 'base64').toString('utf8');
    // Only what is text: bytes that are none are looked at where they are decompressed.
    if (!inner.slice(0, 64).includes('\ufffd')) yield { how: 'base64', text: inner };
  }
}

/** Sixteen bytes, of which every other is zero and the rest is ASCII: text with two bytes a character. */
function isWide(bytes: Buffer): boolean {
  let row = 0;
  for (let at = 1; at < bytes.length; at++) {
    const pair = bytes[at] === 0 && (bytes[at - 1] as number) >= 32 && (bytes[at - 1] as number) < 127;
    if (pair && ++row >= 8) return true;
    if (pair) at++;
    else row = 0;
  }
  return false;
}

function unescapedOf(text: string): string {
  return text
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/%([0-7][0-9a-fA-F])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
