import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import { describe, expect, it } from 'vitest';
import { closeRareText, type StateSource, TextCensus } from '../src/text-census.ts';

const words = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
const element = (
  id: number,
  tagName: string,
  childNodes: SerializedNode[],
  attributes: Record<string, string> = {},
): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });

/** A page with a label, a style sheet and what is given. */
function page(...own: string[]): StateSource {
  const item: StateItem = {
    t: 0,
    surface: 1,
    event: {
      type: 2,
      data: {
        node: {
          type: 0,
          id: 1,
          childNodes: [
            element(2, 'style', [words(3, 'p::before{content:"Total";font-family:"Total"}')]),
            element(4, 'button', [words(5, ' Save  order')], { title: own[0] ?? '' }),
            ...own.map((text, i) => words(10 + i, text)),
          ],
        },
        initialOffset: { top: 0, left: 0 },
      },
    },
  };
  const typed: StateItem = {
    t: 5,
    surface: 1,
    event: { type: 3, data: { source: 5, id: 10, text: own[0] ?? '', isChecked: false } },
  };
  return {
    async *states() {
      yield [item];
      yield [typed];
    },
  };
}

async function all(source: StateSource): Promise<string> {
  const items: StateItem[] = [];
  for await (const part of source.states()) items.push(...part);
  return JSON.stringify(items);
}
const people = (count: number, ...own: string[]) =>
  Array.from({ length: count }, (_, i) => ({ person: `p${i}`, recordings: [page(...own)] }));
const close = () => '#';

describe('text that few people have', () => {
  it('[MASK38] is closed in every place where it stands, and what ten people have stays', async () => {
    const given = people(10, 'Drafts');
    given[3] = { person: 'p3', recordings: [page('Drafts', 'Quentin Quill')] };
    const { states, counts } = await closeRareText(given, { close });
    const written = await all(states[3] as StateSource);
    expect(written).not.toContain('Quill');
    expect(written).toContain('Drafts');
    expect(written).toContain(' Save  order');
    expect(await all(states[3] as StateSource)).toBe(written);
    expect(counts()).toEqual([{ rule: 'text.rare', count: 1 }]);
  });

  it('[MASK38] nine are too few, and one who comes ten times is one', async () => {
    const nine = await closeRareText(people(9, 'Drafts'), { close });
    const written = await all(nine.states[0] as StateSource);
    // In text, attribute, field and what a style sheet shows; the font's name is none.
    expect(written).not.toMatch(/Drafts|Save|content:"Total/);
    expect(written).toContain('font-family:\\"Total\\"');
    const often = [{ person: 'p', recordings: Array.from({ length: 30 }, () => page('Drafts')) }];
    const once = await closeRareText(often, { close });
    expect(await all(once.states[0] as StateSource)).not.toContain('Drafts');
    // Seeded hole: counted by recording and not by person, she would be thirty.
    const hole = often[0]?.recordings.map((recording, i) => ({ person: `p${i}`, recordings: [recording] }));
    const open = await closeRareText(hole ?? [], { close });
    expect(await all(open.states[0] as StateSource)).toContain('Drafts');
  });

  it('[MASK38] the words of a card stay, and nothing says whose text it was', async () => {
    const given = people(3, 'ACME Stationery');
    const kept = await closeRareText(given, { close, keeps: (text) => text === 'ACME Stationery' });
    expect(await all(kept.states[0] as StateSource)).toContain('ACME Stationery');
    expect(JSON.stringify(kept.counts())).not.toMatch(/p\d|ACME/);
  });

  it('[MASK38] a full census closes, it never opens', async () => {
    const census = new TextCensus({ limit: 50 });
    for (let i = 0; i < 12; i++) {
      const own = Array.from({ length: 200 }, (_, n) => `text ${i} ${n}`);
      await census.count(`p${i}`, page(...own));
    }
    const common = census.common();
    expect(common.has('text 3 7')).toBe(false);
    expect(() => new TextCensus({ minimum: 1 })).toThrow(RangeError);
    const roomy = new TextCensus();
    for (let i = 0; i < 12; i++) await roomy.count(`p${i}`, page('Drafts', 'x'.repeat(201)));
    expect(roomy.common().has('x'.repeat(201))).toBe(false);
    expect(roomy.common().has(' Drafts ')).toBe(true);
  });
});
