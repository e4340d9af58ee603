import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PartyRole } from '../src/agreement.ts';
import { codeSecret, eraserOf, listed, readCode } from '../src/enrolment-codes.ts';
import type { PartyKeys } from '../src/party-keys.ts';
import { verifyReceipt } from '../src/receipt.ts';
import { replayRules } from '../src/rules-replay.ts';
import { SEALED_BYTES, type Spoken, verifySpoken } from '../src/spoken.ts';
import { importIssuerKey, type TokenScope } from '../src/voice-token.ts';

const { subtle } = crypto;
const load = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${path}`, import.meta.url), 'utf8'));
const bytes = (text: string, encoding: 'hex' | 'base64') => new Uint8Array(Buffer.from(text, encoding));

describe('vectors: the rules log, entry by entry', () => {
  const { agreement, parties, cases } = load('rules-log/replay.json') as {
    agreement: string;
    parties: Record<PartyRole, PartyKeys>;
    cases: { why: string; entry: string; after: string }[];
  };
  const trust = { agreement, parties: new Map(Object.entries(parties) as [PartyRole, PartyKeys][]) };
  for (const [i, { why, after }] of cases.entries()) {
    it(`[RUL30] ${why}: ${after}`, async () => {
      const entries = cases.slice(0, i + 1).map((one) => bytes(one.entry, 'base64'));
      const { standing } = await replayRules(entries, trust, subtle);
      expect(standing.inForce ? `version ${standing.version.agreement.version}` : standing.refusal).toBe(
        after,
      );
    });
  }
});

describe('vectors: receipts', () => {
  const { now, document, valid, invalid } = load('consent/receipts.json') as {
    now: number;
    document: string;
    valid: { why: string; text: string; state: string }[];
    invalid: { why: string; text: string; rule: string }[];
  };
  const verify = (text: string) =>
    verifyReceipt(
      new TextEncoder().encode(text),
      { agreement: bytes(document, 'base64'), policy: null, now },
      subtle,
    );
  for (const { why, text, state } of valid) {
    it(`[CON50] ${why}`, async () =>
      expect(await verify(text)).toMatchObject({ ok: true, value: { state } }));
  }
  for (const { why, text, rule } of invalid) {
    it(`[${rule}] refuses ${why}`, async () => {
      const checked = await verify(text);
      expect(checked.ok ? [] : checked.faults.map((fault) => fault.rule)).toContain(rule);
    });
  }
});

describe('vectors: what is said with a token', () => {
  type Case = {
    why: string;
    kind: TokenScope['kind'];
    digest: string;
    key: string;
    token: string;
    says: string;
    signature: string;
  };
  const { scope, issuer, nullifier, valid, invalid } = load('objection/spoken.json') as {
    scope: TokenScope;
    issuer: string;
    nullifier: string;
    valid: Case[];
    invalid: (Case & { refusal: string })[];
  };
  const spokenOf = (one: Case): Spoken => ({
    scope: { kind: one.kind, digest: one.digest },
    token: { key: bytes(one.key, 'hex'), signature: bytes(one.token, 'hex') },
    says: one.says,
    sealed: new Uint8Array(SEALED_BYTES).fill(9),
    signature: bytes(one.signature, 'hex'),
  });
  const verify = async (one: Case) =>
    verifySpoken(spokenOf(one), scope, await importIssuerKey(bytes(issuer, 'base64'), subtle), subtle);
  for (const one of valid) {
    it(`[OBJ7] ${one.why}`, async () => expect(await verify(one)).toEqual({ ok: true, nullifier }));
  }
  for (const one of invalid) {
    it(`[OBJ8] refuses ${one.why}`, async () => {
      expect(await verify(one)).toEqual({ ok: false, refusal: one.refusal });
    });
  }
});

describe('vectors: codes', () => {
  const { codes, typed, misread } = load('enrolment/codes.json') as {
    codes: { code: string; secret: string; enrolment: string; ticket: string; eraser: string }[];
    typed: string[];
    misread: { why: string; typed: string }[];
  };
  for (const [i, one] of codes.entries()) {
    it(`[ENR1, ENR3, ENR8] code ${i} and what is made of it`, async () => {
      const secret = (await readCode(one.code, subtle)) as Uint8Array;
      expect(Buffer.from(secret).toString('hex')).toBe(one.secret);
      expect(await listed(await codeSecret(secret, 'enrol', subtle), subtle)).toBe(one.enrolment);
      expect(await listed(await codeSecret(secret, 'ticket', subtle), subtle)).toBe(one.ticket);
      expect(await eraserOf(secret, subtle)).toBe(one.eraser);
    });
  }
  for (const text of typed) {
    it(`[ENR1] reads ${text}`, async () => {
      expect(await readCode(text, subtle)).toEqual(bytes(codes[0]?.secret ?? '', 'hex'));
    });
  }
  for (const { why, typed: text } of misread) {
    it(`[ENR1] tells that ${why}`, async () => expect(await readCode(text, subtle)).toBe(null));
  }
});
