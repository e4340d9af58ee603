import { describe, expect, test } from 'vitest';
import { silenceEnds } from '../src/background/last-word.ts';

const DAY = 86_400_000;
const SPOKEN = Date.parse('2026-01-10T12:00:00Z');
const ends = (days: number, change: Partial<Parameters<typeof silenceEnds>[0]> = {}) =>
  silenceEnds({ lastWord: SPOKEN, silenceDays: 100, released: 1, now: SPOKEN + days * DAY, ...change });

describe('the notice of a long silence', () => {
  test('[RET13] comes 30 days before, and stays; the server, which counts from the end of the month, is never earlier', () => {
    expect([ends(0), ends(69.9)]).toEqual([null, null]);
    expect([ends(70), ends(99), ends(500)]).toEqual(['2026-04-20', '2026-04-20', '2026-04-20']);
    const byServer = Date.parse('2026-02-01') + 100 * DAY;
    expect(Date.parse('2026-04-20')).toBeLessThanOrEqual(byServer);
  });

  test.each<[string, Partial<Parameters<typeof silenceEnds>[0]>]>([
    ['nothing is agreed about it', { silenceDays: undefined }],
    ['nothing of hers is at the server', { released: 0 }],
    ['this device has never spoken', { lastWord: null }],
  ])('[RET13] there is none where %s', (_, change) => {
    expect(ends(99, change)).toBe(null);
  });
});
