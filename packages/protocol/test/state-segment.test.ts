import { existsSync, readFileSync } from 'node:fs';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateItem } from '../src/state.ts';
import { checkStates } from '../src/state-check.ts';
import { decodeStates, encodeStates } from '../src/state-segment.ts';
import { makeRun, stateRun } from './arbitrary-state.ts';
import { ruleOf } from './rule-of.ts';

const item = (node: unknown): unknown => ({
  t: 0,
  surface: 1,
  event: {
    type: 2,
    data: { node: { type: 0, id: 1, childNodes: [node] }, initialOffset: { top: 0, left: 0 } },
  },
});
const element = (tagName: string, attributes: object = {}, childNodes: unknown[] = []) =>
  item({ type: 2, id: 2, tagName, attributes, childNodes });
const incremental = (data: object): unknown => ({ t: 0, surface: 1, event: { type: 3, data } });
const attributes = (some: object) =>
  incremental({ source: 0, texts: [], attributes: [{ id: 1, attributes: some }], removes: [], adds: [] });

function rules(...items: unknown[]): string[] {
  const checked = checkStates(items);
  return checked.ok ? [] : checked.faults.map(({ rule }) => rule);
}

describe('state segments', () => {
  test('[REC53] any legal run of states comes back the same', () => {
    fc.assert(
      fc.property(stateRun(), (items) => {
        expect(decodeStates(encodeStates(items))).toEqual(items);
      }),
      { numRuns: 150 },
    );
  });

  test('[REC49] the same states have the same bytes', () => {
    const items = makeRun(7, 40);
    expect(encodeStates(decodeStates(encodeStates(items)))).toEqual(encodeStates(items));
  });

  test('[REC53] numbers with fractions, flags and every optional field come back the same', () => {
    const items = [
      { t: 0, surface: 0, event: { type: 3, data: { source: 3, id: 2 ** 48, x: -0.125, y: 1e7 } } },
      {
        t: 1,
        surface: 2 ** 40,
        event: {
          type: 3,
          data: { source: 13, styleId: 4, index: [], remove: { property: 'margin' } },
        },
      },
      {
        t: 1,
        surface: 1,
        event: {
          type: 3,
          data: { source: 8, id: 4, removes: [{ index: [1, 0] }], replace: '', replaceSync: 'a{}' },
        },
      },
    ] as StateItem[];
    expect(decodeStates(encodeStates(items))).toEqual(items);
  });

  test('[REC50] every cut of a segment is refused', async () => {
    const bytes = encodeStates(makeRun(11, 12));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(await ruleOf(() => decodeStates(bytes.subarray(0, length)))).toMatch(/^REC\d+$/);
    }
  });

  test('[REC57] trees that are too deep or too large are refused, by the codec and by the check', async () => {
    let deep: object = { type: 2, id: 5000, tagName: 'b', attributes: {}, childNodes: [] };
    for (let id = 4999; id > 4000; id -= 1)
      deep = { type: 2, id, tagName: 'b', attributes: {}, childNodes: [deep] };
    expect(rules(item(deep))).toEqual(['REC57']);
    expect(await ruleOf(() => decodeStates(encodeStates([item(deep) as StateItem])))).toBe('REC57');
    const endless = [1, 1, 1, 1, 0x62, 0, 0, 1, 0, 0];
    for (let level = 0; level < 100_000; level += 1) endless.push(2, 2, 0, 0, 1);
    expect(await ruleOf(() => decodeStates(new Uint8Array(endless)))).toBe('REC57');
    const wide = element(
      'b',
      {},
      Array.from({ length: 50 }, (_, i) => ({ type: 3, id: 10 + i, textContent: '' })),
    );
    expect(await ruleOf(() => decodeStates(encodeStates([wide as StateItem]), { nodes: 20 }))).toBe('REC57');
  });

  test.each<[string, string, unknown]>([
    ['REC58', 'a script', element('script')],
    ['REC58', 'a script in capitals', element('SCRIPT')],
    ['REC58', 'a script with a prefix', element('svg:script')],
    ['REC58', 'a base', element('base', { href: '' })],
    ['REC58', 'an object', element('object')],
    ['REC58', 'a tag name with white space', element('b onclick')],
    ['REC59', 'a handler', element('b', { onclick: 'x' })],
    ['REC59', 'a handler in capitals', element('b', { ONCLICK: 'x' })],
    ['REC59', 'a handler on SVG', element('svg', { onbegin: 'x' })],
    ['REC59', 'a frame with its own source', element('iframe', { srcdoc: '<b>' })],
    ['REC59', 'a frame with an address', element('iframe', { src: 'https://evil.example' })],
    ['REC59', 'a frame with a data address', element('iframe', { src: 'data:text/html,<b>' })],
    ['REC59', 'a picture from elsewhere', element('img', { src: 'https://evil.example/p.png' })],
    ['REC59', 'a picture by relative address', element('img', { src: '/p.png' })],
    ['REC59', 'a picture set', element('img', { srcset: 'p.png 2x' })],
    ['REC59', 'a data address of markup', element('img', { src: 'data:text/html,<b>' })],
    ['REC59', 'a script address on a link', element('a', { href: 'javascript:x' })],
    ['REC59', 'a script address with a tab in it', element('a', { href: 'java\tscript:x' })],
    ['REC59', 'a script address after a control', element('a', { href: '\u0001javascript:x' })],
    ['REC59', 'a data address on a link', element('a', { href: 'data:text/html,x' })],
    ['REC59', 'a sheet from elsewhere', element('link', { rel: 'stylesheet', href: 'https://evil.example' })],
    ['REC59', 'a use of another document', element('use', { 'xlink:href': 'https://evil.example#a' })],
    ['REC59', 'an animation of an address', element('animate', { attributeName: 'href' })],
    ['REC59', 'a refresh', element('meta', { 'http-equiv': 'refresh' })],
    ['REC59', 'a form that is sent', element('form', { action: 'https://evil.example' })],
    ['REC59', 'a name that is no name', element('b', { 'a b': 'x' })],
    ['REC59', "a player's attribute that loads", element('iframe', { rr_src: 'https://evil.example' })],
    ['REC59', 'a changed handler', attributes({ onload: 'x' })],
    ['REC59', 'a changed address', attributes({ src: 'https://evil.example' })],
    ['REC59', 'a changed script address', attributes({ href: 'javascript:x' })],
    [
      'REC60',
      'an import',
      element('style', {}, [{ type: 3, id: 3, textContent: '@import "x"', isStyle: true }]),
    ],
    [
      'REC60',
      'a sheet without the mark of one',
      element('style', {}, [{ type: 3, id: 3, textContent: '@import "x"' }]),
    ],
    ['REC60', 'a rule with an address', incremental({ source: 8, id: 1, adds: [{ rule: 'a{b:url(//x)}' }] })],
    ['REC60', 'an escaped address', incremental({ source: 8, id: 1, adds: [{ rule: 'a{b:\\75 rl(//x)}' }] })],
    ['REC60', 'a comment in between', incremental({ source: 8, id: 1, replace: '@im/**/port "x"' })],
    [
      'REC60',
      'a bare string in image-set',
      incremental({ source: 8, id: 1, replace: 'a{b:image-set("x" 1x)}' }),
    ],
    [
      'REC60',
      'a bare string later in image-set',
      incremental({ source: 8, id: 1, replace: 'a{b:image-set(url(data:image/png,x) 1x, "//x" 2x)}' }),
    ],
    [
      'REC60',
      'a bare string behind a data address',
      incremental({ source: 8, id: 1, replace: 'a{b:image-set(url(data:image/png;base64,x) 1x, "//x" 2x)}' }),
    ],
    [
      'REC60',
      'an address out of a variable',
      incremental({ source: 8, id: 1, replace: 'a{--v:"//x";b:image-set(var(--v) 1x)}' }),
    ],
    [
      'REC60',
      'a sheet with a prefix',
      element('svg:style', {}, [{ type: 3, id: 3, textContent: '@import "x"' }]),
    ],
    [
      'REC59',
      'a page that is a script',
      { t: 0, surface: 1, event: { type: 4, data: { href: 'javascript:x', width: 1, height: 1 } } },
    ],
    [
      'REC60',
      'a declaration with an address',
      incremental({
        source: 13,
        id: 1,
        index: [0],
        set: { property: 'a', value: 'url(x)', priority: undefined },
      }),
    ],
    [
      'REC60',
      'an adopted rule with an address',
      incremental({
        source: 15,
        id: 1,
        styleIds: [1],
        styles: [{ styleId: 1, rules: [{ rule: 'a{b:url(x)}' }] }],
      }),
    ],
    [
      'REC60',
      'a style property with an address',
      attributes({ style: { background: 'url(https://evil.example)' } }),
    ],
    [
      'REC59',
      'a style attribute with an address',
      attributes({ style: 'background: url(https://evil.example)' }),
    ],
    ['REC59', 'an SVG paint with an address', element('rect', { fill: 'url(https://evil.example#a)' })],
    ['REC55', 'a comment node', item({ type: 5, id: 2, textContent: '' })],
    ['REC55', 'a CDATA node', item({ type: 4, id: 2, textContent: '' })],
    ['REC55', 'a custom event', { t: 0, surface: 1, event: { type: 5, data: {} } }],
    ['REC55', 'a canvas mutation', incremental({ source: 9, id: 1 })],
    [
      'REC55',
      'a doctype that breaks out',
      item({ type: 1, id: 2, name: 'html><script>', publicId: '', systemId: '' }),
    ],
    ['REC56', 'an id that is there twice', element('b', {}, [{ type: 3, id: 2, textContent: '' }])],
    ['REC52', 'a time that is no tick', { ...(element('b') as object), t: 0.5 }],
    ['REC53', 'a field that is not known', { ...(element('b') as object), timestamp: 1 }],
    [
      'REC53',
      'an inherited prototype',
      incremental(JSON.parse('{"source":3,"id":1,"x":0,"y":0,"__proto__":{}}') as object),
    ],
    ['REC59', 'an attribute __proto__', element('b', JSON.parse('{"__proto__":"x"}') as object)],
    ['REC53', 'a number that is none', incremental({ source: 3, id: 1, x: Number.NaN, y: 0 })],
    ['REC53', 'half a character', element('b', { title: '\udc00' })],
    ['REC53', 'a rule of no sheet', incremental({ source: 8, adds: [] })],
    [
      'REC63',
      'an addition with children',
      incremental({
        source: 0,
        texts: [],
        attributes: [],
        removes: [],
        adds: [
          {
            parentId: 1,
            nextId: null,
            node: {
              type: 2,
              id: 2,
              tagName: 'b',
              attributes: {},
              childNodes: [{ type: 3, id: 3, textContent: '' }],
            },
          },
        ],
      }),
    ],
  ])('[%s] %s is refused', (rule, _, value) => {
    expect(rules(value)).toContain(rule);
  });

  test.each<[string, unknown]>([
    ['a picture in a data address', element('img', { src: 'data:image/png;base64,AAAA' })],
    ['a link to a web page', element('a', { href: 'https://app.example/x' })],
    ['a relative link', element('a', { href: '/p1/p2?c=d' })],
    ['a fragment', element('use', { href: '#icon' })],
    [
      'a font in a data address',
      incremental({ source: 8, id: 1, replace: '@font-face{src:url("data:font/woff2;base64,AAAA")}' }),
    ],
    [
      'properties that end in behavior',
      attributes({ style: 'scroll-behavior: smooth; overscroll-behavior: none' }),
    ],
    [
      'a set of pictures that are gone',
      incremental({ source: 8, id: 1, replace: 'a{b:image-set(none 1x)}c{d:"x"}' }),
    ],
    [
      'a set of pictures in data addresses',
      incremental({ source: 8, id: 1, replace: 'a{b:image-set(url("data:image/png;base64,x") 1x)}' }),
    ],
    ['a filter by fragment', element('rect', { filter: 'url(#f)' })],
    ['the word script in text', element('b', { title: 'about javascript: a word' })],
    ['once, a word that begins with on', element('b', { 'data-on': 'x' })],
    ['a size of the player', element('video', { rr_width: '10px', rr_height: '20px' })],
  ])('[REC59] %s is allowed', (_, value) => {
    expect(rules(value)).toEqual([]);
  });

  test('[REC53] what is no list of items is refused whatever it is', () => {
    for (const value of [null, 1, 'x', {}, [null], [[]], [{ t: 0 }], [{ t: 0, surface: 0, event: null }]]) {
      expect(checkStates(value).ok).toBe(false);
    }
  });

  test('[REC88] a fault quotes nothing of the content', () => {
    const secret = 'Ada Lovelace';
    const checked = checkStates([
      element('script', { [secret]: secret, onclick: secret }),
      { [secret]: secret },
    ]);
    expect(JSON.stringify(checked)).not.toContain('Lovelace');
  });

  const path =
    process.env['ABOVEBOARD_TEST_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname;
  const file = `${path}/recordings/rrweb/events.json`;
  test.skipIf(!existsSync(file))(
    '[REC53] a real rrweb snapshot takes less than its JSON does, both deflated',
    () => {
      const events = JSON.parse(readFileSync(file, 'utf8')) as { type: number; data: { source?: number } }[];
      const items = events
        .filter(
          ({ type, data }) =>
            type === 4 || (type === 3 && [3, 4, 5].includes(data.source ?? -1)) || type === 2,
        )
        .map((event) => ({ t: 0, surface: 0, event: { type: event.type, data: event.data } })) as StateItem[];
      const legal = items
        .filter((one) => one.event.type === 2)
        .map((one) => JSON.parse(withoutComments(one)) as StateItem);
      const own = deflateRawSync(encodeStates(legal)).length;
      expect(own).toBeLessThan(gzipSync(JSON.stringify(legal)).length);
    },
  );
});

/** Comments are not in our states, so that encoding them is no part of the comparison. */
function withoutComments(item: StateItem): string {
  return JSON.stringify(item, (key, value: unknown) =>
    key === 'childNodes' && Array.isArray(value)
      ? value.filter((node: { type: number }) => node.type !== 5 && node.type !== 4)
      : value,
  );
}
