import { describe, expect, it } from 'vitest';
import { madeUpFaults } from '../src/made-up.ts';

describe('inputs that a contributor made up', () => {
  it.each([
    'ACME',
    '240.00 EUR',
    'INV-2041',
    '2026-11-22',
    'ada@mail.example',
    'ada.b@example.com, bob@works.test',
    'https://shop.example/orders/12',
    'A made-up note of several words.',
  ])('[MASK16] %s may stay', (text) => {
    expect(madeUpFaults(text)).toEqual([]);
  });

  it.each([
    ['ada@works-council.de', ['free.email']],
    // Domains that only begin or end like the ones that were set aside.
    ['ada@example.com.evil.de', ['free.email']],
    ['ada@mail.example-works.de', ['free.email']],
    ['ada@notexample.com', ['free.email']],
    ['https://shop.example.evil.de/a', ['free.url']],
    ['https://user.de/?at=https://shop.example', ['free.url']],
    ['DE89 3704 0044 0532 0130 00', ['free.iban']],
    ['4111 1111 1111 1111', ['free.card']],
    ['+49 30 901820', ['free.phone']],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', ['free.key']],
    ['ada@mail.example and ada@works-council.de', ['free.email']],
    ['x'.repeat(5000), ['free.long']],
  ])('[MASK16] %s may not', (text, rules) => {
    expect(madeUpFaults(text)).toEqual(rules);
  });

  it('[MASK16] costs little whatever it is given', () => {
    for (const piece of ['a@', 'a.', 'https://a.', '@example.', '1-', ' ']) {
      expect(madeUpFaults(piece.repeat(4000 / piece.length)).length).toBeLessThan(7);
    }
  });
});
