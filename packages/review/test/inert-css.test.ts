import { expect, test } from 'vitest';
import { inertCss } from '../src/inert-css.ts';

test.each([
  ['a { background: url(http://x.example/) }', 'url("")'],
  ['a { background: URL( "//x.example/" ) }', 'url("")'],
  ['a { background: u\\72 l(http://x.example/) }', 'url("")'],
  ['a { background: \\75\\72\\6c(http://x.example/) }', 'url("")'],
  ['a { background: url("data:text/html,x") }', 'url("")'],
  ['a { background: image-set("http://x.example/" 1x) }', 'image-set("" 1x)'],
  ['a { background: image-set(var(--u) 1x) }', 'nothing-loaded(--u)'],
  ['a { background: cross-fade("http://x.example/", red) }', 'cross-fade("", red)'],
  ['@import "http://x.example/"; p { top: 0 }', ' p { top: 0 }'],
  ['@\\69mport url(http://x.example/) screen; p { top: 0 }', ' p { top: 0 }'],
  ['@import url("a;b") layer(x); p { top: 0 }', ' p { top: 0 }'],
  ['a::before { content: "u" } b { background: url(http://x.example/) }', 'url("")'],
  ['a { background: ur/**/l(http://x.example/) }', 'ur l('],
])('[REV31] %s loads nothing', (css, expected) => {
  expect(inertCss(css)).toContain(expected);
  expect(inertCss(css)).not.toMatch(/(url|image-set)\([^)]*x\.example/i);
});

test.each([
  'a > b:not(.c)::after { content: "\\201C"; color: rgb(1 2 3 / 50%) }',
  '@media (min-width: 10px) { .a { width: calc(100% - 2px) } }',
  '.a { background: url("data:image/png;base64,AAAA") }',
  '.a { fill: url("#grad") }',
  '@font-face { src: url("data:font/woff2;base64,AAAA") format("woff2") }',
  '.sm\\:p-4 { grid-area: 1 / 2 / span 3 / 4 }',
])('keeps %s', (css) => {
  expect(inertCss(css)).toBe(css);
});

test('writes :hover as a class that the player can set', () => {
  expect(inertCss('a:hover > .b:hover { top: 0 }')).toBe('a.\\:hover > .b.\\:hover { top: 0 }');
});

test('takes time in proportion to the text', () => {
  const css = '.a { background: url(http://x.example/) "'.repeat(20_000);
  const begin = performance.now();
  inertCss(css);
  inertCss('('.repeat(400_000));
  inertCss('@import ('.repeat(50_000));
  expect(performance.now() - begin).toBeLessThan(4_000);
});
