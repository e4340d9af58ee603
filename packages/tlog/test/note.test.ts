import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../src/base64.ts';
import { ed25519Key } from '../src/ed25519.ts';
import { mlDsa44Key } from '../src/ml-dsa-44.ts';
import { formatNote, NOTE_BYTES_LIMIT, type Note, parseNote, parseSignatureLines } from '../src/note.ts';
import { signNote, verifyNote, verifySignature, withSignatures } from '../src/signed-note.ts';
import { textSigner } from '../src/signer.ts';
import { parseSize } from '../src/tree-size.ts';
import { bytes, rulesOf, text } from './made-log.ts';

const signer = textSigner('steward.example', ed25519Key(new Uint8Array(32).fill(1)));
const pqSigner = textSigner('steward.example', mlDsa44Key(new Uint8Array(32).fill(2)));
const stranger = textSigner('stranger.example', ed25519Key(new Uint8Array(32).fill(3)));
const LINE = '\u2014 a.example AAAAAQE=\n';
const parsedRules = (note: string | Uint8Array) =>
  rulesOf(parseNote(typeof note === 'string' ? bytes(note) : note));

describe('base64 and sizes', () => {
  it('[LOG2] reads back what it writes, and takes no other spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (given) => {
        expect(decodeBase64(encodeBase64(given))).toEqual(given);
      }),
    );
    for (const wrong of [
      'A',
      'AA',
      'AAA',
      'AB==',
      'AAB=',
      'AAAA=',
      '====',
      'AA==AAAA',
      'AA AA',
      'AAA\n',
      '-_AA',
      'AAAAA',
    ]) {
      expect(decodeBase64(wrong), wrong).toBeNull();
    }
    // A text that decodes is the one that encodes.
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgw+/=9z'), maxLength: 12 }), (given) => {
        const decoded = decodeBase64(given);
        expect(decoded === null || encodeBase64(decoded) === given).toBe(true);
      }),
    );
  });

  it('[LOG1] reads sizes in one spelling up to 2^53 - 1', () => {
    expect(['0', '7', '9007199254740991'].map(parseSize)).toEqual([0, 7, 2 ** 53 - 1]);
    const wrong = [
      '',
      '00',
      '01',
      '-1',
      '+1',
      ' 1',
      '1 ',
      '1e3',
      '0x1',
      '1.0',
      'NaN',
      '9007199254740992',
      '٣',
      '18446744073709551616',
    ];
    for (const one of wrong) expect(parseSize(one), one).toBeNull();
  });
});

describe('signed notes', () => {
  const texts = fc
    .array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 5 })
    .map((lines) => `${lines.join('\n')}\n`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no note has them
    .filter((one) => one.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(one));

  it('[LOG42, LOG43] reads back what it writes: the last empty line parts text and signatures', () => {
    fc.assert(
      fc.property(texts, fc.uint8Array({ minLength: 1, maxLength: 80 }), (noteText, signature) => {
        const note: Note = {
          text: noteText,
          signatures: [{ name: 'a.example/b', id: 0xfffffffe, signature }],
        };
        expect(parseNote(formatNote(note))).toEqual({ ok: true, value: note });
      }),
    );
  });

  it('[LOG41] refuses what is not UTF-8, and control characters', () => {
    expect(parsedRules(Uint8Array.of(0x61, 0x0a, 0x0a, 0xff))).toEqual(['LOG41']);
    expect(parsedRules(`a\tb\n\n${LINE}`)).toEqual(['LOG41']);
    expect(parsedRules(`a\r\n\n${LINE}`)).toEqual(['LOG41']);
    expect(parsedRules(`a\0\n\n${LINE}`)).toEqual(['LOG41']);
    // Surrogates that were encoded by themselves, and more bytes than a character needs.
    expect(parsedRules(Uint8Array.of(0xed, 0xa0, 0x80, 0x0a, 0x0a))).toEqual(['LOG41']);
    expect(parsedRules(Uint8Array.of(0xc0, 0x8a, 0x0a, 0x0a))).toEqual(['LOG41']);
    const marked = parseNote(bytes(`\ufeffa\n\n${LINE}`));
    expect(marked.ok && marked.value.text).toBe('\ufeffa\n');
  });

  it('[LOG42] refuses a note without text, empty line or signatures', () => {
    expect(parsedRules('')).toEqual(['LOG42']);
    expect(parsedRules(`a\n${LINE}`)).toEqual(['LOG42']);
    expect(parsedRules('a\n\n')).toEqual(['LOG42']);
    expect(parsedRules(`a\n\n${LINE.trimEnd()}`)).toEqual(['LOG42']);
    // What looks like a signature before the last empty line is text.
    const quoting = parseNote(bytes(`a\n\n${LINE}\n${LINE}`));
    expect(quoting.ok && quoting.value.text).toBe(`a\n\n${LINE}`);
  });

  it('[LOG40, LOG43] refuses lines of another form: all of them are named', () => {
    const wrong = [
      ['- a AAAAAQE=', 'LOG43'],
      ['\u2014 a  AAAAAQE=', 'LOG43'],
      ['\u2014 a AAAAAQE= ', 'LOG43'],
      ['\u2014a AAAAAQE=', 'LOG43'],
      ['\u2014  AAAAAQE=', 'LOG40'],
      ['\u2014 a+b AAAAAQE=', 'LOG40'],
      ['\u2014 a\u00a0b AAAAAQE=', 'LOG40'],
      ['\u2014 a\u0085b AAAAAQE=', 'LOG40'],
      [`\u2014 ${'a'.repeat(256)} AAAAAQE=`, 'LOG40'],
      ['\u2014 a AAAAAQF=', 'LOG2'],
      ['\u2014 a AAAAAQE', 'LOG2'],
      ['\u2014 a AAAAAA==', 'LOG43'],
      [`\u2014 a ${'AAAA'.repeat(5000)}`, 'LOG46'],
    ] as const;
    for (const [line, rule] of wrong) expect(rulesOf(parseSignatureLines(`${line}\n`)), line).toEqual([rule]);
    const all = wrong.map(([line]) => `${line}\n`).join('');
    expect(rulesOf(parseSignatureLines(all))).toEqual(wrong.map(([, rule]) => rule));
  });

  it('[LOG44] refuses a second signature of one key', () => {
    expect(parsedRules(`a\n\n${LINE}${LINE}`)).toEqual(['LOG44']);
    expect(parsedRules(`a\n\n${LINE}${LINE.replace('AAAAAQE=', 'AAAAAgE=')}`)).toEqual([]);
  });

  it('[LOG46] refuses a note that is too long, and more than 64 signatures', () => {
    expect(parsedRules(new Uint8Array(NOTE_BYTES_LIMIT + 1))).toEqual(['LOG46']);
    const lines = (count: number) =>
      Array.from({ length: count }, (_, i) => LINE.replace('a.', `a${i}.`)).join('');
    expect(parsedRules(`a\n\n${lines(64)}`)).toEqual([]);
    expect(parsedRules(`a\n\n${lines(65)}`)).toEqual(['LOG46']);
  });

  it('[LOG45] verifies Ed25519 and ML-DSA-44 over the text, and ignores keys that it does not know', async () => {
    const note = await signNote('a statement\n\nwith an empty line\n', [signer, pqSigner, stranger]);
    const read = parseNote(formatNote(note));
    expect(read).toEqual({ ok: true, value: note });
    expect(verifyNote(note, [signer.key, pqSigner.key])).toEqual({
      ok: true,
      value: [
        { key: signer.key, time: null },
        { key: pqSigner.key, time: null },
      ],
    });
  });

  it('[LOG45] refuses the note for one known signature that does not hold, and one that nobody known signed', async () => {
    const note = await signNote('a statement\n', [signer, pqSigner]);
    const moved = { ...note, text: 'another statement\n' };
    expect(rulesOf(verifyNote(moved, [signer.key, pqSigner.key]))).toEqual(['LOG45', 'LOG45']);
    const [good, bad] = note.signatures;
    if (!good || !bad) throw new Error('two signatures');
    const broken = {
      ...bad,
      signature: Uint8Array.from(bad.signature, (byte, i) => (i === 9 ? byte ^ 1 : byte)),
    };
    const half = withSignatures(note, [broken]);
    expect(rulesOf(verifyNote(half, [signer.key, pqSigner.key]))).toEqual(['LOG45']);
    expect(verifyNote(half, [signer.key]).ok).toBe(true);
    expect(rulesOf(verifyNote(note, [stranger.key]))).toEqual(['LOG45']);
    expect(rulesOf(verifyNote(note, []))).toEqual(['LOG45']);
  });

  it('[LOG45] a name and id that fit do not help a signature by another key', async () => {
    const note = await signNote('a statement\n', [stranger]);
    const posing = note.signatures.map(({ signature }) => ({
      name: signer.key.name,
      id: signer.key.id,
      signature,
    }));
    expect(rulesOf(verifyNote({ text: note.text, signatures: posing }, [signer.key]))).toEqual(['LOG45']);
  });

  it('[LOG52] refuses a signature of another length than its type has', async () => {
    const signature = await signer.sign('a\n');
    expect(rulesOf(verifySignature(signer.key, 'a\n', signature.subarray(1)))).toEqual(['LOG52']);
    expect(rulesOf(verifySignature(pqSigner.key, 'a\n', signature))).toEqual(['LOG52']);
  });

  it('[LOG53] signs no text that would be a cosignature', async () => {
    await expect(signer.sign('cosignature/v1\ntime 1\na\n1\nAAAA\n')).rejects.toThrow(RangeError);
    await expect(signNote('no line feed', [signer])).rejects.toThrow(RangeError);
    await expect(signNote('a\u0007\n', [signer])).rejects.toThrow(RangeError);
  });

  it('of a key that signed before, the new signature stands', async () => {
    const note = await signNote('a statement\n', [signer, stranger]);
    const again = withSignatures(note, [
      { name: signer.key.name, id: signer.key.id, signature: Uint8Array.of(1) },
    ]);
    expect(again.signatures.map(({ name }) => name)).toEqual(['stranger.example', 'steward.example']);
    expect(text(formatNote(again)).startsWith('a statement\n\n\u2014 stranger.example ')).toBe(true);
  });
});
