import { describe, expect, it } from 'vitest';
import { makeLocalVerifier } from '../src/agreement-verifier.ts';
import { agreementWords } from '../src/agreement-words.ts';
import { canonicalBytes, hex } from '../src/canonical-json.ts';
import { LISTED_LIMIT, parseLiteralList, writeLiteralList } from '../src/literal-list.ts';
import { en, instantWords } from '../src/messages/en.ts';
import { exampleAgreement } from './example-agreement.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const rules = (text: string) => {
  const parsed = parseLiteralList(bytes(text));
  return parsed.ok ? [] : parsed.faults.map(({ rule, at }) => `${rule} ${at}`);
};

async function listedAgreement(list: Uint8Array) {
  const digest = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', list.slice())));
  const made = await exampleAgreement((agreement) => {
    const [app] = agreement.apps;
    if (app) app.masks = { open: [], closed: [], literals: 'listed', list: digest };
    agreement.attachments.push({
      kind: 'literals',
      name: 'literals-expenses',
      type: 'text/plain',
      bytes: list.length,
      digest,
    });
  });
  const attachments = new Map([...made.attachments, ['literals-expenses', list]]);
  return { ...made, attachments, digest };
}

describe('list of literals', () => {
  it('[AGR34] equal sets of labels are equal bytes, and come back', () => {
    const one = writeLiteralList(['Save', 'Amount', 'Save', 'Größe']);
    expect(new TextDecoder().decode(one)).toBe('aboveboard-literals 1\nAmount\nGröße\nSave\n');
    expect(writeLiteralList(['Größe', 'Save', 'Amount'])).toEqual(one);
    expect(parseLiteralList(one)).toEqual({ ok: true, value: ['Amount', 'Größe', 'Save'] });
  });

  it.each([
    ['', ['AGR34 line 1']],
    ['aboveboard-literals 2\nSave\n', ['AGR34 line 1']],
    ['\ufeffaboveboard-literals 1\nSave\n', ['AGR34 line 1']],
    ['aboveboard-literals 1\nSave', ['AGR34 list']],
    ['aboveboard-literals 1\nSave\nAmount\n', ['AGR34 line 3']],
    ['aboveboard-literals 1\nSave\nSave\n', ['AGR34 line 3']],
    ['aboveboard-literals 1\n Save\n', ['AGR35 line 2']],
    ['aboveboard-literals 1\nSave\r\n', ['AGR35 line 2']],
    ['aboveboard-literals 1\n4711\n', ['AGR35 line 2']],
    ['aboveboard-literals 1\n\n', ['AGR35 line 2']],
    ['aboveboard-literals 1\nSafe \u202e evil\n', ['AGR35 line 2']],
    [`aboveboard-literals 1\n${'a'.repeat(201)}\n`, ['AGR35 line 2']],
  ])('[AGR34] [AGR35] refuses %j', (text, faults) => {
    expect(rules(text)).toEqual(faults);
  });

  it('[AGR36] is bounded, and is UTF-8', () => {
    const many = Array.from({ length: LISTED_LIMIT + 1 }, (_, i) => `a${String(i).padStart(6, '0')}`);
    expect(rules(`aboveboard-literals 1\n${many.join('\n')}\n`)).toEqual(['AGR36 list']);
    expect(parseLiteralList(new Uint8Array([0xff, 0xfe])).ok).toBe(false);
  });

  it('[AGR14] a list is named exactly where literals are listed, and is attached', async () => {
    const verify = makeLocalVerifier(crypto.subtle).verify;
    const good = await listedAgreement(writeLiteralList(['Save']));
    expect((await verify(good)).ok).toBe(true);
    const faultsWith = async (change: (masks: { literals: string; list?: string | undefined }) => void) => {
      const agreement = structuredClone(good.agreement);
      const masks = agreement.apps[0]?.masks;
      if (masks) change(masks);
      const standing = await verify({ ...good, document: canonicalBytes(agreement) });
      return standing.ok ? [] : standing.faults.map(({ rule, at }) => `${rule} ${at}`);
    };
    expect(await faultsWith((masks) => delete masks.list)).toEqual(['AGR14 apps[0].masks.list']);
    expect(await faultsWith((masks) => (masks.literals = 'none'))).toEqual(['AGR14 apps[0].masks.list']);
    expect(await faultsWith((masks) => (masks.list = 'ab'.repeat(32)))).toEqual(['AGR14 apps[0].masks.list']);
    // An attachment of another kind is no list, whatever is in it.
    const impact = good.agreement.attachments[0]?.digest ?? '';
    expect(await faultsWith((masks) => (masks.list = impact))).toEqual(['AGR14 apps[0].masks.list']);
  });

  it('[AGR36] an agreement whose list can not be read does not hold', async () => {
    const standing = await makeLocalVerifier(crypto.subtle).verify(await listedAgreement(bytes('Save\n')));
    expect(standing).toMatchObject({ ok: false, faults: [{ rule: 'AGR34' }] });
  });

  it('[AGR51] the words say which list', async () => {
    const { agreement, digest } = await listedAgreement(writeLiteralList(['Save']));
    const words = JSON.stringify(agreementWords(agreement, en));
    expect(words).toContain(`stands in the attached list (SHA-256 ${digest})`);
  });
});

describe('dates in words', () => {
  it('[AGR51] every instant that differs reads differently, and no figure stands alone', () => {
    expect(instantWords('2026-11-02T09:00:00Z')).toBe('2 November 2026, 09:00');
    expect(instantWords('2026-11-02T09:00:07Z')).toBe('2 November 2026, 09:00:07');
  });
});
