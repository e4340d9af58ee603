import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFiller, fillerLength, scriptOf } from '../src/filler.ts';
import { keyedHash } from '../src/keyed-hash.ts';
import { createSurrogates, typeOf } from '../src/surrogate.ts';

const SALT = '000102030405060708090a0b0c0d0e0f';
const OTHER = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
const prose = fc
  .array(fc.stringMatching(/^[a-zA-Zäöü]{1,12}$/), { minLength: 1, maxLength: 30 })
  .map((words) => words.join(' '));

describe('surrogates', () => {
  it('[MASK35] the same text gives the same surrogate in one task, wherever it stands', () => {
    fc.assert(
      fc.property(prose, (text) => {
        const task = createSurrogates(SALT, 'task-1');
        expect(task.of(text)).toBe(createSurrogates(SALT, 'task-1').of(text));
        expect(task.of(` ${text}`)).toBe(` ${task.of(text)}`);
      }),
    );
  });

  it('[MASK36] of the text it has the type, the script, the class of length and the case, and is not it', () => {
    const task = createSurrogates(SALT, 'task-1');
    fc.assert(
      fc.property(prose, (text) => {
        const made = task.of(text);
        expect(fillerLength(made.length)).toBe(fillerLength(text.length));
        expect(made.toLowerCase()).not.toBe(text.toLowerCase());
        expect(scriptOf(made)).toBe('latin');
      }),
    );
    for (const text of [
      '\u0417\u0430\u043a\u0430\u0437 \u043d\u043e\u043c\u0435\u0440',
      '\u8ba1\u5212\u62a5\u544a',
      '\u05ea\u05d5\u05db\u05e0\u05d9\u05ea',
      '\u30ec\u30dd\u30fc\u30c8',
      '\ubcf4\uace0\uc11c \ubaa9\ub85d',
    ])
      expect(scriptOf(task.of(text))).toBe(scriptOf(text));
    expect(task.of('ORDER BOOK')).toMatch(/^[A-Z ]+$/);
    expect(task.of('Order book')).toMatch(/^[A-Z][a-z ]+$/);
  });

  it('[MASK36] in the place of filler it is as long as that, so that boxes stay', () => {
    const filler = createFiller(keyedHash(SALT));
    const task = createSurrogates(OTHER, 'task-1');
    fc.assert(
      fc.property(prose, (text) => {
        const filled = filler(text);
        // A cut may end in a space, which goes; filler of five stands for four, and five are filled by six.
        expect(filled.length - task.of(filled).length).toBeOneOf([-1, 0, 1]);
      }),
    );
  });

  it.each([
    ['ada.quill@works.example', 'email', /^[a-z.]+@mail\.example$/],
    ['https://works.example/orders/7', 'url', /^https:\/\/[a-z]+\.example\/[a-z-]+$/],
    ['+49 30 901820', 'phone', /^(?:\(555\) 555-01\d\d|\+999 \d+)$/],
    ['4821', 'number', /^\d+$/],
    ['1984-03-12', 'date', /^20\d\d-\d\d-\d\d$/],
    ['Quarterly figures', 'words', /^[A-Z][a-z]*(?: [a-z]+)*$/],
  ] as const)('[MASK36] %s is of type %s', (text, type, form) => {
    expect(typeOf(text)).toBe(type);
    expect(createSurrogates(SALT, 't').of(text)).toMatch(form);
  });

  it('[MASK36] nothing else of the text goes in: texts of one class have the same surrogates between them', () => {
    // Over many salts a text's surrogates are spread as those of any other of its class are.
    const spread = (text: string) => {
      const lengths = new Map<string, number>();
      for (let i = 0; i < 400; i++) {
        const salt = i.toString(16).padStart(32, '0');
        const first = createSurrogates(salt, 't').of(text, 'words')[0] as string;
        lengths.set(first, (lengths.get(first) ?? 0) + 1);
      }
      return lengths;
    };
    const [a, b] = [spread('quentin quill'), spread('zzzz zzzzzzzz')];
    let apart = 0;
    for (const key of new Set([...a.keys(), ...b.keys()]))
      apart += Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0));
    expect(apart / 800).toBeLessThan(0.25);
  });

  it('[MASK37] nobody can tell that two tasks, or two releases, hold the same text', () => {
    const texts = Array.from(
      { length: 300 },
      (_, i) => `note ${'abcdefghij'[i % 10]}${i} about the delivery`,
    );
    const same = (a: ReturnType<typeof createSurrogates>, b: ReturnType<typeof createSurrogates>) =>
      texts.filter((text) => a.of(text) === b.of(text)).length;
    const first = createSurrogates(SALT, 'task-1');
    expect(same(first, createSurrogates(SALT, 'task-2'))).toBe(0);
    expect(same(first, createSurrogates(OTHER, 'task-1'))).toBe(0);
    // Seeded hole: with the same salt and task they are all alike, so the comparison would show it.
    expect(same(first, createSurrogates(SALT, 'task-1'))).toBe(300);
  });

  it('[MASK36] whatever the text, it takes its time and no more', { timeout: 60_000 }, () => {
    const task = createSurrogates(SALT, 't');
    const began = performance.now();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(task.of(text).length).toBeLessThanOrEqual(4_200);
      }),
    );
    task.of('x'.repeat(1_000_000));
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
