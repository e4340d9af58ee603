import { describe, expect, it } from 'vitest';
import { ALL } from '../src/detect/detectors.ts';
import { findInPieces, findSpans } from '../src/detect/find-spans.ts';
import { NATIONAL_ID_COUNTRIES } from '../src/detect/national-id.ts';
import { ownWords } from '../src/detect/own-words.ts';

/** `kind:text` of everything that is found. */
function found(text: string): string[] {
  return findSpans(text, ALL).map(({ start, end, kind }) => `${kind}:${text.slice(start, end)}`);
}

// Numbers that the authorities and the standards themselves give as examples, or that were made up.
const NATIONAL: readonly (readonly [string, string])[] = [
  ['us', '531-21-7351'],
  ['gb', 'AB 12 34 56 C'],
  ['gb', 'NHS 943 476 5919'],
  ['de', 'Steuer-ID 86095742719'],
  ['de', '15070649C103'],
  ['at', '1237 010180'],
  ['ch', '756.9217.0769.85'],
  ['fr', '255081416802538'],
  ['be', '85.07.30-033.28'],
  ['nl', 'BSN 111222333'],
  ['es', '12345678Z'],
  ['es', 'X1234567L'],
  ['pt', 'NIF 123456789'],
  ['it', 'RSSMRA85T10A562S'],
  ['ie', '1234567T'],
  ['dk', '211062-5629'],
  ['se', '811228-9874'],
  ['no', '15108695088'],
  ['fi', '131052-308T'],
  ['ee/lt', 'isikukood 37605030299'],
  ['pl', 'PESEL 44051401359'],
  ['cz/sk', '710319/2745'],
  ['ro', '1630615123457'],
  ['bg', 'EGN 7523169263'],
  ['hr', 'OIB 33392005961'],
  ['tr', '10000000146'],
  ['il', 'zehut 039337423'],
  ['za', '7503305044089'],
  ['br', '39053344705'],
  ['ar', '20-26756539-3'],
  ['cl', '12.531.909-2'],
  ['mx', 'BOXW310820HNERXN09'],
  ['ca', 'SIN 130692544'],
  ['au', 'TFN 123456782'],
  ['in', '2341 2341 2346'],
  ['in', 'ACUPA7085R'],
  ['cn', '11010519491231002X'],
  ['kr', '970101-1234567'],
  ['jp', 'My Number 123456789018'],
  ['sg', 'S1234567D'],
  ['tw', 'A123456789'],
];

describe('national identifiers', () => {
  it.each(NATIONAL)('[MASK23] %s: %s', (country, text) => {
    const spans = findSpans(`no. ${text}, please`, ALL);
    expect(spans.map((span) => span.rule)).toContain(`id.${country}`);
  });

  it('[MASK23] every country of the table has an example here', () => {
    const tested = new Set(NATIONAL.map(([country]) => country));
    expect(NATIONAL_ID_COUNTRIES.map((c) => c.toLowerCase()).filter((c) => !tested.has(c))).toEqual([]);
  });

  it.each(NATIONAL.filter(([, text]) => /\d$/.test(text) && !/^(?:531|970101|211062)/.test(text)))(
    '[MASK23] %s: not with another check digit: %s',
    (country, text) => {
      const wrong = text.slice(0, -1) + ((Number(text.at(-1)) + 1) % 10);
      const rules = findSpans(`no. ${wrong}, please`, ALL).map((span) => span.rule);
      expect(rules).not.toContain(`id.${country}`);
    },
  );
});

const FINDS: readonly (readonly [string, string[]])[] = [
  ['pay with 4111 1111 1111 1111 now', ['card:4111 1111 1111 1111']],
  ['378282246310005 and 3782 822463 10005', ['card:378282246310005', 'card:3782 822463 10005']],
  ['DE89 3704 0044 0532 0130 00', ['iban:DE89 3704 0044 0532 0130 00']],
  ['gb82west12345698765432.', ['iban:gb82west12345698765432']],
  ['write to q.quill@mail.example!', ['email:q.quill@mail.example']],
  ['q.quill [at] mail [dot] example', ['email:q.quill [at] mail [dot] example']],
  ['see https://erp.example/orders?id=4#n, or', ['url:https://erp.example/orders?id=4#n']],
  ['join discord.gg/abc123', ['url:discord.gg/abc123']],
  ['host 192.0.2.44 is down', ['ip:192.0.2.44']],
  ['at 2001:db8::8a2e:370:7334 now', ['ip:2001:db8::8a2e:370:7334']],
  ['at 00:1b:44:11:3a:b7 now', ['ip:00:1b:44:11:3a:b7']],
  ['52.52000, 13.40495', ['coordinates:52.52000, 13.40495']],
  ['48\u00b051\'29" N', ['coordinates:48\u00b051\'29" N']],
  ['+49 30 901820', ['phone:+49 30 901820']],
  ['(415) 555-0123 ext. 1234', ['phone:(415) 555-0123 ext. 1234']],
  ['415-555-0123', ['phone:415-555-0123']],
  ['01.84.17.61.18', ['phone:01.84.17.61.18']],
  ['call me on 9472 7916', ['phone:9472 7916']],
  ['born 12 March 1984', ['birth-date:12 March 1984']],
  ['DOB: 1984-03-12', ['birth-date:1984-03-12']],
  ['Customer 415555012398765', ['number:415555012398765']],
  ['ticket #1234567', ['number:#1234567']],
  ['id 123e4567-e89b-12d3-a456-426614174000', ['number:123e4567-e89b-12d3-a456-426614174000']],
  ['Quentin Quill wrote', ['person:Quentin Quill']],
  ['my name is Rubija', ['person:Rubija']],
  ['Dear Ms. Wijtze,', ['person:Ms. Wijtze']],
  ['DM: aidenpark', ['person:aidenpark']],
  ['500 Market St, Apt 12B, SF, CA 94104', ['address:500 Market St, Apt 12B, SF, CA 94104']],
  ['Hauptstra\u00dfe 12, 10115 Berlin', ['address:Hauptstra\u00dfe 12, 10115 Berlin']],
  ['Orion Networks', ['organisation:Orion Networks']],
  ['@marcus_c', ['handle:@marcus_c']],
  ['kepler-labs/timer-service', ['project:kepler-labs/timer-service']],
  ['password: hunter2!', ['secret:hunter2!']],
  ['AWS_SECRET_ACCESS_KEY=wJalrX/K7MDENG/bPxR', ['secret:wJalrX/K7MDENG/bPxR']],
  ['Authorization: Bearer a1b2c3d4e5', ['secret:a1b2c3d4e5']],
  ['the password is hunter2', ['secret:hunter2']],
];

describe('what has a form', () => {
  it.each(FINDS)('[MASK22] [MASK24] [MASK26] [MASK27] %s', (text, spans) => {
    expect(found(text)).toEqual(spans);
  });

  it.each([
    // A check digit that is wrong, a length that no issuer has.
    ['4111 1111 1111 1112 was refused', 'card'],
    ['0000 0000 0000 0000', 'card'],
    ['2024 2025 2026 2027', 'card'],
    ['DE89 3704 0044 0532 0130 01', 'iban'],
    ['XX82WEST12345698765432', 'iban'],
    ['000-12-3456', 'national-id'],
    ['666-12-3456', 'national-id'],
    ['version 10.4.22.1', 'ip'],
    ['127.0.0.1', 'ip'],
    ['300.1.2.3', 'ip'],
    ['std::byte', 'ip'],
    ['12:30:45', 'ip'],
    ['2026-11-22', 'phone'],
    ['22.11.2026', 'phone'],
    ['released 2026-11-22', 'birth-date'],
    ['1.50, 2.75', 'coordinates'],
    ['95.12345, 13.40495', 'coordinates'],
    ['me @ home', 'email'],
    ['@media', 'email'],
    ['and/or', 'project'],
    ['src/index.ts', 'project'],
    ['#fff', 'number'],
    ['7 Million Apartments for Rent', 'address'],
    ['Settings', 'person'],
    ['Mark as read', 'person'],
    ['May 2026', 'person'],
    ['Will you grant access', 'person'],
    ['Open roles', 'organisation'],
    ['password: required', 'secret'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a hole of a template is what is meant.
    ['token=${TOKEN}', 'secret'],
    ['packages/redact/src/detect/secret-shape', 'secret'],
    ['getElementsByClassNameOrDefault', 'secret'],
    ['10 000 000 people', 'phone'],
    ['1 234 567,89', 'phone'],
  ])('[MASK22] [MASK24] [MASK26] [MASK27] not in %j: %s', (text, kind) => {
    expect(findSpans(text, ALL).map((span) => span.kind)).not.toContain(kind);
  });
});

describe('tricks of writing', () => {
  const card = 'card';
  it.each([
    ['full width', '\uff14\uff11\uff11\uff11 1111 1111 1111', card],
    ['Arabic digits', '\u0664\u0661\u0661\u0661 1111 1111 1111', card],
    ['Devanagari digits', '\u096a\u0967\u0967\u0967111111111111', card],
    ['mathematical digits', '\u{1d7d2}\u{1d7cf}\u{1d7cf}\u{1d7cf}111111111111', card],
    ['zero width within', '4111\u200b1111\u200d1111\ufeff1111', card],
    ['soft hyphens', '4111\u00ad1111\u00ad1111\u00ad1111', card],
    ['other dashes', '4111\u20111111\u20131111\u22121111', card],
    ['spaces of all kinds', '4111\u00a01111\u20091111\u30001111', card],
    ['over lines', 'card 4111 1111\n1111 1111', card],
    ['turned round', 'pay \u202e1111 1111 1111 1114\u202c now', card],
    ['Cyrillic letters', 'q.quill@m\u0430il.\u0435xample', 'email'],
    ['a full-width sign', 'q.quill\uff20mail.example', 'email'],
    ['an ideographic stop', 'q.quill@mail\u3002example', 'email'],
    ['letters with strokes through', 'q\u0336.\u0336quill@mail.example', 'email'],
    ['over lines', 'q.quill@\n  mail.example', 'email'],
    ['Greek letters', '\u039115B 12345678\u0396 12345678\u0396', 'national-id'],
    ['bold letters', '\u{1d5e4}\u{1d602}\u{1d5f2}\u{1d5fb}\u{1d601}\u{1d5f6}\u{1d5fb} Quill', 'person'],
    ['marks over letters', 'Q\u0301uentin Quill', 'person'],
  ])('[MASK21] %s: %j', (_, text, kind) => {
    const spans = findSpans(text, ALL).filter((span) => span.kind === kind);
    expect(spans).not.toEqual([]);
  });

  it('[MASK21] spans are of the text as given: nothing of it stays', () => {
    const text = 'mail \u0430\u200bda@m\u0430il.example, please';
    const [span] = findSpans(text, ALL);
    expect(text.slice(0, span?.start)).toBe('mail ');
    expect(text.slice(span?.end)).toBe(', please');
  });

  it('[MASK21] what is split over elements is found in each', () => {
    const [a, b, c] = findInPieces(['call q.qu', 'ill@mail', '.example now'], ALL);
    expect(a).toMatchObject([{ start: 5, end: 9, kind: 'email' }]);
    expect(b).toMatchObject([{ start: 0, end: 8, kind: 'email' }]);
    expect(c).toMatchObject([{ start: 0, end: 8, kind: 'email' }]);
  });

  it('[MASK21] lines that only end with an address do not swallow the next', () => {
    expect(found('q.quill@mail.example\nSettings')).toEqual(['email:q.quill@mail.example']);
  });

  it('[MASK21] broken surrogates are no reason to stop', () => {
    expect(found('\ud800 q@mail.example \udc00')).toEqual(['email:q@mail.example']);
  });
});

describe('own words', () => {
  it('[MASK28] are closed wherever they stand, however they are written', () => {
    const words = ownWords(['Zorblax', 'Project Nightjar', 'Q\u00fcrk', '', '!!']);
    expect(words.size).toBe(3);
    const text = 'zorblax: PROJECT  nightjar, quark, Qu\u0308rk, z\u043erblax, Nightjar';
    const spans = findSpans(text, [words.detect]);
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([
      'zorblax',
      'PROJECT  nightjar',
      'Qu\u0308rk',
      'z\u043erblax',
    ]);
  });

  it('[MASK28] a million of them are the limit', () => {
    const many = function* (count: number, word: (i: number) => string) {
      for (let i = 0; i < count; i++) yield word(i);
    };
    expect(ownWords(many(50_000, (i) => `w${i}`)).size).toBe(50_000);
    expect(() => ownWords(many(1_000_001, () => '!'))).toThrow(RangeError);
  });
});
