import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelVariants } from '../src/label-variants.ts';
import { LITERAL_LENGTH, shippedLiterals } from '../src/literals.ts';

const of = (source: string, kind: 'js' | 'html' | 'json') => [...shippedLiterals(source, kind)];

test('[MASK4] strings of a script, escapes read, white space folded', () => {
  expect(of('a("Save  all",\'Don\\\'t\',`Plain`,"\\u00dcber\\x21")', 'js')).toEqual([
    'Save all',
    "Don't",
    'Plain',
    'Über!',
  ]);
});

test('[MASK42] of a template with holes the fixed words are shipped, and strings in its holes are literals', () => {
  expect(of(`x=\`Hello \${f({a:"In a hole"})} and \${b}\`;y="After"`, 'js')).toEqual([
    'In a hole',
    'Hello {} and {}',
    'After',
  ]);
  expect(of(['x=`Open $', '{`Inner $', '{a} one`} twice`'].join(''), 'js')).toEqual([
    'Inner {} one',
    'Open {} twice',
  ]);
  expect(of(['x=`$', '{a}px`;y=`ab$', '{c}word`;z=`$', '{a} from $', '{b}`'].join(''), 'js')).toEqual([]);
});

test('[MASK42] of a template of markup each text between two tags is one of its own', () => {
  const button =
    'x=html`<b title="Close it">$' +
    '{a}</b><button>Delete $' +
    '{b} now</button><i>Save all</i>x$' +
    '{c}y`';
  expect(of(button, 'js')).toEqual(['Close it', 'Delete {} now', 'Save all']);
});

test('[MASK42] what a message with a choice in it can say, each by itself', () => {
  const said = (message: string) => of(JSON.stringify({ message }), 'json').slice(2);
  expect(said('You have {n, plural, =0 {no files} one {# file} other {# files of {who}}} here')).toEqual([
    'You have no files here',
    'You have {} file here',
    'You have {} files of {who} here',
  ]);
  expect(said('{kind, select, a {Open # it} other {Close it}}')).toEqual(['Open # it', 'Close it']);
  for (const broken of [
    'You have {n, plural, one {# file} other {# files',
    'You have {n, plural, one {# file} other}',
    'You have {n, plural,}',
    '{a, plural, one {{b, plural, one {x y} other {y z}}} other {{b, plural, one {u} other {w}}}}',
  ]) {
    expect(said(broken), broken).toEqual([]);
  }
});

test('[MASK42] any message ends, and says nothing longer than it is', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '{n, plural,',
    '{n,select,',
    ' one {',
    ' =0 {',
    '#',
    'word ',
    ' ',
    ',',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 300 }), (pieces) => {
      const message = pieces.join('');
      const variants = labelVariants(message);
      expect(variants.length).toBeLessThanOrEqual(8);
      for (const one of variants) expect(one.length).toBeLessThan(message.length * 2);
    }),
    { numRuns: 1_000 },
  );
});

test('[MASK4] quotes in regular expressions and comments begin no string', () => {
  expect(of(`a=/["']/.test(b)?"One":2 // "no"\n/* 'no' */ c=d/e/"Two";return /'/g,"Three"`, 'js')).toEqual([
    'One',
    'Two',
    'Three',
  ]);
});

test('[MASK4] texts and labels of markup, in files, scripts and strings', () => {
  const page = `<title>My &amp; app</title><!-- Hidden --><label>Name <b>of vendor</b></label>
    <input placeholder='Type here' data-x="Not this"><script>q="From script"</script><style>a{content:"no"}</style>`;
  expect(of(page, 'html')).toEqual(['My & app', 'Name', 'of vendor', 'Type here', 'From script']);
  expect(of('t = "<button title=\'Tip\'>Go on</button>"', 'js')).toContain('Go on');
  expect(of('const j = <p className="x">Hello there</p>', 'js')).toContain('Hello there');
});

test('[MASK4] strings of JSON', () => {
  expect(of('{"save":"Speichern","n":3,"q":"a \\"b\\""}', 'json')).toEqual([
    'save',
    'Speichern',
    'n',
    'q',
    'a "b"',
  ]);
});

test('[MASK4] what is too long for a label, or has no letter, is none', () => {
  expect(of(`["${'x'.repeat(LITERAL_LENGTH + 1)}","12.5","--"]`, 'js')).toEqual([]);
});

test('[MASK4] any source ends, in linear time', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('js', 'html', 'json'),
      (source, kind) => {
        for (const literal of shippedLiterals(source, kind as 'js'))
          expect(literal.length).toBeLessThanOrEqual(LITERAL_LENGTH);
      },
    ),
    { numRuns: 2_000 },
  );
  for (const piece of [
    '/',
    '(/[',
    '`${',
    '<',
    '<a b="',
    "<a b='",
    '<!--',
    '<script>',
    '{"',
    '\\',
    '> a',
    '`',
    "'",
    'x/',
  ]) {
    for (const kind of ['js', 'html', 'json'] as const) {
      const began = performance.now();
      for (const _ of shippedLiterals(piece.repeat(60_000), kind));
      expect(performance.now() - began, `${piece} as ${kind}`).toBeLessThan(2_000);
    }
  }
}, 60_000);

test('[MASK4] strings of JSON that stands in a string of a script', () => {
  const table = JSON.stringify({ tiddlers: { '$:/Close': { text: 'close', filler: 'x'.repeat(300) } } });
  expect(of(`load([{"title":"core","text":${JSON.stringify(table)}}])`, 'js')).toContain('close');
});
