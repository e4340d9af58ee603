import { type Fault, RecordingError } from './fault.ts';
import type { PartLabel, PartStore } from './part.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import { StreamReader } from './stream-reader.ts';

/**
 * One file of a whole sealed recording (REC80-REC86): the parts as they are kept, one after the other, with
 * the manifest last, and a trailer that any change, loss or addition breaks. It holds the recording's
 * random id and nothing else that is readable without the key: not who, not when, not what.
 */
const MAGIC = new TextEncoder().encode('ABVBNDL');
const VERSION = 1;
const PART = 0x50;
const END = 0x45;
const KINDS: readonly PartLabel['kind'][] = ['events', 'states', 'frames', 'manifest'];
const ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const HEAD_BYTES = 8 + 22;
const PART_HEAD_BYTES = 10;

export type BundleSource = { id: string; store: PartStore; subtle?: Pick<SubtleCrypto, 'digest'> };
export type BundleContents = {
  id: string;
  parts: { index: number; kind: PartLabel['kind']; bytes: number }[];
};

/**
 * The bytes of the bundle, a part at a time. RecordingError where the store does not hold a finished
 * recording. Same store, same bytes.
 */
export async function* bundleBytes({
  id,
  store,
  subtle = crypto.subtle,
}: BundleSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!ID.test(id)) throw fault('REC4', 'id', 'is not the id of a recording');
  const listed = await store.list();
  if (listed.at(-1)?.kind !== 'manifest') throw fault('REC82', 'manifest', 'is missing');
  const head = new Uint8Array(HEAD_BYTES);
  head.set(MAGIC);
  head[7] = VERSION;
  head.set(new TextEncoder().encode(id), 8);
  let chain = await digestOf(subtle, head);
  yield head;
  for (const [expected, { index, kind }] of listed.entries()) {
    const part = await store.get(index);
    if (index !== expected || part?.kind !== kind)
      throw fault('REC82', `part ${expected}`, 'is missing or misplaced');
    const partHead = new Uint8Array(PART_HEAD_BYTES);
    partHead[0] = PART;
    partHead[1] = KINDS.indexOf(kind);
    const view = new DataView(partHead.buffer);
    view.setUint32(2, index);
    view.setUint32(6, part.sealed.length);
    chain = await digestOf(subtle, chain, partHead, await digestOf(subtle, part.sealed));
    yield partHead;
    yield new Uint8Array(part.sealed);
  }
  const trailer = new Uint8Array(5 + 32);
  trailer[0] = END;
  new DataView(trailer.buffer).setUint32(1, listed.length);
  trailer.set(chain, 5);
  yield trailer;
}

/**
 * Puts the parts of a bundle into a store, one in memory at a time, and says what they are. A fault may come
 * after parts were put: the caller keeps nothing of a store unless this resolves. Whether the parts are
 * what they claim is for who holds the key (openRecording).
 */
export async function readBundle(
  source: AsyncIterable<Uint8Array>,
  into: PartStore,
  limits: Partial<RecordingLimits> = {},
  subtle: Pick<SubtleCrypto, 'digest'> = crypto.subtle,
): Promise<BundleContents> {
  const bounds = limitsWith(limits);
  const reader = new StreamReader(source, bounds.bundleBytes);
  try {
    return await readParts(reader, into, bounds, subtle);
  } finally {
    await reader.close();
  }
}

async function readParts(
  reader: StreamReader,
  into: PartStore,
  bounds: RecordingLimits,
  subtle: Pick<SubtleCrypto, 'digest'>,
): Promise<BundleContents> {
  const head = await reader.bytes(HEAD_BYTES, 'head');
  if (!MAGIC.every((byte, i) => head[i] === byte)) throw fault('REC80', 'head', 'is not that of a bundle');
  if (head[7] !== VERSION) throw fault('REC80', 'head', `a bundle of version ${head[7]} is not known here`);
  const id = String.fromCharCode(...head.subarray(8));
  if (!ID.test(id)) throw fault('REC80', 'head', 'does not hold the id of a recording');
  const parts: BundleContents['parts'] = [];
  let chain = await digestOf(subtle, head);
  for (;;) {
    const at = `part ${parts.length}`;
    const tag = (await reader.bytes(1, at))[0];
    if (tag === END) break;
    if (tag !== PART) throw fault('REC81', at, 'is neither a part nor the end');
    if (parts.at(-1)?.kind === 'manifest') throw fault('REC82', at, 'comes after the manifest');
    if (parts.length > bounds.parts) throw fault('REC84', at, 'is one part too many');
    const rest = await reader.bytes(PART_HEAD_BYTES - 1, at);
    const view = new DataView(rest.buffer, rest.byteOffset);
    const kind = KINDS[view.getUint8(0)];
    const index = view.getUint32(1);
    const length = view.getUint32(5);
    if (kind === undefined) throw fault('REC81', at, 'is of no kind that is known');
    if (index !== parts.length) throw fault('REC82', at, 'does not count on from the one before');
    if (length === 0 || length > bounds.partBytes) throw fault('REC83', at, 'has no bytes or too many');
    const sealed = await reader.bytes(length, at);
    chain = await digestOf(subtle, chain, new Uint8Array([PART, ...rest]), await digestOf(subtle, sealed));
    await into.put({ recording: id, index, kind }, sealed);
    parts.push({ index, kind, bytes: length });
  }
  const trailer = await reader.bytes(4 + 32, 'trailer');
  if (new DataView(trailer.buffer, trailer.byteOffset).getUint32(0) !== parts.length) {
    throw fault('REC86', 'trailer', 'counts another number of parts');
  }
  if (!chain.every((byte, i) => trailer[4 + i] === byte))
    throw fault('REC86', 'trailer', 'does not fit the parts');
  if (parts.at(-1)?.kind !== 'manifest') throw fault('REC82', 'manifest', 'is missing');
  if (!(await reader.isAtEnd())) throw fault('REC86', 'trailer', 'is followed by more bytes');
  return { id, parts };
}

async function digestOf(subtle: Pick<SubtleCrypto, 'digest'>, ...pieces: Uint8Array[]): Promise<Uint8Array> {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return new Uint8Array(await subtle.digest('SHA-256', all));
}

function fault(rule: Fault['rule'], at: string, message: string): RecordingError {
  return new RecordingError([{ rule, at, message }]);
}
