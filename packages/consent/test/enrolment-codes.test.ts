import { ed25519Key } from '@aboveboard/tlog/ed25519';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeSecret,
  codeSheet,
  dealCodes,
  eraserOf,
  listed,
  makeContributor,
  type Redemptions,
  readCode,
  redeem,
} from '../src/enrolment-codes.ts';
import { askToken, finishToken, makeIssuerKey, signBlinded, verifyToken } from '../src/voice-token.ts';

const { subtle } = crypto;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const dealt = await dealCodes(40, random, subtle);
const secrets = await Promise.all(dealt.codes.map((code) => readCode(code, subtle)));
const entryOf = async (secret: Uint8Array | null, use: 'enrol' | 'ticket') =>
  listed(await codeSecret(secret ?? new Uint8Array(), use, subtle), subtle);

describe('enrolment codes', () => {
  it('[ENR1] reads back however it was typed, and tells a misread one', async () => {
    const [code = ''] = dealt.codes;
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
    const [secret] = secrets;
    const typed = [
      code.toLowerCase(),
      code.replaceAll('-', ' '),
      ` ${code}\n`,
      code.replaceAll('0', 'o').replaceAll('1', 'l'),
    ];
    for (const text of typed) expect(await readCode(text, subtle)).toEqual(secret);
    let missed = 0;
    for (let i = 0; i < code.length; i++) {
      if (code[i] === '-') continue;
      const misread = `${code.slice(0, i)}${code[i] === '7' ? '8' : '7'}${code.slice(i + 1)}`;
      if ((await readCode(misread, subtle)) !== null) missed++;
    }
    expect(missed).toBe(0);
    for (const text of ['', code.slice(1), `${code}A`, code.replace(/^./, 'U'), 'x'.repeat(1000)]) {
      expect(await readCode(text, subtle)).toBe(null);
    }
  });

  it('[ENR2] as many as people, each another, and the sheets differ in the code alone', () => {
    expect(new Set(dealt.codes).size).toBe(40);
    const sheets = dealt.codes.map((code) => codeSheet(code).replace(code, 'CODE'));
    expect(new Set(sheets).size).toBe(1);
  });

  it('[ENR2] rejects what is no number of people, and randomness that is too short', async () => {
    await expect(dealCodes(0, random, subtle)).rejects.toThrow(RangeError);
    await expect(dealCodes(1.5, random, subtle)).rejects.toThrow(RangeError);
    await expect(dealCodes(1, () => new Uint8Array(3), subtle)).rejects.toThrow(RangeError);
  });

  it('[ENR3, ENR4] is in both lists, whose orders say nothing of the sheets or of each other', async () => {
    const enrolments = await Promise.all(secrets.map((secret) => entryOf(secret, 'enrol')));
    const tickets = await Promise.all(secrets.map((secret) => entryOf(secret, 'ticket')));
    expect([...enrolments].sort()).toEqual(dealt.enrolments);
    expect([...tickets].sort()).toEqual(dealt.tickets);
    const places = enrolments.map((one, i) => [
      dealt.enrolments.indexOf(one),
      dealt.tickets.indexOf(tickets[i] ?? ''),
      i,
    ]);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      expect(places.filter((one) => one[a] === one[b]).length).toBeLessThan(10);
    }
    const lists = JSON.stringify([dealt.enrolments, dealt.tickets]);
    for (const [i, code] of dealt.codes.entries()) {
      expect(lists).not.toContain(code);
      expect(lists).not.toContain(Buffer.from(secrets[i] ?? []).toString('hex'));
    }
  });

  it('[ENR5] redeems once; the same again is answered alike', async () => {
    const start: Redemptions = { list: new Set(dealt.enrolments), used: new Map() };
    const secret = await codeSecret(secrets[0] as Uint8Array, 'enrol', subtle);
    const once = await redeem(start, secret, 'a1', subtle);
    if (typeof once === 'string') throw new Error(once);
    expect(once.used.size).toBe(1);
    expect(await redeem(once, secret, 'a1', subtle)).toBe(once);
    expect(await redeem(once, secret, 'b2', subtle)).toBe('used');
    expect(start.used.size).toBe(0);
    // Seeded holes: the secret of the other use, the code itself, and what is in the list redeem nothing.
    const ticket = await codeSecret(secrets[1] as Uint8Array, 'ticket', subtle);
    const inList = Buffer.from(dealt.enrolments[1] ?? '', 'hex');
    for (const other of [ticket, secrets[1] as Uint8Array, inList, new Uint8Array(32), new Uint8Array()]) {
      expect(await redeem(start, other, 'c3', subtle)).toBe('not-dealt');
    }
  });

  it('[ENR7, ENR8] makes a contributor that is related to nothing, and a paper code that erases', async () => {
    const one = await makeContributor(random, subtle);
    const other = await makeContributor(random, subtle);
    expect(one.contributor).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set([one.contributor, other.contributor, one.eraser, other.eraser]).size).toBe(4);
    const secret = (await readCode(one.eraseCode, subtle)) as Uint8Array;
    expect(await eraserOf(secret, subtle)).toBe(one.eraser);
    // An erase code is no code that was dealt, and the other way round.
    expect(await entryOf(secret, 'enrol')).not.toBe(one.eraser);
    expect(dealt.enrolments).not.toContain(one.eraser);
  });

  it('[ENR9] says that it names nobody, costs nothing and can not be seen', () => {
    const sheet = codeSheet(dealt.codes[0] ?? '');
    expect(sheet).toContain(dealt.codes[0]);
    for (const words of [
      /nobody knows which code is yours/,
      /costs you nothing/,
      /nobody can see it/,
      /erases everything/,
    ]) {
      expect(sheet).toMatch(words);
    }
  });

  it('[ENR10] property: never throws for what was typed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (text) => {
        expect(await readCode(text, subtle)).toBe(null);
      }),
    );
  });
});

describe('redeeming for a token', () => {
  it('[ENR6] shows the list nothing that the server is shown', async () => {
    const issuer = await makeIssuerKey();
    const scope = { kind: 'enrolment' as const, digest: '5e'.repeat(32) };
    const own = ed25519Key(random(32));
    const { blinded, pending } = await askToken(scope, own.publicKey, issuer.publicKey);
    const secret = await codeSecret(secrets[2] as Uint8Array, 'enrol', subtle);
    const token = await finishToken(
      scope,
      pending,
      await signBlinded(blinded, issuer.privateKey),
      issuer.publicKey,
    );
    if (!token) throw new Error('no token');
    expect(await verifyToken(scope, token, issuer.publicKey, subtle)).toBe(true);
    const shownToList = Buffer.concat([secret, blinded]).toString('hex');
    const shownToServer = Buffer.concat([token.key, token.signature]).toString('hex');
    for (let at = 0; at + 16 <= shownToServer.length; at += 16) {
      expect(shownToList).not.toContain(shownToServer.slice(at, at + 16));
    }
  });
});
