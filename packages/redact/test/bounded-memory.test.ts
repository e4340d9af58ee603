import { describe, expect, it } from 'vitest';
import { boundedMemory } from '../src/bounded-memory.ts';

describe('what the masker remembers of texts', () => {
  it('[MASK8] gives what was made, and makes it once while there is room', () => {
    let made = 0;
    const memory = boundedMemory<string>(10_000, (value) => value.length);
    for (let i = 0; i < 50; i++) expect(memory('Save', () => `made ${++made}`)).toBe('made 1');
  });

  it('[MASK8] keeps nothing of a field that is typed into for long', () => {
    const memory = boundedMemory<string>(20_000, (value) => value.length);
    let made = 0;
    for (let length = 401; length < 900; length++) {
      for (let i = 0; i < 2; i++) memory('x'.repeat(length), () => `${++made}`);
    }
    expect(made).toBe(2 * 499);
  });

  it('[MASK8] when it is full all is forgotten, and it goes on', () => {
    const memory = boundedMemory<string>(1_000, (value) => value.length);
    let made = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 100; i++) memory(`label ${i}`, () => `${++made}`);
    }
    expect(made).toBe(300);
    // Seeded hole: with room for all, nothing is made twice.
    const roomy = boundedMemory<string>(100_000, (value) => value.length);
    made = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 100; i++) roomy(`label ${i}`, () => `${++made}`);
    }
    expect(made).toBe(100);
  });
});
