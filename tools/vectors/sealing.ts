import { createCipheriv, hkdfSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';

// Makes vectors/sealing from spec/sealing.md alone, with Node's own crypto and none of packages/vault:
// two readings of the spec must agree.
const folder = new URL('../../vectors/sealing/', import.meta.url);
type Label = { recording: string; index: number; kind: string };
const label: Label = { recording: 'AAECAwQFBgcICQoLDA0ODw', index: 0, kind: 'events' };
const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const nonce = Buffer.from(Array.from({ length: 12 }, (_, i) => 0xa0 + i));

function seal(plain: Buffer, { recording, index, kind }: Label, domain = 'aboveboard part v1\0'): Buffer {
  const partKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'aboveboard part key v1', 32));
  const u16 = (n: number) => Buffer.from([n >> 8, n & 255]);
  const u32 = Buffer.alloc(4);
  u32.writeUInt32BE(index);
  const id = Buffer.from(recording);
  const name = Buffer.from(kind);
  const cipher = createCipheriv('aes-256-gcm', partKey, nonce);
  cipher.setAAD(Buffer.concat([Buffer.from(domain), u16(id.length), id, u32, u16(name.length), name]));
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([Buffer.from([1]), nonce, body]);
}

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

const good = seal(Buffer.from('part'), label);
const version2 = Buffer.from(good);
version2[0] = 2;
const invalid = [
  { why: 'sealed as another index', label: { ...label, index: 1 }, sealed: good, code: 'cannot-open' },
  { why: 'sealed as another kind', label: { ...label, kind: 'states' }, sealed: good, code: 'cannot-open' },
  { why: 'a version from the future', label, sealed: version2, code: 'unknown-version' },
  { why: 'without its last byte', label, sealed: good.subarray(0, -1), code: 'cannot-open' },
  { why: 'shorter than any sealed part', label, sealed: good.subarray(0, 28), code: 'cannot-open' },
  { why: 'a label of another domain', label, sealed: seal(Buffer.from('part'), label, 'aboveboard part v0\0'), code: 'cannot-open' },
].map(({ why, label, sealed, code }) => ({ why, key: hex(key), label, sealed: hex(sealed), code }));

mkdirSync(folder, { recursive: true });
writeFileSync(new URL('parts-valid.json', folder), `${JSON.stringify(valid, null, 2)}\n`);
writeFileSync(new URL('parts-invalid.json', folder), `${JSON.stringify(invalid, null, 2)}\n`);
