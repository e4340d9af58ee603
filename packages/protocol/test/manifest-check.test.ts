import { describe, expect, test } from 'vitest';
import { climb, upgradeManifest } from '../src/ladder.ts';
import type { Manifest, TaskCard } from '../src/manifest.ts';
import { checkManifest, parseManifest } from '../src/manifest-check.ts';
import { parseTaskCards } from '../src/task-card-check.ts';
import { isoWeek, weeksIn } from '../src/week.ts';
import { sampleRecording } from './sample-recording.ts';

const card: TaskCard = {
  id: 'expense-single',
  version: 1,
  title: 'File an expense',
  goal: 'File an expense of {amount} for {vendor}.',
  inputs: [
    { name: 'vendor', label: 'Vendor', value: 'ACME' },
    { name: 'amount', label: 'Amount', value: '240.00 EUR' },
  ],
  check: 'The list shows {vendor}.',
  success: [
    { kind: 'text-present', text: 'ACME' },
    { kind: 'path', path: '/expenses' },
  ],
  origins: ['https://expenses.example'],
};

function rules(value: unknown): string[] {
  const checked = checkManifest(value);
  return checked.ok ? [] : checked.faults.map(({ rule }) => rule);
}

describe('manifests', async () => {
  const { manifest } = await sampleRecording(20);
  const own: Manifest = {
    ...manifest,
    class: 'own',
    agreement: { id: 'agreement-1', version: 3, digest: 'a'.repeat(64) },
    receipt: 'b'.repeat(64),
  };
  const foreign: Manifest = {
    ...manifest,
    class: 'foreign',
    origin: { format: 'rrweb', kept: 10, reduced: [{ rule: 'REC55', count: 2 }] },
  };

  test.each([manifest, own, foreign])('[REC2] a legal manifest is one, also as bytes', (legal) => {
    expect(checkManifest(legal)).toEqual({ ok: true, value: legal });
    expect(parseManifest(new TextEncoder().encode(JSON.stringify(legal)))).toEqual({
      ok: true,
      value: legal,
    });
  });

  test('[REC9] a card with the inputs that it names is legal, one with others is not', () => {
    const inputs = { vendor: 'ACME', amount: '240.00 EUR' };
    expect(rules({ ...manifest, task: { kind: 'card', card, inputs } })).toEqual([]);
    expect(rules({ ...manifest, task: { kind: 'card', card, inputs: { vendor: 'ACME' } } })).toEqual([
      'REC9',
    ]);
    expect(rules({ ...manifest, task: { kind: 'card', card, inputs: { ...inputs, other: '' } } })).toEqual([
      'REC9',
    ]);
  });

  test.each<[string, string, object]>([
    ['REC2', 'another format', { format: 'zip' }],
    ['REC2', 'a field that is not known', { startedAt: 1 }],
    ['REC3', 'a newer version', { version: 2 }],
    ['REC4', 'an id that is no 16 bytes', { id: 'me' }],
    ['REC4', 'an id with padding bits', { id: 'AAAAAAAAAAAAAAAAAAAAAB' }],
    ['REC5', 'a class that is not known', { class: 'stolen' }],
    ['REC5', 'own without an agreement', { class: 'own', receipt: 'b'.repeat(64) }],
    ['REC5', 'own without a receipt', { ...own, receipt: null }],
    ['REC5', 'a demonstration with a receipt', { receipt: 'b'.repeat(64) }],
    ['REC6', 'a day', { week: '2026-11-22' }],
    ['REC6', 'week 0', { week: '2026-W00' }],
    ['REC6', 'week 53 of a year with 52', { week: '2025-W53' }],
    ['REC7', 'another tick', { clock: { tickMicroseconds: 10, durationTicks: 0 } }],
    ['REC7', 'an end before the last part', { clock: { tickMicroseconds: 100, durationTicks: 0 } }],
    ['REC8', 'no task', { task: null }],
    ['REC10', 'an outcome that is a mark', { outcome: { worked: 4, reasons: [] } }],
    ['REC11', 'no software', { software: [] }],
    ['REC11', 'a signal that is not known', { signals: ['microphone'] }],
    ['REC11', 'a signal twice', { signals: ['keys', 'keys'] }],
    ['REC12', 'a path in place of a kind', { parts: [{ ...manifest.parts[0], kind: '../../etc/passwd' }] }],
    [
      'REC12',
      'an index that jumps',
      { parts: manifest.parts.map((part) => ({ ...part, index: part.index + 1 })) },
    ],
    ['REC12', 'an empty part', { parts: [{ ...manifest.parts[0], count: 0 }] }],
    [
      'REC12',
      'an end before its beginning',
      { parts: manifest.parts.map((part) => ({ ...part, from: part.to + 1 })) },
    ],
    ['REC87', 'a part of a billion events', { parts: [{ ...manifest.parts[2], count: 1e9 }] }],
    ['REC87', 'a part of a terabyte', { parts: manifest.parts.map((part) => ({ ...part, bytes: 2 ** 40 })) }],
    [
      'REC12',
      'a count that is infinite',
      { parts: [{ ...manifest.parts[0], count: Number.POSITIVE_INFINITY }] },
    ],
    ['REC13', 'billions of events', { counts: { events: 4e9, states: 0, frames: 0 } }],
    ['REC14', 'a mask rule that is a sentence', { masks: [{ rule: 'name of Ada', count: 1 }] }],
    ['REC15', 'an import that does not say so', { class: 'foreign' }],
    ['REC15', 'an origin of what is no import', { origin: { format: 'rrweb', kept: 0, reduced: [] } }],
  ])('[%s] %s is refused', (rule, _, change) => {
    expect(rules({ ...manifest, ...change })).toContain(rule);
  });

  test('[REC2] all the faults are given at once', () => {
    expect(new Set(rules({ ...manifest, id: '', week: '', signals: null }))).toEqual(
      new Set(['REC4', 'REC6', 'REC11']),
    );
  });

  test('[REC87] a list of a million parts is refused before it is looked at', () => {
    const parts = new Array(1_000_000).fill(null);
    const begin = performance.now();
    expect(rules({ ...manifest, parts })).toEqual(['REC87']);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test.each(['', '{', '[]', 'null', '1', '"x"', '\ufeff{}'])('[REC2] %j is no manifest', (json) => {
    expect(parseManifest(new TextEncoder().encode(json)).ok).toBe(false);
  });

  test('[REC2] bytes that are not UTF-8 are no manifest', () => {
    expect(parseManifest(new Uint8Array([0xff, 0xfe]))).toMatchObject({
      ok: false,
      faults: [{ rule: 'REC2' }],
    });
  });

  test('[REC88] a fault quotes nothing of the content', () => {
    const secret = 'Ada Lovelace';
    const checked = checkManifest({
      ...manifest,
      [secret]: 1,
      class: secret,
      task: { kind: 'free', text: 1, [secret]: 2 },
    });
    expect(checked.ok).toBe(false);
    expect(JSON.stringify(checked)).not.toContain('Lovelace');
    const inputs = { [secret]: 5 };
    const nested = checkManifest({ ...manifest, task: { kind: 'card', card, inputs } });
    expect(nested.ok).toBe(false);
    expect(JSON.stringify(nested)).not.toContain('Lovelace');
  });
});

describe('the ladder', () => {
  test('[REC3] the present version passes; a newer one is refused by its number', () => {
    expect(upgradeManifest({ version: 1, a: 1 })).toEqual({ ok: true, value: { version: 1, a: 1 } });
    const refused = upgradeManifest({ version: 7 });
    expect(refused).toMatchObject({ ok: false, faults: [{ rule: 'REC3', at: 'manifest.version' }] });
    expect(refused.ok ? '' : refused.faults[0]?.message).toContain('7');
  });

  test.each([undefined, null, 0, -1, 1.5, '1', Number.NaN])('[REC3] %j is no version', (version) => {
    expect(upgradeManifest({ version }).ok).toBe(false);
  });

  test('[REC3] an older one climbs through every step in order, and none is left out', () => {
    const steps = {
      1: (older: Record<string, unknown>) => ({ ...older, path: `${String(older['path'])}1` }),
      2: (older: Record<string, unknown>) => ({ ...older, path: `${String(older['path'])}2` }),
    };
    expect(climb({ version: 1, path: '' }, steps, 3)).toEqual({
      ok: true,
      value: { version: 3, path: '12' },
    });
    expect(climb({ version: 2, path: '' }, steps, 3)).toEqual({ ok: true, value: { version: 3, path: '2' } });
    expect(climb({ version: 1 }, { 2: steps[2] }, 3)).toMatchObject({
      ok: false,
      faults: [{ rule: 'REC3' }],
    });
  });
});

describe('task cards', () => {
  test('[REC18] a file of cards is read', () => {
    const cards = [card, { ...card, id: 'other' }];
    expect(parseTaskCards(JSON.stringify(cards))).toEqual({ ok: true, value: cards });
    expect(parseTaskCards([])).toEqual({ ok: true, value: [] });
  });

  test.each<[string, unknown]>([
    ['what is no JSON', '{'],
    ['what is no list', { card }],
    ['two cards with one id', [card, card]],
    ['an input that the goal does not name', [{ ...card, goal: 'File {amount}' }]],
    ['a goal that names an input that is not there', [{ ...card, goal: `${card.goal} {other}` }]],
    ['a check that names an input that is not there', [{ ...card, check: '{other}' }]],
    ['two inputs with one name', [{ ...card, inputs: [...card.inputs, card.inputs[0]] }]],
    ['an id that is a path', [{ ...card, id: '../x' }]],
    ['an origin with a path', [{ ...card, origins: ['https://a.example/x'] }]],
    ['a field that is not known', [{ ...card, reward: 5 }]],
    ['a thousand and one cards', Array.from({ length: 1001 }, (_, i) => ({ ...card, id: `c${i}` }))],
    ['text that is too long', [{ ...card, title: 'x'.repeat(201) }]],
  ])('[REC18] %s is refused', (_, value) => {
    const checked = parseTaskCards(value);
    expect(checked.ok ? [] : checked.faults.map(({ rule }) => rule)).toContain('REC18');
  });
});

describe('weeks', () => {
  test.each([
    ['2026-11-22T23:59:59Z', '2026-W47'],
    ['2026-11-23T00:00:00Z', '2026-W48'],
    ['2027-01-01T12:00:00Z', '2026-W53'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-03T00:00:00Z', '2020-W53'],
  ])('[REC6] %s is in %s', (instant, week) => {
    expect(isoWeek(Date.parse(instant))).toBe(week);
  });

  test('[REC6] years have 52 or 53 weeks', () => {
    expect([2020, 2025, 2026, 2027].map(weeksIn)).toEqual([53, 52, 53, 52]);
    expect(() => isoWeek(Number.NaN)).toThrow(RangeError);
  });
});
