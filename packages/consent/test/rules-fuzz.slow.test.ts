import { describe, expect, it } from 'vitest';
import { parseElection } from '../src/election.ts';
import { readCode } from '../src/enrolment-codes.ts';
import { readPartyNote } from '../src/party-note.ts';
import { parseReceipt } from '../src/receipt.ts';
import { readRulesEntry } from '../src/rules-entry.ts';
import { parseStatement, parseTarget, statementText } from '../src/rules-statement.ts';
import { commitmentEntry, plainEntry, readUsesEntry } from '../src/uses-entry.ts';
import { aboutOf, keyedAgreement, noteOf, PARTIES } from './rules-fixture.ts';

/** Repeatable: the seed is printed with a failure, and a seed that failed becomes a named test. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}

/** A copy with some bytes changed, cut out, doubled or put in. */
function mutated(bytes: Uint8Array, next: () => number): Uint8Array {
  const out = [...bytes];
  for (let n = 1 + Math.floor(next() * 4); n > 0; n--) {
    const at = Math.floor(next() * (out.length + 1));
    const kind = next();
    if (kind < 0.4) out[Math.min(at, Math.max(0, out.length - 1))] = Math.floor(next() * 256);
    else if (kind < 0.6) out.splice(at, 1 + Math.floor(next() * 20));
    else if (kind < 0.8) out.splice(at, 0, ...out.slice(at, at + Math.floor(next() * 20)));
    else out.splice(at, 0, LETTERS.charCodeAt(Math.floor(next() * LETTERS.length)));
  }
  return Uint8Array.from(out);
}
const LETTERS = '{}[]",:\n -+0123456789eabcdef\u0000';

describe('fuzz of what comes from outside', async () => {
  const { agreement } = await keyedAgreement();
  const about = await aboutOf(agreement);
  const statement = statementText({
    kind: 'objections',
    ...about,
    issued: 30,
    spent: 3,
    list: '9a'.repeat(32),
    targets: [
      { target: { kind: 'agreement' }, count: 1 },
      { target: { kind: 'app', app: 'mail' }, count: 2 },
    ],
  });
  const note = await noteOf({ kind: 'revocation', ...about }, [PARTIES.employer.ed25519]);
  const use = plainEntry({
    format: 'aboveboard-use',
    formatVersion: 1,
    at: 1_795_000_000,
    actor: { role: 'operator', account: 'ab'.repeat(16) },
    act: {
      kind: 'access',
      grant: 'ab'.repeat(16),
      purpose: 'model-testing',
      recordings: 3,
      list: 'cd'.repeat(32),
    },
  });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

  it('[RUL53, USE1, CON55, ENR10, OBJ9] a million malformed inputs throw nothing and pass for nothing else', {
    timeout: 1_800_000,
  }, async () => {
    const seed = 20_261_122;
    const next = generator(seed);
    const statementBytes = new TextEncoder().encode(statement);
    for (let i = 0; i < 1_000_000; i++) {
      const kind = i % 8;
      const where = `seed ${seed}, case ${i}`;
      if (kind < 3) {
        const changed = text(mutated(statementBytes, next));
        const parsed = parseStatement(changed);
        if (parsed.ok) expect(statementText(parsed.value), where).toBe(changed);
      } else if (kind < 5) {
        const changed = mutated(use, next);
        const read = readUsesEntry(changed);
        if (read.ok) {
          const again =
            read.value.kind === 'plain' ? plainEntry(read.value.use) : commitmentEntry(read.value.commitment);
          expect(Buffer.compare(again, changed), where).toBe(0);
        }
      } else if (kind === 5) {
        const entry = await readRulesEntry(mutated(note, next), crypto.subtle);
        expect(['note', 'unreadable'], where).toContain(entry.kind);
      } else if (kind === 6) {
        const changed = mutated(note, next);
        // Signatures are slow: a key is only looked for in one of a hundred.
        const read = readPartyNote(changed, i % 800 === 6 ? [PARTIES.employer.keys.ed25519] : []);
        if (read && read.signedBy.size > 0) expect(text(note).startsWith(read.text), where).toBe(true);
      } else {
        parseReceipt(mutated(use, next));
        parseElection(text(mutated(use, next)));
        parseTarget(text(mutated(statementBytes, next)));
        if (i % 80 === 7)
          expect(await readCode(text(mutated(statementBytes, next)), crypto.subtle)).toBe(null);
      }
    }
  });
});
