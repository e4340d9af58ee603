import { describe, expect, it } from 'vitest';
import { openLog } from '../src/log-reader.ts';
import { formatProof, type LogProof, PROOF_BYTES_LIMIT, parseProof, verifyProof } from '../src/proof-file.ts';
import {
  bytes,
  cosigned,
  entryAt,
  inTime,
  LOG_ONLY,
  madeLog,
  NOW,
  POLICY,
  rulesOf,
  text,
} from './made-log.ts';

async function proofOf(index: number, size = 300, by = inTime): Promise<LogProof> {
  const { source } = await madeLog(size);
  const { reader, signed } = await openLog(await cosigned(source, by), by.length > 0 ? POLICY : LOG_ONLY);
  return await reader.proof(index, signed);
}

describe('proof files', () => {
  it('[LOG120, LOG122] reads back what it writes, with and without extra', async () => {
    for (const extra of [null, new Uint8Array(), bytes('a nonce')]) {
      const proof = { ...(await proofOf(42)), extra };
      const file = formatProof(proof);
      expect(parseProof(file)).toEqual({ ok: true, value: proof });
      const lines = text(file).split('\n');
      expect(lines[0]).toBe('c2sp.org/tlog-proof@v1');
      expect(lines[extra ? 2 : 1]).toBe('index 42');
      expect(text(file)).toContain('\n\nexample.com/rules\n300\n');
    }
  });

  it('[LOG125] verifies offline what its log holds, with the time of the quorum', async () => {
    for (const [index, size] of [
      [0, 1],
      [0, 300],
      [255, 300],
      [299, 300],
    ] as const) {
      const read = parseProof(formatProof(await proofOf(index, size)));
      if (!read.ok) throw new Error('no proof');
      expect(verifyProof(read.value, entryAt(index), POLICY)).toMatchObject({
        ok: true,
        value: { time: NOW },
      });
    }
  });

  it('[LOG125] refuses another entry, index, hash, root and policy: all that is wrong', async () => {
    const proof = await proofOf(7);
    const entry = entryAt(7);
    expect(rulesOf(verifyProof(proof, entryAt(8), POLICY))).toEqual(['LOG125']);
    expect(rulesOf(verifyProof({ ...proof, index: 8 }, entry, POLICY))).toEqual(['LOG125']);
    expect(rulesOf(verifyProof({ ...proof, index: 300 }, entry, POLICY))).toEqual(['LOG125']);
    expect(rulesOf(verifyProof({ ...proof, hashes: proof.hashes.slice(1) }, entry, POLICY))).toEqual([
      'LOG125',
    ]);
    expect(rulesOf(verifyProof({ ...proof, hashes: proof.hashes.toReversed() }, entry, POLICY))).toEqual([
      'LOG125',
    ]);
    const alone = await proofOf(7, 300, []);
    expect(rulesOf(verifyProof(alone, entry, POLICY))).toEqual(['LOG104']);
    expect(rulesOf(verifyProof(alone, entryAt(9), POLICY))).toEqual(['LOG125', 'LOG104']);
    const other = { ...proof, signed: (await proofOf(7, 301)).signed };
    expect(rulesOf(verifyProof(other, entry, POLICY))).toEqual(['LOG125']);
  });

  it('[LOG125] seeded hole: a checkpoint whose text says another root than was signed does not verify', async () => {
    const proof = await proofOf(7);
    const forged = await proofOf(7, 301);
    const { checkpoint } = forged.signed;
    const posing = {
      ...forged,
      signed: { checkpoint, note: { ...forged.signed.note, signatures: proof.signed.note.signatures } },
    };
    expect(rulesOf(verifyProof(posing, entryAt(7), POLICY))).toContain('LOG45');
  });

  it('[LOG2, LOG120-LOG124] refuses what is none: all the faults', async () => {
    const good = text(formatProof(await proofOf(1, 5)));
    const hash = good.split('\n')[2] as string;
    const wrong: [string, string[]][] = [
      ['', ['LOG120']],
      [good.replace('@v1', '@v2'), ['LOG120']],
      [good.replace('index 1', 'index 01'), ['LOG123']],
      [good.replace('index 1', 'index -1'), ['LOG123']],
      [good.replace('index 1\n', ''), ['LOG123']],
      [good.replace('index 1', 'extra AA=\nindex 1'), ['LOG122']],
      [good.replace('index 1', 'extra AA==\nextra AA==\nindex 1'), ['LOG123', 'LOG124']],
      [good.replace('index 1', 'index 1\nextra AA=='), ['LOG124']],
      [good.replace('index 1', `extra ${'AAAA'.repeat(21_846)}\nindex 1`), ['LOG122']],
      [good.replace('index 1', `index 1\n${'A'.repeat(131_072)}`), ['LOG121']],
      [good.replace(hash, hash.slice(4)), ['LOG124']],
      [good.replace(hash, `${hash} `), ['LOG124']],
      [good.replace(hash, `${hash}\n`.repeat(64).trimEnd()), ['LOG124']],
      [good.replace('\n\nexample', '\nexample'), ['LOG124', 'LOG42']],
      [good.replace('\n5\n', '\n05\n'), ['LOG1']],
    ];
    for (const [file, rules] of wrong) {
      const found = rulesOf(parseProof(bytes(file)));
      expect(new Set(found), file.slice(0, 80)).toEqual(new Set(rules));
    }
    expect(rulesOf(parseProof(new Uint8Array(PROOF_BYTES_LIMIT + 1)))).toEqual(['LOG121']);
    const both = good.replace('@v1', '@v2').replace('index 1', 'index 1e3').replace(hash, 'AAAA');
    expect(rulesOf(parseProof(bytes(both)))).toEqual(['LOG120', 'LOG123', 'LOG124']);
  });

  it('[LOG124] a hash spelled in another alphabet or with bits after its end is none', async () => {
    const good = text(formatProof(await proofOf(1, 5)));
    const hash = good.split('\n')[2] as string;
    const loose = `${hash.slice(0, 42)}${hash[42] === 'B' ? 'D' : 'B'}=`;
    expect(rulesOf(parseProof(bytes(good.replace(hash, loose))))).toEqual(['LOG124']);
  });
});
