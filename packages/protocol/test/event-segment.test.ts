import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../src/event.ts';
import { EventColumns } from '../src/event-columns.ts';
import { decodeEvents, encodeEvents } from '../src/event-segment.ts';
import { RecordingError } from '../src/fault.ts';
import { textBucket } from '../src/text-bucket.ts';
import { eventList } from './arbitrary-event.ts';

const TICKS = { tickMicroseconds: 100 } as const;

function ruleOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof RecordingError) return error.faults[0]?.rule;
    throw error;
  }
  return undefined;
}

describe('event segments', () => {
  test('[REC40] any legal list of events comes back the same, row by row and in order', () => {
    fc.assert(
      fc.property(eventList(), fc.constantFrom(100 as const, 1000 as const), (events, tickMicroseconds) => {
        const decoded = decodeEvents(encodeEvents(events, { tickMicroseconds }));
        expect(decoded.tickMicroseconds).toBe(tickMicroseconds);
        expect([...decoded.columns]).toEqual(events);
        expect(events.map((_, i) => decoded.columns.at(i))).toEqual(events);
      }),
      { numRuns: 400 },
    );
  });

  test('[REC49] the same events have the same bytes, from a list and from columns that were decoded', () => {
    fc.assert(
      fc.property(eventList(), (events) => {
        const bytes = encodeEvents(events, TICKS);
        expect(encodeEvents(EventColumns.of(events), TICKS)).toEqual(bytes);
        expect(encodeEvents(decodeEvents(bytes).columns, TICKS)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test('[REC45] places at both ends of the range come back the same', () => {
    const most = 4_194_304;
    const events: RecordedEvent[] = [most, -most, most, -most, most - 1 / 256, 0].map((x, i) => ({
      kind: 'move',
      t: i,
      x,
      y: -x + 0,
    }));
    expect([...decodeEvents(encodeEvents(events, TICKS)).columns]).toEqual(events);
  });

  test('[REC44] times at both ends of the range come back the same', () => {
    const events: RecordedEvent[] = [0, 0, 1, 2 ** 31 - 1].map((t) => ({ kind: 'resume', t }));
    expect([...decodeEvents(encodeEvents(events, TICKS)).columns]).toEqual(events);
  });

  test('[REC21] places are rounded to 1/256 px when they are taken', () => {
    const columns = EventColumns.of([{ kind: 'move', t: 0, x: 1 / 3, y: -0.001 }]);
    expect(columns.at(0)).toEqual({ kind: 'move', t: 0, x: 85 / 256, y: 0 });
  });

  test.each<[string, string, unknown[]]>([
    [
      'REC20',
      'a time that goes back',
      [
        { kind: 'resume', t: 5 },
        { kind: 'move', t: 4, x: 0, y: 0 },
      ],
    ],
    ['REC20', 'a fraction of a tick', [{ kind: 'move', t: 0.5, x: 0, y: 0 }]],
    ['REC20', 'a time that is no number', [{ kind: 'move', t: Number.NaN, x: 0, y: 0 }]],
    ['REC20', 'a time beyond 31 bits', [{ kind: 'resume', t: 2 ** 31 }]],
    ['REC21', 'a place that is no number', [{ kind: 'move', t: 0, x: Number.NaN, y: 0 }]],
    ['REC21', 'a place far away', [{ kind: 'down', t: 0, x: 1e9, y: 0, button: 0, pointer: 'mouse' }]],
    ['REC22', 'a kind that is not known', [{ kind: 'clipboard', t: 0 }]],
    ['REC23', 'a button that no mouse has', [{ kind: 'up', t: 0, x: 0, y: 0, button: 32, pointer: 'mouse' }]],
    ['REC24', 'a mode that is not known', [{ kind: 'wheel', t: 0, x: 0, y: 0, dx: 0, dy: 0, mode: 'mile' }]],
    ['REC25', 'a class of key that is not known', [{ kind: 'keydown', t: 0, key: 'letter' }]],
    [
      'REC26',
      'a printable key with its character (T9)',
      [{ kind: 'keydown', t: 0, key: 'printable', name: 'a' }],
    ],
    ['REC26', 'a navigation key with a character', [{ kind: 'keydown', t: 0, key: 'navigation', name: 'a' }]],
    ['REC26', 'a shortcut of shift alone', [{ kind: 'keydown', t: 0, key: 'shortcut', name: 'shift+a' }]],
    ['REC26', 'a shortcut with a word', [{ kind: 'keydown', t: 0, key: 'shortcut', name: 'ctrl+secret' }]],
    [
      'REC26',
      'a shortcut in another order',
      [{ kind: 'keydown', t: 0, key: 'shortcut', name: 'shift+ctrl+a' }],
    ],
    ['REC27', 'a true length', [{ kind: 'text', t: 0, value: { open: false, length: 7, script: 'latin' } }]],
    ['REC27', 'half a character', [{ kind: 'text', t: 0, value: { open: true, text: '\ud800' } }]],
    [
      'REC38',
      'the true length of a choice',
      [{ kind: 'select', t: 0, value: { open: false, length: 7, script: 'latin' } }],
    ],
    [
      'REC38',
      'an option that is no node',
      [{ kind: 'select', t: 0, option: -1, value: { open: true, text: 'a' } }],
    ],
    ['REC28', 'a scope that is not known', [{ kind: 'focus', t: 0, scope: 'room', surface: 0 }]],
    [
      'REC29',
      'an origin with a user',
      [{ kind: 'navigate', t: 0, surface: 0, origin: 'https://a@b', path: '/', cause: 'load' }],
    ],
    [
      'REC29',
      'an origin with a path',
      [{ kind: 'navigate', t: 0, surface: 0, origin: 'https://b/c', path: '/', cause: 'load' }],
    ],
    [
      'REC30',
      'a scroll position that is no number',
      [{ kind: 'scroll', t: 0, surface: 0, node: 0, x: Number.POSITIVE_INFINITY, y: 0 }],
    ],
    ['REC32', 'half a state', [{ kind: 'state', t: 0, surface: 0, index: 0.5, settled: true }]],
    ['REC33', 'a pause without a cause', [{ kind: 'pause', t: 0 }]],
    ['REC35', 'a rule that is a sentence', [{ kind: 'mask', t: 0, rule: 'Mr Smith', count: 1 }]],
    ['REC36', 'a gap that ends before it begins', [{ kind: 'gap', t: 9, until: 8, reason: 'cut' }]],
    ['REC36', 'a gap for no reason', [{ kind: 'gap', t: 9, until: 9, reason: 'lunch' }]],
  ])('[%s] %s is refused', (rule, _, events) => {
    expect(ruleOf(() => encodeEvents(events as RecordedEvent[], TICKS))).toBe(rule);
  });

  test('[REC31] a geometry with a length below 0, or a zoom of 0, is refused', () => {
    const geometry = {
      kind: 'geometry' as const,
      t: 0,
      surface: 1,
      viewport: { width: 800, height: 600 },
      window: { x: 0, y: 0, width: 800, height: 700 },
      screen: { width: 1920, height: 1080 },
      ratio: 1,
      zoom: 1,
    };
    expect(ruleOf(() => encodeEvents([geometry], TICKS))).toBeUndefined();
    expect(ruleOf(() => encodeEvents([{ ...geometry, zoom: 0 }], TICKS))).toBe('REC31');
    const narrow = { ...geometry, viewport: { width: -1, height: 600 } };
    expect(ruleOf(() => encodeEvents([narrow], TICKS))).toBe('REC31');
  });

  test('[REC27] a length belongs to the first bound that is not less', () => {
    expect([0, 1, 4, 5, 17, 65_536, 1e9].map(textBucket)).toEqual([0, 4, 4, 8, 32, 65_536, 65_536]);
  });

  test('[REC48] a billion declared events cost nothing', () => {
    const bytes = new Uint8Array([1, 0, 0x80, 0x94, 0xeb, 0xdc, 0x03]);
    expect(ruleOf(() => decodeEvents(bytes))).toBe('REC48');
    expect(ruleOf(() => decodeEvents(bytes, { eventsInPart: 2 ** 40 }))).toBe('REC48');
  });
});
