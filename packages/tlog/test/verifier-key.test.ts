import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ed25519Key } from '../src/ed25519.ts';
import { mlDsa44Key } from '../src/ml-dsa-44.ts';
import {
  formatVerifierKey,
  parseVerifierKey,
  type SignatureType,
  sameKey,
  verifierKey,
} from '../src/verifier-key.ts';
import { rulesOf } from './made-log.ts';

const ed = ed25519Key(new Uint8Array(32).fill(1)).publicKey;
const pq = mlDsa44Key(new Uint8Array(32).fill(2)).publicKey;
const KEYS: [SignatureType, Uint8Array, number[]][] = [
  ['ed25519', ed, [0x01]],
  ['ed25519-cosignature', ed, [0x04]],
  ['ml-dsa-44-cosignature', pq, [0x06]],
  ['ml-dsa-44', pq, [0xff, ...Buffer.from('aboveboard/ml-dsa-44-note/v1\n')]],
];

describe('verifier keys', () => {
  it('[LOG51, LOG52] the id is a digest of name, type and key, and differs by type', () => {
    for (const [type, publicKey, prefix] of KEYS) {
      const digest = createHash('sha256')
        .update('log.example/a\n')
        .update(Uint8Array.from(prefix))
        .update(publicKey)
        .digest();
      expect(verifierKey('log.example/a', type, publicKey).id).toBe(digest.readUInt32BE(0));
    }
    expect(new Set(KEYS.map(([type, key]) => verifierKey('a', type, key).id)).size).toBe(4);
  });

  it('[LOG50] reads back what it writes', () => {
    for (const [type, publicKey] of KEYS) {
      const key = verifierKey('log.example/a', type, publicKey);
      const read = parseVerifierKey(formatVerifierKey(key));
      expect(read.ok && sameKey(read.value, key), type).toBe(true);
    }
  });

  it('[LOG50] reads the key of another log: that of the test log of Tessera', () => {
    const read = parseVerifierKey(
      'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
    );
    expect(read.ok && read.value).toMatchObject({
      name: 'example.com/log/testdata',
      id: 0x33d7b496,
      type: 'ed25519',
    });
  });

  it('[LOG2, LOG50-LOG52] refuses what is no key', () => {
    const good = formatVerifierKey(verifierKey('a', 'ed25519', ed));
    const [, id, base64] = good.split('+') as [string, string, string];
    const rest = good.slice(good.indexOf('+', 2) + 1);
    const wrong: [string, string][] = [
      ['', 'LOG50'],
      ['a', 'LOG50'],
      [`+${id}+${rest}`, 'LOG50'],
      [`a b+${id}+${rest}`, 'LOG50'],
      [`a+${id.slice(1)}+${rest}`, 'LOG50'],
      [`a+${id.toUpperCase().replace(/^[0-9]*$/, 'ABCDEF01')}+${rest}`, 'LOG50'],
      [`a+00000000+${rest}`, 'LOG51'],
      [`b+${id}+${rest}`, 'LOG51'],
      [`a+${id}+${rest}\n`, 'LOG2'],
      [`a+${id}+${rest.slice(0, -1)}`, 'LOG2'],
      [`a+${id}+AQ==`, 'LOG52'],
      [`a+${id}+${Buffer.concat([Uint8Array.of(2), ed]).toString('base64')}`, 'LOG52'],
      [`a+${id}+${Buffer.concat([Uint8Array.of(6), ed]).toString('base64')}`, 'LOG52'],
      [`a+${id}+${'A'.repeat(5000)}`, 'LOG50'],
    ];
    expect(base64).toBeDefined();
    for (const [text, rule] of wrong)
      expect(rulesOf(parseVerifierKey(text)), text.slice(0, 60)).toEqual([rule]);
  });

  it('[LOG40, LOG52] makes none of a wrong name or length', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u2028b', 'a\n', '\ud800', 'é'.repeat(128)]) {
      expect(() => verifierKey(name, 'ed25519', ed), JSON.stringify(name)).toThrow(RangeError);
    }
    expect(() => verifierKey('a', 'ed25519', pq)).toThrow(RangeError);
  });
});
