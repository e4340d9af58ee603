import { describe, expect, it } from 'vitest';
import { openedText } from '../src/opened-text.ts';

const OPTIONS = { renaming: '000102030405060708090a0b0c0d0e0f', ownWords: ['bluefinch'] };

describe('text that was left open', () => {
  it('[MASK41] a detector that fails closes what it was asked about', () => {
    const text = openedText({
      ...OPTIONS,
      detectors: [
        () => {
          throw new Error('seeded');
        },
      ],
    });
    expect(text.closed('goes out on monday')).not.toContain('monday');
    expect(text.closedAmong([{ text: 'goes out', apart: true, own: true }])).not.toContain('goes');
  });

  it('[MASK41] the room of one thing is its own; what was known before takes none', () => {
    const text = openedText(OPTIONS);
    const line = (i: number) =>
      `as agreed on monday ${'word '.repeat(3_000)}${'x'.repeat(i % 7)} ${'abcdefghij'[i % 10]}`;
    text.begin();
    const closed = Array.from({ length: 60 }, (_, i) => text.closed(line(i)));
    expect(closed[0]).toBeNull();
    expect(closed.at(-1)).not.toBeNull();
    text.begin();
    expect(text.closed(line(59))).toBeNull();
  });

  it('[MASK41] equal text, equal filler', () => {
    const [a, b] = [openedText(OPTIONS), openedText(OPTIONS)];
    expect(a.closed('for Anna Miller')).toBe(b.closed('for Anna Miller'));
    expect(a.closed('for Anna Miller')).toMatch(/^for /);
  });
});
