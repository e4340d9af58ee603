import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../src/base64.ts';
import { formatCheckpointText, parseCheckpoint } from '../src/checkpoint.ts';
import { encodeBundle, parseBundle } from '../src/entry-bundle.ts';
import { formatFork, parseFork } from '../src/fork-evidence.ts';
import type { Checked } from '../src/log-fault.ts';
import { LogReader } from '../src/log-reader.ts';
import { consistencyFault, inclusionFault, leafHash } from '../src/merkle.ts';
import { formatNote, parseNote } from '../src/note.ts';
import { formatPolicy, parsePolicy } from '../src/policy-file.ts';
import { formatProof, parseProof } from '../src/proof-file.ts';
import { parseTilePath, tilePath } from '../src/tile.ts';
import { formatVerifierKey, parseVerifierKey } from '../src/verifier-key.ts';
import { parseAddCheckpoint } from '../src/witness.ts';
import { addCheckpointBody } from '../src/witness-client.ts';
import { bytes, cosigned, entryAt, inTime, LOG_KEYS, madeLog, POLICY, text } from './made-log.ts';

// A million cases over everything that reads bytes from outside: each answers with a value or with faults, and
// never throws; what it takes is what it would write, so nothing has two spellings.
const CASES = Number(process.env['FUZZ_CASES'] ?? 1_000_000);
const HOUR = 3_600_000;
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Of a good file: bytes changed, cut, doubled, moved, or put in from another. */
function spoiled(good: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const inserts = [
    '\n',
    '\n\n',
    ' ',
    '0',
    '9007199254740993',
    '\u2014',
    '=',
    '+',
    '\0',
    '\ufeff',
    '\u00a0',
    'old 1',
    'index 0',
  ].map(bytes);
  const edit = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('flip', 'set', 'cut', 'insert', 'double', 'end' as const),
    value: fc.nat(255),
    length: fc.nat(40),
    insert: fc.constantFrom(...inserts),
  });
  return fc
    .tuple(fc.constantFrom(...good), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([from, edits]) => {
      let now = Uint8Array.from(from);
      for (const { at, kind, value, length, insert } of edits) {
        const place = now.length === 0 ? 0 : at % now.length;
        const [before, after] = [now.subarray(0, place), now.subarray(place)];
        if (kind === 'flip' || kind === 'set') {
          now = Uint8Array.from(now);
          if (now.length > 0)
            now[place] = kind === 'set' ? value : (now[place] as number) ^ (1 << (value & 7));
        } else if (kind === 'cut') now = joined(before, after.subarray(length));
        else if (kind === 'insert') now = joined(before, insert, after);
        else if (kind === 'double') now = joined(before, after.subarray(0, length), after);
        else now = before.slice();
      }
      return now;
    });
}

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const anyBytes = fc.uint8Array({ maxLength: 120 });
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** Reads without throwing; what it took is spelled as it would be written. */
function holds<T>(
  given: Uint8Array,
  parse: (bytes: Uint8Array) => Checked<T>,
  write: (value: T) => Uint8Array | null,
): void {
  const read = parse(given);
  if (!read.ok) {
    if (read.faults.length === 0 || read.faults.some(({ rule }) => !/^LOG\d+$/.test(rule)))
      throw new Error('no rule');
    return;
  }
  const written = write(read.value);
  if (written && !same(written, given)) throw new Error('two spellings');
}

describe(`a million cases over the parsers, seed ${seed}`, () => {
  it('[LOG1, LOG2, LOG20, LOG31, LOG41-LOG46, LOG50, LOG60, LOG107, LOG120, LOG131, LOG154] never throw, and take one spelling', {
    timeout: HOUR,
  }, async () => {
    const { source } = await madeLog(20);
    const file = (await (await cosigned(source, inTime)).read('checkpoint', 1e6)) as Uint8Array;
    const signed = parseCheckpoint(file);
    if (!signed.ok) throw new Error('no checkpoint');
    const reader = new LogReader({ source, ...signed.value.checkpoint });
    const proof = await reader.proof(3, signed.value);
    const fork = {
      first: signed.value,
      second: signed.value,
      shown: { kind: 'entries' as const, index: 3, first: side(), second: side() },
    };
    const started = {
      ...fork,
      shown: { kind: 'start' as const, root: leafHash(entryAt(3)), proof: proof.hashes },
    };
    function side() {
      return { leaf: leafHash(entryAt(3)), proof: proof.hashes };
    }
    const policy = bytes(formatPolicy(POLICY));
    const keys = LOG_KEYS.map((key) => bytes(formatVerifierKey(key)));

    const surfaces: [string, readonly Uint8Array[], (given: Uint8Array) => void][] = [
      ['note', [file], (given) => holds(given, parseNote, formatNote)],
      [
        'checkpoint',
        [file],
        (given) =>
          holds(given, parseCheckpoint, ({ checkpoint, note }) => {
            if (formatCheckpointText(checkpoint) !== note.text) throw new Error('two spellings');
            return formatNote(note);
          }),
      ],
      [
        'proof',
        [formatProof(proof), formatProof({ ...proof, extra: bytes('x') })],
        (given) => holds(given, parseProof, formatProof),
      ],
      [
        'add-checkpoint',
        [addCheckpointBody(7, proof.hashes, signed.value), addCheckpointBody(0, [], signed.value)],
        (given) =>
          holds(given, parseAddCheckpoint, (one) => addCheckpointBody(one.old, one.proof, one.signed)),
      ],
      [
        'fork',
        [formatFork(fork), formatFork(started), formatFork({ ...fork, shown: null })],
        (given) => holds(given, parseFork, formatFork),
      ],
      // Comments and white space are free in a policy: what it wrote reads as what it read.
      [
        'policy',
        [policy],
        (given) =>
          holds(given, parsePolicy, (value) => {
            const again = parsePolicy(bytes(formatPolicy(value)));
            if (!again.ok || JSON.stringify(again.value) !== JSON.stringify(value))
              throw new Error('two readings');
            return null;
          }),
      ],
      [
        'key',
        keys,
        (given) =>
          holds(
            given,
            (one) => parseVerifierKey(text(one)),
            (key) => bytes(formatVerifierKey(key)),
          ),
      ],
      [
        'bundle',
        [encodeBundle([entryAt(0), new Uint8Array(), entryAt(2)])],
        (given) => holds(given, (one) => parseBundle(one, 3), encodeBundle),
      ],
      [
        'tile path',
        [bytes('tile/0/x001/x234/067.p/12'), bytes('tile/entries/000')],
        (given) => {
          const path = parseTilePath(text(given));
          if (path && tilePath(path) !== text(given)) throw new Error('two spellings');
        },
      ],
      [
        'base64',
        [bytes(encodeBase64(entryAt(1)))],
        (given) => {
          const decoded = decodeBase64(text(given));
          if (decoded && encodeBase64(decoded) !== text(given)) throw new Error('two spellings');
        },
      ],
    ];
    const each = Math.ceil(CASES / surfaces.length);
    for (const [name, good, check] of surfaces) {
      for (const one of good) check(one);
      const given = fc.oneof({ weight: 9, arbitrary: spoiled(good) }, { weight: 1, arbitrary: anyBytes });
      expect(
        () => fc.assert(fc.property(given, check), { numRuns: each, seed, endOnFailure: true }),
        name,
      ).not.toThrow();
    }
  });

  it('[LOG12-LOG14] no proof that was changed leads to the root', { timeout: HOUR }, () => {
    const hash = fc.uint8Array({ minLength: 31, maxLength: 33 });
    const size = fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.double());
    const claim = fc.record({
      index: size,
      size,
      leaf: hash,
      root: hash,
      proof: fc.array(hash, { maxLength: 70 }),
    });
    fc.assert(
      fc.property(claim, (one) => {
        const inclusion = inclusionFault(one);
        const { index, size: size2, leaf, root, proof } = one;
        const consistency = consistencyFault({ size1: index, size2, root1: leaf, root2: root, proof });
        // Only a tree of one, and a tree that is itself, have a root that is made of nothing else.
        if (inclusion === null) expect(one.size === 1 && same(leaf, root)).toBe(true);
        if (consistency === null) expect(index === size2 && same(leaf, root)).toBe(true);
      }),
      { numRuns: 100_000, seed },
    );
  });
});
