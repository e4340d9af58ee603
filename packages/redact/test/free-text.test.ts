import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIban, passesLuhn } from '../src/detect/check-digit.ts';
import { maskFreeText } from '../src/free-text.ts';

const CASES: readonly (readonly [string, string])[] = [
  ['write to q.quill@mail.example today', 'write to [e-mail] today'],
  ['see https://erp.example/orders/48213?x=y and www.quill.example', 'see [address] and [address]'],
  ['pay DE89 3704 0044 0532 0130 00 now', 'pay [account] now'],
  ['card 4111 1111 1111 1111 expires', 'card [card] expires'],
  ['call +49 30 123456 or 030 1234567', 'call [phone] or [phone]'],
  ['the key is tok_9f8e7d6c5b4a321', 'the key is [key]'],
  ['invoice 2026-1183 of 12.03.2026', 'invoice [number] of [number]'],
  ['room 402', 'room [number]'],
  ['file an expense with 3 items in 2 minutes', 'file an expense with 3 items in 2 minutes'],
];
for (const [text, masked] of CASES)
  test(`[MASK15] ${text}`, () => expect(maskFreeText(text).text).toBe(masked));

test('[MASK15] the card\u2019s own words stay', () => {
  expect(maskFreeText('enter 240.00 for ACME', ['240.00']).text).toBe('enter 240.00 for ACME');
});

test('[MASK15] whatever the text, no four digits in a row come out', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.nat(), (text, number) => {
      expect(maskFreeText(`${text} ${number + 1000} ${text}`).text).not.toMatch(/\d{4}/);
    }),
    { numRuns: 1_000 },
  );
});

test('[MASK15] hostile text takes bounded time', () => {
  for (const piece of ['1 ', '1-', 'a@', '+1', '(0', 'de12', 'www.', 'a:/', '1.1', 'x-1']) {
    const began = performance.now();
    maskFreeText(piece.repeat(4_000));
    expect(performance.now() - began, piece).toBeLessThan(5000);
  }
});

test('check digits', () => {
  expect(isIban('DE89 3704 0044 0532 0130 00')).toBe(true);
  expect(isIban('DE89 3704 0044 0532 0130 01')).toBe(false);
  expect(passesLuhn('4111111111111111')).toBe(true);
  expect(passesLuhn('4111111111111112')).toBe(false);
});
