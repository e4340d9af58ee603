import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';

// Makes vectors/log from spec/log.md alone, with Node's own crypto and none of packages/tlog: two readings of
// the spec must agree. ML-DSA signatures of OpenSSL differ from run to run; each of them verifies.
const folder = new URL('../../vectors/log/', import.meta.url);
mkdirSync(folder, { recursive: true });
const save = (name: string, value: unknown) =>
  writeFileSync(new URL(name, folder), `${JSON.stringify(value, null, 2)}\n`);

const sha256 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

type Pair = { secret: KeyObject; raw: Buffer };
function pair(prefix: string, length: number, byte: number): Pair {
  const key = Buffer.concat([Buffer.from(prefix, 'hex'), Buffer.alloc(32, byte)]);
  const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return { secret, raw: createPublicKey(secret as never).export({ format: 'der', type: 'spki' }).subarray(-length) };
}
const ed = (byte: number) => pair('302e020100300506032b657004220420', 32, byte);
const pq = (byte: number) => pair('3034020100300b060960864801650304031104228020', 1312, byte);

const TYPES = {
  ed25519: Buffer.from([1]),
  'ed25519-cosignature': Buffer.from([4]),
  'ml-dsa-44-cosignature': Buffer.from([6]),
  'ml-dsa-44': Buffer.concat([Buffer.from([0xff]), Buffer.from('aboveboard/ml-dsa-44-note/v1\n')]),
};
type Type = keyof typeof TYPES;
const keyId = (name: string, type: Type, { raw }: Pair) => sha256(`${name}\n`, TYPES[type], raw).subarray(0, 4);
const vkey = (name: string, type: Type, key: Pair) =>
  `${name}+${keyId(name, type, key).toString('hex')}+${Buffer.concat([TYPES[type], key.raw]).toString('base64')}`;
const line = (name: string, type: Type, key: Pair, signature: Uint8Array) =>
  `\u2014 ${name} ${Buffer.concat([keyId(name, type, key), signature]).toString('base64')}\n`;

// Tree, by the recursion of RFC 6962.
const leaf = (entry: Buffer) => sha256(Buffer.from([0]), entry);
const split = (size: number) => 2 ** (Math.ceil(Math.log2(size)) - 1);
function root(hashes: Buffer[]): Buffer {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0] as Buffer;
  const at = split(hashes.length);
  return sha256(Buffer.from([1]), root(hashes.slice(0, at)), root(hashes.slice(at)));
}
function path(index: number, hashes: Buffer[]): Buffer[] {
  if (hashes.length === 1) return [];
  const at = split(hashes.length);
  return index < at
    ? [...path(index, hashes.slice(0, at)), root(hashes.slice(at))]
    : [...path(index - at, hashes.slice(at)), root(hashes.slice(0, at))];
}
function consistency(size: number, hashes: Buffer[], whole = true): Buffer[] {
  if (size === hashes.length) return whole ? [] : [root(hashes)];
  const at = split(hashes.length);
  return size <= at
    ? [...consistency(size, hashes.slice(0, at), whole), root(hashes.slice(at))]
    : [...consistency(size - at, hashes.slice(at), false), root(hashes.slice(0, at))];
}

const entries = Array.from({ length: 11 }, (_, i) => Buffer.from(i === 4 ? '' : `entry ${i}`));
const leaves = entries.map(leaf);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
save('tree.json', {
  entries: entries.map(hex),
  roots: Array.from({ length: 12 }, (_, size) => hex(root(leaves.slice(0, size)))),
  inclusion: [1, 2, 7, 11].flatMap((size) =>
    Array.from({ length: size }, (_, index) => ({ index, size, proof: path(index, leaves.slice(0, size)).map(hex) })),
  ),
  consistency: [2, 7, 11].flatMap((size2) =>
    Array.from({ length: size2 }, (_, i) => ({
      size1: i + 1,
      size2,
      proof: consistency(i + 1, leaves.slice(0, size2)).map(hex),
    })),
  ),
});

// Keys.
const [logKey, logPq, witnessKey, witnessPq] = [ed(1), pq(2), ed(3), pq(4)];
const LOG = 'example.com/rules';
const WITNESS = 'representative.example';
const good = vkey(LOG, 'ed25519', logKey);
const [, id = '', base64 = ''] = /^[^+]*\+([^+]*)\+(.*)$/.exec(good) ?? [];
save('verifier-keys.json', {
  valid: [
    [LOG, 'ed25519', logKey],
    [LOG, 'ml-dsa-44-cosignature', logPq],
    [WITNESS, 'ed25519-cosignature', witnessKey],
    [WITNESS, 'ml-dsa-44-cosignature', witnessPq],
    ['steward.example', 'ml-dsa-44', witnessPq],
  ].map(([name, type, key]) => ({
    name,
    type,
    id: hex(keyId(name as string, type as Type, key as Pair)),
    text: vkey(name as string, type as Type, key as Pair),
  })),
  invalid: [
    { why: 'no id', text: `${LOG}+${base64}`, rule: 'LOG50' },
    { why: 'an id in upper case', text: `${LOG}+ABCDEF01+${base64}`, rule: 'LOG50' },
    { why: 'white space in the name', text: `a b+${id}+${base64}`, rule: 'LOG50' },
    { why: 'the id of another name', text: `example.com/other+${id}+${base64}`, rule: 'LOG51' },
    { why: 'base64 without padding', text: good.replace(/=+$/, ''), rule: good.endsWith('=') ? 'LOG2' : 'LOG52' },
    { why: 'a line feed after it', text: `${good}\n`, rule: 'LOG2' },
    { why: 'a type that nobody knows', text: `${LOG}+${id}+${Buffer.concat([Buffer.from([9]), logKey.raw]).toString('base64')}`, rule: 'LOG52' },
    { why: 'an Ed25519 key that says ML-DSA', text: `${LOG}+${id}+${Buffer.concat([TYPES['ml-dsa-44-cosignature'], logKey.raw]).toString('base64')}`, rule: 'LOG52' },
  ].filter(({ why, rule }) => !(why === 'base64 without padding' && rule === 'LOG52')),
});

// Checkpoints and their cosignatures.
const TIME = 1_795_000_000;
const text = `${LOG}\n11\n${root(leaves).toString('base64')}\n`;
const short = (value: string) => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);
function subtreeSignature(name: string, key: Pair, time: number): Buffer {
  const message = Buffer.concat([
    Buffer.from('subtree/v1\n\0'), short(name), u64(time), short(LOG), u64(0), u64(11), root(leaves),
  ]);
  return Buffer.concat([u64(time), sign(null, message, key.secret)]);
}
function edCosignature(key: Pair, time: number, over = text): Buffer {
  return Buffer.concat([u64(time), sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${over}`), key.secret)]);
}
const byLog = line(LOG, 'ed25519', logKey, sign(null, Buffer.from(text), logKey.secret));
const byLogPq = line(LOG, 'ml-dsa-44-cosignature', logPq, subtreeSignature(LOG, logPq, TIME));
const byWitness = line(WITNESS, 'ed25519-cosignature', witnessKey, edCosignature(witnessKey, TIME));
const byWitnessPq = line(WITNESS, 'ml-dsa-44-cosignature', witnessPq, subtreeSignature(WITNESS, witnessPq, TIME));
const whole = `${text}\n${byLog}${byLogPq}${byWitness}${byWitnessPq}`;
const policy = [
  `log ${good}`,
  `log ${vkey(LOG, 'ml-dsa-44-cosignature', logPq)}`,
  `witness classic ${vkey(WITNESS, 'ed25519-cosignature', witnessKey)} https://representative.example/`,
  `witness post-quantum ${vkey(WITNESS, 'ml-dsa-44-cosignature', witnessPq)}`,
  'group representative all classic post-quantum',
  'quorum representative\n',
].join('\n');
const late = line(WITNESS, 'ed25519-cosignature', witnessKey, Buffer.concat([u64(TIME + 1), edCosignature(witnessKey, TIME).subarray(8)]));
save('checkpoints.json', {
  policy,
  valid: [
    { why: 'log and witness, both algorithms', note: whole, time: TIME },
    { why: 'a signature of a stranger between', note: `${text}\n${byLog}\u2014 stranger.example AAAAAQE=\n${byWitness}${byWitnessPq}`, time: TIME },
  ],
  invalid: [
    { why: 'no blank line', note: `${text}${byLog}`, rules: ['LOG42'] },
    { why: 'a carriage return', note: whole.replace('\n11\n', '\r\n11\n'), rules: ['LOG41'] },
    { why: 'the size with a leading zero', note: whole.replace('\n11\n', '\n011\n'), rules: ['LOG1'] },
    { why: 'a root that is too short', note: whole.replace(root(leaves).toString('base64'), 'AAAA'), rules: ['LOG62'] },
    { why: 'one signature twice', note: `${whole}${byWitness}`, rules: ['LOG44'] },
    { why: 'a hyphen for the dash', note: whole.replace('\u2014', '-'), rules: ['LOG43'] },
    { why: 'another size than was signed', note: whole.replace('\n11\n', '\n12\n'), rules: ['LOG45', 'LOG45'] },
    { why: 'another origin', note: whole.replace(LOG, 'example.com/other'), rules: ['LOG103'] },
    { why: 'not signed by the log', note: `${text}\n${byWitness}${byWitnessPq}`, rules: ['LOG45'] },
    { why: 'one of the quorum is missing', note: `${text}\n${byLog}${byWitness}`, rules: ['LOG104'] },
    { why: 'a time that was not signed', note: `${text}\n${byLog}${late}${byWitnessPq}`, rules: ['LOG45'] },
  ],
});

// Proofs.
const proof = (index: number, hashes: Buffer[], note = whole, head = 'c2sp.org/tlog-proof@v1') =>
  `${[head, `index ${index}`, ...hashes.map((hash) => hash.toString('base64'))].join('\n')}\n\n${note}`;
const shown = path(6, leaves);
save('proofs.json', {
  policy,
  valid: [
    { why: 'the seventh of eleven entries', entry: hex(entries[6] as Buffer), proof: proof(6, shown) },
    { why: 'an empty entry', entry: '', proof: proof(4, path(4, leaves)) },
    {
      why: 'with extra data, which nobody signed',
      entry: hex(entries[6] as Buffer),
      proof: proof(6, shown).replace('\nindex', '\nextra bm9uY2U=\nindex'),
    },
  ],
  invalid: [
    { why: 'another entry', entry: hex(entries[5] as Buffer), proof: proof(6, shown), rules: ['LOG125'] },
    { why: 'another index', entry: hex(entries[6] as Buffer), proof: proof(5, shown), rules: ['LOG125'] },
    { why: 'a hash too few', entry: hex(entries[6] as Buffer), proof: proof(6, shown.slice(1)), rules: ['LOG125'] },
    { why: 'a hash too many', entry: hex(entries[6] as Buffer), proof: proof(6, [...shown, ...shown]), rules: ['LOG125'] },
    { why: 'another header', entry: '', proof: proof(6, shown, whole, 'c2sp.org/tlog-proof@v2'), rules: ['LOG120'] },
    { why: 'an index with a sign', entry: '', proof: proof(6, shown).replace('index 6', 'index +6'), rules: ['LOG123'] },
    { why: 'a hash of 31 bytes', entry: '', proof: proof(6, [shown[0]?.subarray(1) as Buffer]), rules: ['LOG124'] },
    {
      why: 'no quorum',
      entry: hex(entries[6] as Buffer),
      proof: proof(6, shown, `${text}\n${byLog}`),
      rules: ['LOG104'],
    },
  ],
});
