import { describe, expect, it } from 'vitest';
import { signStatement } from '../src/agreement-signing.ts';
import { replayRules } from '../src/rules-replay.ts';
import { parseStatement, type RulesStatement, statementText } from '../src/rules-statement.ts';
import { both, keyedAgreement, PARTIES, signedEntries, TRUST } from './rules-fixture.ts';

const { agreement } = await keyedAgreement(() => {});
const entries = await signedEntries(agreement);
const says = (recipient: string): RulesStatement => ({ kind: 'halves', id: agreement.id, recipient });
const [ONE, TWO] = ['age1pq1first0guardian', 'age1pq1second0guardian'] as const;
const replayed = (...more: Uint8Array[]) => replayRules([...entries, ...more], TRUST, crypto.subtle);

describe('whom the guardian’s half of every key is sealed to', () => {
  it('[RUL44] nobody, until the representative has said it; the last that she said counts', async () => {
    expect((await replayed()).halves).toBeNull();
    const first = await signStatement(says(ONE), both(PARTIES.representative));
    expect((await replayed(first)).halves).toBe(ONE);
    const second = await signStatement(says(TWO), both(PARTIES.representative));
    expect((await replayed(first, second)).halves).toBe(TWO);
    // A copy of the older one says nothing: nobody brings a guardian back that was replaced.
    expect((await replayed(first, second, first)).halves).toBe(TWO);
  });

  it('[RUL44] not by another party, and not with one algorithm alone', async () => {
    const { representative, employer } = PARTIES;
    for (const signers of [both(employer), [representative.ed25519], [representative.mlDsa44]]) {
      const state = await replayed(await signStatement(says(ONE), signers));
      expect(state.halves).toBeNull();
      expect(state.acts.at(-1)).toMatchObject({ kind: 'ignored', reason: 'not-for-this-party' });
      expect(state.standing.inForce).toBe(true);
    }
  });

  it('[RUL16] a hybrid recipient, in one spelling', () => {
    expect(parseStatement(statementText(says(ONE)))).toEqual({ ok: true, value: says(ONE) });
    for (const recipient of ['', 'age1classic', 'age1pq1', 'age1pq1UPPER', 'age1pq1with space', `${ONE} `]) {
      const parsed = parseStatement(statementText(says(recipient)));
      expect(parsed.ok, recipient).toBe(false);
      if (!parsed.ok) expect(parsed.faults.map(({ rule }) => rule)).toContain('RUL16');
    }
    expect(parseStatement(`${statementText(says(ONE))}more\n`).ok).toBe(false);
  });
});
