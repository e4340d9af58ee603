import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatCheckpointText, parseCheckpoint, parseCheckpointText } from '../src/checkpoint.ts';
import {
  ed25519CosignatureMessage,
  joinTimed,
  mlDsa44CosignatureMessage,
  splitTimed,
} from '../src/cosignature.ts';
import { ed25519Key, verifyEd25519 } from '../src/ed25519.ts';
import { EMPTY_ROOT } from '../src/merkle.ts';
import { mlDsa44Key, verifyMlDsa44 } from '../src/ml-dsa-44.ts';
import { formatNote } from '../src/note.ts';
import { signNote, verifyNote, verifySignature } from '../src/signed-note.ts';
import { cosigner } from '../src/signer.ts';
import { parseVerifierKey } from '../src/verifier-key.ts';
import { bytes, LOG_KEYS, LOG_SIGNERS, NOW, ORIGIN, party, rulesOf, sharedFolder } from './made-log.ts';

const TEXT = formatCheckpointText({ origin: ORIGIN, size: 0, root: EMPTY_ROOT });
const ROOT = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

describe('checkpoints', () => {
  it('[LOG60] is origin, size and root, one a line', () => {
    expect(TEXT).toBe(`${ORIGIN}\n0\n${ROOT}\n`);
    expect(parseCheckpointText(TEXT)).toEqual({
      ok: true,
      value: { origin: ORIGIN, size: 0, root: EMPTY_ROOT, extensions: [] },
    });
    const extended = parseCheckpointText(`${TEXT}one\ntwo\n`);
    expect(extended.ok && extended.value.extensions).toEqual(['one', 'two']);
  });

  it('[LOG1, LOG60-LOG63] refuses what is none, with all the faults', () => {
    const wrong: [string, string[]][] = [
      ['', ['LOG60']],
      [`a\n1\n`, ['LOG60']],
      [`a\n1\n${ROOT}`, ['LOG60']],
      [`\n1\n${ROOT}\n`, ['LOG61']],
      [`${'a'.repeat(256)}\n1\n${ROOT}\n`, ['LOG61']],
      [`a\n01\n${ROOT}\n`, ['LOG1']],
      [`a\n9007199254740992\n${ROOT}\n`, ['LOG1']],
      [`a\n1\n${ROOT.slice(4)}\n`, ['LOG62']],
      [`a\n1\n${ROOT.replace('FU=', 'FV=')}\n`, ['LOG62']],
      [`a\n1\n${ROOT}\n\nb\n`, ['LOG63']],
      [`\n-1\nAA==\n\n`, ['LOG61', 'LOG1', 'LOG62', 'LOG63']],
    ];
    for (const [text, rules] of wrong) expect(rulesOf(parseCheckpointText(text)), text).toEqual(rules);
  });

  it('[LOG60] writes none that it would not read', () => {
    const good = { origin: 'a', size: 1, root: EMPTY_ROOT };
    for (const wrong of [
      { origin: '' },
      { origin: 'a\nb' },
      { size: -1 },
      { size: 0.5 },
      { root: new Uint8Array(31) },
      { extensions: [''] },
    ]) {
      expect(() => formatCheckpointText({ ...good, ...wrong })).toThrow(RangeError);
    }
  });

  it('[LOG64] a log signs with Ed25519 first, then ML-DSA-44, under its origin', async () => {
    const note = await signNote(TEXT, LOG_SIGNERS);
    expect(note.signatures.map(({ name }) => name)).toEqual([ORIGIN, ORIGIN]);
    const verified = verifyNote(note, LOG_KEYS);
    expect(verified.ok && verified.value.map(({ key, time }) => [key.type, time])).toEqual([
      ['ed25519', null],
      ['ml-dsa-44-cosignature', NOW],
    ]);
    expect(parseCheckpoint(formatNote(note)).ok).toBe(true);
  });

  const tessera = sharedFolder('tessera-log');
  describe.skipIf(tessera === null)('of Tessera (tlog/tessera-log beside the repository)', () => {
    it('[LOG45, LOG60] all sixteen verify under its key, sizes 0 to 15, and no other text does', () => {
      const key = parseVerifierKey(readFileSync(`${tessera}/VKEY`, 'utf8').trim());
      if (!key.ok) throw new Error('no key');
      for (let size = 0; size < 16; size++) {
        const signed = parseCheckpoint(readFileSync(`${tessera}/checkpoint.${size}`));
        if (!signed.ok) throw new Error(`checkpoint ${size}`);
        expect(signed.value.checkpoint).toMatchObject({ origin: key.value.name, size });
        expect(verifyNote(signed.value.note, [key.value]).ok).toBe(true);
        const { note } = signed.value;
        const other = { ...note, text: note.text.replace(`\n${size}\n`, `\n${size + 1}\n`) };
        expect(rulesOf(verifyNote(other, [key.value]))).toEqual(['LOG45']);
      }
    });
  });
});

describe('cosignatures', () => {
  const witness = party('witness', 40);

  it('[LOG71-LOG73] sign these bytes', () => {
    expect(ed25519CosignatureMessage(1_679_315_147, 'a\n1\nroot\n')).toEqual(
      bytes('cosignature/v1\ntime 1679315147\na\n1\nroot\n'),
    );
    const message = mlDsa44CosignatureMessage('w', 2 ** 32 + 5, {
      origin: 'ab',
      start: 0,
      end: 258,
      hash: EMPTY_ROOT,
    });
    expect(Buffer.from(message).toString('hex')).toBe(
      [
        Buffer.from('subtree/v1\n\0').toString('hex'),
        '0177',
        '0000000100000005',
        '026162',
        '0000000000000000',
        '0000000000000102',
        Buffer.from(EMPTY_ROOT).toString('hex'),
      ].join(''),
    );
    expect(joinTimed(2 ** 32 + 5, Uint8Array.of(9))).toEqual(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 5, 9));
    expect(splitTimed(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 5, 9))).toEqual({
      time: 2 ** 32 + 5,
      signature: Uint8Array.of(9),
    });
    expect(splitTimed(Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0, 9))).toBeNull();
    expect(splitTimed(new Uint8Array(8))).toBeNull();
  });

  it('[LOG71, LOG73] of both algorithms verify, with their time', async () => {
    const note = await signNote(TEXT, [witness.ed25519, witness.mlDsa44]);
    const verified = verifyNote(note, [witness.ed25519.key, witness.mlDsa44.key]);
    expect(verified.ok && verified.value.map(({ time }) => time)).toEqual([NOW, NOW]);
    const [ed, pq] = note.signatures;
    const [edKey, pqKey] = [witness.ed25519.key, witness.mlDsa44.key];
    // By hand, and not through verifySignature.
    expect(
      verifyEd25519(
        edKey.publicKey,
        ed25519CosignatureMessage(NOW, TEXT),
        ed?.signature.subarray(8) as Uint8Array,
      ),
    ).toBe(true);
    const whole = { origin: ORIGIN, start: 0, end: 0, hash: EMPTY_ROOT };
    const message = mlDsa44CosignatureMessage('witness.example', NOW, whole);
    expect(verifyMlDsa44(pqKey.publicKey, message, pq?.signature.subarray(8) as Uint8Array)).toBe(true);
  });

  it('[LOG72] the time is signed: another one does not verify', async () => {
    for (const signer of [witness.ed25519, witness.mlDsa44]) {
      const timed = splitTimed(await signer.sign(TEXT));
      if (!timed) throw new Error('no time');
      const later = joinTimed(timed.time + 1, timed.signature);
      expect(rulesOf(verifySignature(signer.key, TEXT, later))).toEqual(['LOG45']);
      const huge = Uint8Array.from(await signer.sign(TEXT));
      huge[0] = 0xff;
      expect(rulesOf(verifySignature(signer.key, TEXT, huge))).toEqual(['LOG72']);
    }
  });

  it('[LOG73] ML-DSA-44 binds the name of the cosigner; one key under another name does not verify', async () => {
    const key = mlDsa44Key(new Uint8Array(32).fill(9));
    const [one, other] = [cosigner('one.example', key, () => NOW), cosigner('other.example', key, () => NOW)];
    expect(rulesOf(verifySignature(other.key, TEXT, await one.sign(TEXT)))).toEqual(['LOG45']);
  });

  it('[LOG70] signs and verifies nothing but checkpoints', async () => {
    await expect(witness.ed25519.sign('a statement\n')).rejects.toMatchObject({ name: 'LogError' });
    const signature = await witness.ed25519.sign(TEXT);
    expect(rulesOf(verifySignature(witness.ed25519.key, 'a statement\n', signature))).toEqual(['LOG70']);
  });

  it('[LOG70] a signature of the text is no cosignature by the same key, and the other way round', async () => {
    const key = ed25519Key(new Uint8Array(32).fill(1));
    const cosignature = await cosigner(ORIGIN, key, () => NOW).sign(TEXT);
    expect(rulesOf(verifySignature(LOG_KEYS[0] as never, TEXT, cosignature.subarray(8)))).toEqual(['LOG45']);
  });

  it('[LOG74] only of a whole tree is there a time', () => {
    const part = { origin: 'a', start: 4, end: 8, hash: EMPTY_ROOT };
    expect(() => mlDsa44CosignatureMessage('w', 1, part)).toThrow(RangeError);
    expect(mlDsa44CosignatureMessage('w', 0, part)).toHaveLength(12 + 2 + 8 + 2 + 16 + 32);
  });
});
