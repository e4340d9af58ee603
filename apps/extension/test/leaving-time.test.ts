import { leavingTime, nextDay, retryTime } from '@aboveboard/capture/line/leaving-time';
import { describe, expect, test } from 'vitest';
import { connectionCost, mayUpload } from '../src/background/connection-cost.ts';
import { dateLocale, percentWords } from '../src/messages/en.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const always = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe('when a release leaves', () => {
  test('[SPO42] never before the cooling time ends, within a tenth of it or four hours after', () => {
    for (const minutes of [0, 1, 60, 7 * 24 * 60]) {
      const span = Math.min(minutes * 6_000, 4 * HOUR);
      const { recallUntil, uploadAt } = leavingTime(NOW, minutes, always(0));
      expect(recallUntil).toBe(NOW + minutes * 60_000);
      expect(uploadAt).toBe(recallUntil);
      const latest = leavingTime(NOW, minutes, always(255)).uploadAt;
      expect(latest).toBeLessThanOrEqual(recallUntil + span);
      expect(latest).toBeGreaterThanOrEqual(recallUntil + span - 1);
    }
  });

  test('[SPO42] [UPL18] is spread over that span: no tenth of it is left out or preferred', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 5000; i++) {
      const { recallUntil, uploadAt } = leavingTime(NOW, 7 * 24 * 60, random);
      const tenth = Math.floor(((uploadAt - recallUntil) / (4 * HOUR)) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // 500 each; 200 apart is eleven standard deviations.
    for (const count of tenths) expect(Math.abs(count - 500)).toBeLessThan(200);
  });

  test('[SPO42] seeded hole: a time that is not drawn is the same each time', () => {
    const times = new Set(Array.from({ length: 20 }, () => leavingTime(NOW, 10_080, always(7)).uploadAt));
    const drawn = new Set(Array.from({ length: 20 }, () => leavingTime(NOW, 10_080, random).uploadAt));
    expect(times.size).toBe(1);
    expect(drawn.size).toBe(20);
  });

  test('[SPO42] a cut upload is tried again at no fixed time; [SPO47] the next day begins at one of its own', () => {
    expect(retryTime(NOW, 60, always(0))).toBe(NOW + HOUR);
    expect(retryTime(NOW, 60, always(255))).toBeLessThanOrEqual(NOW + 1.5 * HOUR);
    expect(nextDay(NOW, always(0))).toBe(Date.parse('2026-11-23T00:00:00Z'));
    expect(nextDay(NOW, always(255))).toBeLessThan(Date.parse('2026-11-23T01:00:00Z'));
    expect(nextDay(NOW - (NOW % DAY), always(0))).toBe(NOW - (NOW % DAY) + DAY);
  });
});

describe('connections', () => {
  const server = 'https://aboveboard.example';
  test('[SPO43] what the browser says to be metered is never used, whatever she says', () => {
    for (const told of [{ type: 'cellular' }, { type: 'wimax' }, { type: 'wifi', saveData: true }]) {
      expect(connectionCost(server, told)).toBe('metered');
      expect(mayUpload(connectionCost(server, told), true)).toBe(false);
    }
  });

  test('[SPO43] where it says nothing her word counts, and without it nothing is sent', () => {
    for (const told of [undefined, {}, { type: 'unknown' }, { type: 'bluetooth' }, { saveData: false }]) {
      expect(connectionCost(server, told)).toBe('unknown');
      expect(mayUpload('unknown', false)).toBe(false);
      expect(mayUpload('unknown', true)).toBe(true);
    }
  });

  test('[SPO43] a server on this computer needs none, and a wired one costs nothing', () => {
    expect(connectionCost('http://127.0.0.1:4310', { type: 'cellular' })).toBe('none');
    expect(connectionCost(server, { type: 'ethernet' })).toBe('none');
  });
});

describe('figures and dates', () => {
  test('a small share is not nothing, and dates are hers where they are in the language of the words', () => {
    expect([0, 0.0002, 0.004, 0.05, 0.2].map(percentWords)).toEqual(['0 %', '0.1 %', '0.4 %', '5 %', '20 %']);
    expect(dateLocale(['en-AU', 'en'])).toBe('en-AU');
    expect(dateLocale(['de-DE', 'en-US'])).toBe('en-US');
    expect(dateLocale(['de-DE'])).toBe('en-GB');
  });
});
