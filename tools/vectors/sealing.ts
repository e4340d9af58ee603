import { createCipheriv, hkdfSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';

// Makes vectors/sealing from spec/sealing.md alone, with Node's own crypto and none of packages/vault:
// two readings of the spec must agree.
const folder = new URL('../../vectors/sealing/', import.meta.url);
type Label = { recording: string; index: number; kind: string };
const label: Label = { recording: 'AAECAwQFBgcICQoLDA0ODw', index: 0, kind: 'events' };
const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const nonce = Buffer.from(Array.from({ length: 12 }, (_, i) => 0xa0 + i));

function seal(plain: Buffer, { recording, index, kind }: Label, domain = 'aboveboard part v1\0', version = 1): Buffer {
  const partKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'aboveboard part key v1', 32));
  const u16 = (n: number) => Buffer.from([n >> 8, n & 255]);
  const u32 = Buffer.alloc(4);
  u32.writeUInt32BE(index);
  const id = Buffer.from(recording);
  const name = Buffer.from(kind);
  const cipher = createCipheriv('aes-256-gcm', partKey, nonce);
  cipher.setAAD(Buffer.concat([Buffer.from(domain), u16(id.length), id, u32, u16(name.length), name]));
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([Buffer.from([version]), nonce, body]);
}

/** SEAL8, by bits: all but the S + 1 leading bits of the length are rounded away. */
function pad(plain: Buffer): Buffer {
  const length = plain.length + 1 + 29;
  const exponent = length.toString(2).length - 1;
  const significant = exponent.toString(2).length;
  let bucket = length;
  while ((bucket & ((1 << Math.max(0, exponent - significant)) - 1)) !== 0) bucket++;
  return Buffer.concat([plain, Buffer.from([0x80]), Buffer.alloc(bucket - length)]);
}
const sealPadded = (plain: Buffer, of: Label) => seal(plain, of, 'aboveboard part v2\0', 2);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const valid = [
  { why: 'an empty part', label, plain: Buffer.alloc(0) },
  { why: 'a short part', label, plain: Buffer.from('hands above the board') },
  { why: 'the manifest, with the largest index', label: { ...label, index: 0xffff_ffff, kind: 'manifest' }, plain: Buffer.from('{}') },
  { why: 'a recording with a short id', label: { ...label, recording: 'a' }, plain: Buffer.alloc(100, 0x5a) },
].map(({ why, label, plain }) => ({
  why,
  key: hex(key),
  nonce: hex(nonce),
  label,
  plain: hex(plain),
  sealed: hex(seal(plain, label)),
}));

const padded = [0, 1, 2, 3, 21, 98, 99, 1000, 5000].map((length) => {
  const plain = Buffer.alloc(length, 0x5a);
  const why = `a padded part of ${length} bytes`;
  return { why, padded: true, key: hex(key), nonce: hex(nonce), label, plain: hex(plain), sealed: hex(sealPadded(pad(plain), label)) };
});

const good = seal(Buffer.from('part'), label);
const version3 = Buffer.from(good);
version3[0] = 3;
const asPadded = Buffer.from(good);
asPadded[0] = 2;
const right = pad(Buffer.alloc(100, 0x5a));
const longer = Buffer.concat([right, Buffer.alloc(4)]);
const marked = Buffer.from(right);
marked[marked.length - 1] = 7;
const invalid = [
  { why: 'sealed as another index', label: { ...label, index: 1 }, sealed: good, code: 'cannot-open' },
  { why: 'sealed as another kind', label: { ...label, kind: 'states' }, sealed: good, code: 'cannot-open' },
  { why: 'a version from the future', label, sealed: version3, code: 'unknown-version' },
  { why: 'a part that is not padded, named as one that is', label, sealed: asPadded, code: 'cannot-open' },
  { why: 'padded further than the rule says', label, sealed: sealPadded(longer, label), code: 'cannot-open' },
  { why: 'padding with a message in it', label, sealed: sealPadded(marked, label), code: 'cannot-open' },
  { why: 'padding without its mark', label, sealed: sealPadded(Buffer.alloc(35), label), code: 'cannot-open' },
  { why: 'without its last byte', label, sealed: good.subarray(0, -1), code: 'cannot-open' },
  { why: 'shorter than any sealed part', label, sealed: good.subarray(0, 28), code: 'cannot-open' },
  { why: 'a label of another domain', label, sealed: seal(Buffer.from('part'), label, 'aboveboard part v0\0'), code: 'cannot-open' },
].map(({ why, label, sealed, code }) => ({ why, key: hex(key), label, sealed: hex(sealed), code }));

mkdirSync(folder, { recursive: true });
writeFileSync(new URL('parts-valid.json', folder), `${JSON.stringify([...valid, ...padded], null, 2)}\n`);
writeFileSync(new URL('parts-invalid.json', folder), `${JSON.stringify(invalid, null, 2)}\n`);
