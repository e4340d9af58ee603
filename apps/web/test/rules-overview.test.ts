import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import type { RulesState, RulesVersion } from '@aboveboard/consent/rules-state';
import { describe, expect, it } from 'vitest';
import { overviewOf, type Seen } from '../src/stewards/rules-overview.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const HOUR = 3_600_000;
const { agreement } = await demonstrationAgreement({ origins: [], now: NOW, subtle: crypto.subtle });
const version: RulesVersion = {
  agreement: { ...agreement, staleHours: 24, objectionPercent: 20 },
  digest: 'd',
  entered: 0,
  adopted: 3,
  revoked: [],
  suspended: [],
};
const state: RulesState = {
  agreement: 'demonstration',
  size: 4,
  standing: { inForce: true, version },
  versions: [version],
  pending: [],
  builds: [{ name: 'extension', version: '0.1.0', digest: 'b' }],
  objections: [],
  tokens: [],
  enrolment: null,
  halves: null,
  policies: [],
  breaches: [],
  acts: [],
};
const seen: Seen = {
  now: NOW,
  party: 'representative',
  quorum: { names: ['council'], time: NOW - HOUR },
  installed: 'd',
  when: (seconds) => `t${seconds}`,
};

const wrong = (of: RulesState, by: Partial<Seen> = {}) =>
  overviewOf(of, { ...seen, ...by })
    .filter(({ fine }) => !fine)
    .map(({ answers }) => answers.join(' '));

describe('is everything that we agreed still true?', () => {
  it('yes, when it is in force, witnessed, fresh, and handed out', () => {
    expect(wrong(state)).toEqual([]);
  });

  it.each([
    ['unsigned', 'No version has all its signatures'],
    ['revoked', 'A party took back its signature'],
    ['suspended', 'A party suspended it'],
  ] as const)('no, when it is %s', (refusal, words) => {
    const [first = ''] = wrong({ ...state, standing: { inForce: false, refusal, version } });
    expect(first).toContain(words);
  });

  it('no, when objections reached the share: the count and the standing both say so', () => {
    const tally = { digest: 'd', issued: 100, spent: 20, list: 'l', targets: [], index: 5 };
    const objected = wrong({
      ...state,
      standing: { inForce: false, refusal: 'objected', version },
      objections: [tally],
    });
    expect(objected.join(' ')).toContain('20 objections from 100 employees (20 %). At 20 % recording stops.');
  });

  it('says when a version has ended, has not begun, or ends soon', () => {
    const until = Date.parse(version.agreement.validity.until);
    const fresh = (now: number) => ({ now, quorum: { names: [], time: now } });
    expect(wrong(state, fresh(until))[0]).toMatch(/^No\. Version 1 ended/);
    expect(wrong(state, fresh(until - 24 * HOUR))[0]).toContain('Sign the next one before then');
    expect(wrong(state, fresh(until - 31 * 24 * HOUR))).toEqual([]);
    const begins = Date.parse(version.agreement.validity.from);
    expect(wrong(state, fresh(begins - 1))[0]).toMatch(/^Not yet/);
  });

  it('says who still must sign, and to whom it falls', () => {
    const pending = { version: 2, digest: 'e', entered: 4, missing: ['representative'], faults: [] } as const;
    expect(wrong({ ...state, pending: [pending] })).toEqual([
      'Version 2: still to sign is the employees’ representative. It waits for you.',
    ]);
    expect(wrong({ ...state, pending: [pending] }, { party: 'employer' })).toEqual([]);
  });

  it('says when rules are older than agreed, not witnessed, or by nobody', () => {
    const old = { names: ['council'], time: NOW - 25 * HOUR };
    expect(wrong(state, { quorum: old })).toEqual([expect.stringContaining('No: 25 hours old')]);
    const exact = { names: ['council'], time: NOW - 24 * HOUR };
    expect(wrong(state, { quorum: exact })).toEqual([]);
    expect(wrong(state, { quorum: { names: [], time: null } }).join(' ')).toContain('has not cosigned');
    expect(wrong(state, { quorum: null }).join(' ')).toContain('No witness is asked.');
  });

  it('says when the server hands out another document, when a breach was reported, when no build may record', () => {
    expect(wrong(state, { installed: 'other' })[0]).toContain('The operator puts the document');
    const breach = { role: 'employer', index: 9, at: 1, digest: 'x' } as const;
    expect(wrong({ ...state, breaches: [breach] })).toEqual(['1 notice. Read it in the log.']);
    const production = { ...version, agreement: { ...version.agreement, class: 'production' as const } };
    const bare = { ...state, builds: [], standing: { inForce: true as const, version: production } };
    expect(wrong(bare)).toEqual(['None is named. Production recorders refuse.']);
  });
});
