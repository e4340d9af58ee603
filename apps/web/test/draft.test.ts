import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { describe, expect, it } from 'vitest';
import {
  blankDraft,
  draftConcerns,
  draftOfText,
  faultsWithin,
  nextDraft,
  placeOf,
  readDraft,
  valueAt,
  withValue,
} from '../src/stewards/draft.ts';
import { LISTS, SECTIONS } from '../src/stewards/draft-fields.ts';
import { fields, sections } from '../src/stewards/messages/en-fields.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const { agreement } = await demonstrationAgreement({
  origins: ['http://127.0.0.1:4310'],
  now: NOW,
  subtle: crypto.subtle,
});

describe('a draft', () => {
  it('begins with what the design names, and says of everything else that it is missing', () => {
    const read = readDraft(blankDraft('production', NOW));
    expect(read.ok).toBe(false);
    const at = read.ok ? [] : read.faults.map((fault) => fault.at);
    expect(at).toEqual(expect.arrayContaining(['id', 'title.en', 'limits.sessionMinutes', 'purposes']));
    expect(at.some((place) => /^(bars|format|class|signers|leastCount|staleHours)/.test(place))).toBe(false);
  });

  it('of the next version is an agreement, one number higher', () => {
    const read = readDraft(nextDraft(agreement));
    expect(read).toMatchObject({ ok: true, value: { version: 2, title: agreement.title } });
  });

  it('has a place in the form for every field of the document', () => {
    const shown = new Set([
      ...SECTIONS.flatMap((section) => section.fields.map(({ path }) => path.split('.')[0])),
      ...SECTIONS.flatMap(({ lists = [] }) => lists),
    ]);
    // The format, what kind of installation it is for, and the two bars are not anybody's choice.
    const fixed = ['format', 'formatVersion', 'class', 'bars'];
    expect([...shown, ...fixed].sort()).toEqual(Object.keys(agreement).sort());
    for (const { id, fields: own } of SECTIONS) {
      expect(sections[id]).toBeDefined();
      for (const { path } of own) expect(fields[path], path).toBeDefined();
    }
    for (const [list, { fields: own }] of Object.entries(LISTS)) {
      for (const { path } of own) expect(fields[`${list}.${path}`], `${list}.${path}`).toBeDefined();
    }
  });

  it('is changed in one place, in a copy; undefined takes a field away', () => {
    const draft = nextDraft(agreement);
    const path = ['apps', 0, 'masks', 'literals'];
    const changed = withValue(draft, path, 'none');
    expect(valueAt(changed, path)).toBe('none');
    expect(valueAt(draft, path)).toBe('shipped');
    expect(placeOf(path)).toBe('apps[0].masks.literals');
    expect(valueAt(withValue(changed, path, undefined), ['apps', 0, 'masks'])).not.toHaveProperty('literals');
    expect(valueAt(changed, ['apps', 7, 'masks'])).toBeUndefined();
  });

  it('tells faults of a place from those of one that only begins alike', () => {
    const fault = (at: string) => ({ rule: 'AGR12', at, message: '' });
    const all = ['apps[0].id', 'apps[0]', 'apps[01]', 'apps', 'appsize'].map(fault);
    expect(faultsWithin(all, 'apps[0]').map(({ at }) => at)).toEqual(['apps[0].id', 'apps[0]']);
  });

  it('is not read from what is no object', () => {
    for (const text of ['', '[]', 'null', '7', '{']) expect(draftOfText(text)).toBeNull();
    expect(draftOfText('{"id":"works"}')).toEqual({ id: 'works' });
  });

  it('in production says which keys are missing or belong to two parties', () => {
    const draft = withValue(nextDraft(agreement), ['class'], 'production');
    const read = readDraft(draft);
    const rules = new Set(read.ok ? [] : read.faults.map(({ rule }) => rule));
    expect(rules.has('AGR8')).toBe(true);
  });
});

describe('[AGR55] what a draft opens that somebody should look at again', () => {
  it('is said while the draft is no agreement yet', () => {
    const apps = [
      { name: 'Tickets', origins: 7, masks: { open: ['.mail-body', null, '.state'] } },
      null,
      'x',
    ];
    const draft = { ...blankDraft('production', NOW), apps };
    expect(readDraft(draft).ok).toBe(false);
    expect(draftConcerns(draft)).toEqual([{ rule: 'mail', app: 'Tickets', selector: '.mail-body' }]);
  });

  it('is nothing of a draft without applications', () => {
    expect(draftConcerns(blankDraft('production', NOW))).toEqual([]);
    expect(draftConcerns({ apps: 'none' })).toEqual([]);
  });
});
