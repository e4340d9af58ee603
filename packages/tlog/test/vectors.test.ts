import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../src/checkpoint.ts';
import { consistencyFault, inclusionFault, leafHash } from '../src/merkle.ts';
import { verifyCheckpoint } from '../src/policy.ts';
import { parsePolicy } from '../src/policy-file.ts';
import { parseProof, verifyProof } from '../src/proof-file.ts';
import { formatVerifierKey, parseVerifierKey } from '../src/verifier-key.ts';
import { bytes, json, rulesOf } from './made-log.ts';

// Made by tools/vectors/log.ts, which shares no code with this package.
const file = (name: string) => json(new URL(`../../../vectors/log/${name}`, import.meta.url).pathname);
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('vectors/log', () => {
  it('[LOG10-LOG13] the tree: roots and proofs of eleven entries', () => {
    const { entries, roots, inclusion, consistency } = file('tree.json');
    for (const { index, size, proof } of inclusion) {
      const claim = {
        index,
        size,
        leaf: leafHash(hex(entries[index])),
        root: hex(roots[size]),
        proof: proof.map(hex),
      };
      expect(inclusionFault(claim)).toBeNull();
    }
    for (const { size1, size2, proof } of consistency) {
      const claim = {
        size1,
        size2,
        root1: hex(roots[size1]),
        root2: hex(roots[size2]),
        proof: proof.map(hex),
      };
      expect(consistencyFault(claim)).toBeNull();
    }
    expect(inclusion.length + consistency.length).toBe(41);
  });

  it('[LOG50-LOG52] verifier keys', () => {
    const { valid, invalid } = file('verifier-keys.json');
    for (const { name, type, id, text } of valid) {
      const key = parseVerifierKey(text);
      expect(key).toMatchObject({ ok: true, value: { name, type, id: Number.parseInt(id, 16) } });
      expect(key.ok && formatVerifierKey(key.value)).toBe(text);
    }
    for (const { why, text, rule } of invalid) expect(rulesOf(parseVerifierKey(text)), why).toEqual([rule]);
  });

  it('[LOG41-LOG45, LOG60-LOG62, LOG71-LOG73, LOG103, LOG104] checkpoints under a policy', () => {
    const { policy, valid, invalid } = file('checkpoints.json');
    const verdict = (note: string) => {
      const [trusted, signed] = [parsePolicy(bytes(policy)), parseCheckpoint(bytes(note))];
      if (!trusted.ok) throw new Error('no policy');
      return signed.ok ? verifyCheckpoint(signed.value, trusted.value) : signed;
    };
    for (const { why, note, time } of valid)
      expect(verdict(note), why).toMatchObject({ ok: true, value: { time } });
    for (const { why, note, rules } of invalid) expect(rulesOf(verdict(note)), why).toEqual(rules);
  });

  it('[LOG120-LOG125] proof files under a policy', () => {
    const { policy, valid, invalid } = file('proofs.json');
    const verdict = (proof: string, entry: string) => {
      const [trusted, read] = [parsePolicy(bytes(policy)), parseProof(bytes(proof))];
      if (!trusted.ok) throw new Error('no policy');
      return read.ok ? verifyProof(read.value, hex(entry), trusted.value) : read;
    };
    for (const { why, proof, entry } of valid) expect(rulesOf(verdict(proof, entry)), why).toEqual([]);
    for (const { why, proof, entry, rules } of invalid)
      expect(rulesOf(verdict(proof, entry)), why).toEqual(rules);
  });
});
