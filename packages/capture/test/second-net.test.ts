import type { SerializedNode } from '@aboveboard/protocol/state';
import { describe, expect, test } from 'vitest';
import type { AgentItem } from '../src/frame-message.ts';
import { MemorySink } from '../src/recording-sink.ts';
import { SecondNet } from '../src/second-net.ts';
import { Desk, ERP, gateFor } from './recording-desk.ts';

const SETTINGS = {
  literals: ['Acme 4711'],
  shipped: { exact: ['Anna Boards', 'Save'] },
  closedWords: ['bluefinch'],
  selectors: { open: ['.open'], closed: [] },
  renaming: '000102030405060708090a0b0c0d0e0f',
};

let next = 100;
const text = (value: string): SerializedNode => ({ type: 3, id: next++, textContent: value });
const element = (tagName: string, ...children: (SerializedNode | string)[]): SerializedNode => ({
  type: 2,
  id: next++,
  tagName,
  attributes: {},
  childNodes: children.map((child) => (typeof child === 'string' ? text(child) : child)),
});
const textsOf = (node: SerializedNode): string[] =>
  node.type === 3 ? [node.textContent] : 'childNodes' in node ? node.childNodes.flatMap(textsOf) : [];

/** One page through the whole of the session, with and without the net; what the sink then holds. */
async function recorded(body: SerializedNode[], also: AgentItem[] = [], settings = SETTINGS, netted = true) {
  const sink = new MemorySink();
  const net = new SecondNet(sink);
  if (netted) net.learn(settings);
  const desk = new Desk(gateFor(ERP), { sink: netted ? net : sink, settings: () => settings });
  const page = desk.agent('top');
  const items = structuredClone(page.firstState());
  for (const item of items) {
    if (item.item !== 'state' || item.change.type !== 2) continue;
    const { node } = item.change.data;
    if ('childNodes' in node) node.childNodes.push(...structuredClone(body));
  }
  page.say(desk.session, ...items);
  await desk.later(500);
  page.say(desk.session, ...also.map((item) => ({ ...structuredClone(item), at: desk.clock.now })));
  await desk.later(500);
  return sink;
}

async function textsLeft(...body: SerializedNode[]): Promise<string[]> {
  const sink = await recorded(body);
  const full = sink.states.find(({ event }) => event.type === 2)?.event;
  if (full?.type !== 2) throw new Error('no state');
  return textsOf(full.data.node);
}

const PLANTED: readonly (readonly [string, SerializedNode, readonly string[]])[] = [
  ['a name of the dictionary', element('p', 'paid by Anna Miller on Monday'), ['Anna', 'Miller']],
  [
    'a name over elements',
    element('p', element('b', 'Zorblax'), ' ', element('i', 'Quornby')),
    ['Zorblax', 'Quornby'],
  ],
  [
    'a name over elements without a space',
    element('p', element('b', 'Zorblax'), element('i', 'Quornby')),
    ['Zorblax', 'Quornby'],
  ],
  ['a name over a break', element('p', 'Zorblax', element('br'), 'Quornby'), ['Zorblax', 'Quornby']],
  ['a name over cells', element('tr', element('td', 'Anna'), element('td', 'Quornby')), ['Anna', 'Quornby']],
  [
    'a card over spans',
    element('p', element('span', '4111 11'), element('span', '11 1111 1111')),
    ['4111', '1111'],
  ],
  [
    'an identifier over spans',
    element('p', element('span', '531-2'), element('span', '1-7351')),
    ['531', '7351'],
  ],
  [
    'an account over lines',
    element('div', element('p', 'DE89 3704 0044'), element('p', '0532 0130 00')),
    ['3704', '0532'],
  ],
  [
    'an address over elements',
    element('p', 'q.quill', element('wbr'), '@mail.example'),
    ['quill', 'mail.example'],
  ],
  ['a word of hers', element('p', 'the bluefinch report'), ['bluefinch']],
  ['a name that stands in capitals', element('p', 'ANNA MILLER'), ['ANNA', 'MILLER']],
];

describe('behind the page', () => {
  test.each(PLANTED)('[MASK41] %s is closed before it is stored', async (_, node, secrets) => {
    const left = (await textsLeft(node)).join('|');
    for (const secret of secrets) expect(left).not.toContain(secret);
    // The same without the net: everything is there, so the search can find it.
    const bare = JSON.stringify((await recorded([node], [], SETTINGS, false)).states);
    for (const secret of secrets) expect(bare).toContain(secret);
  });

  test('[MASK41] what the application ships, inputs of the card and plain words stay', async () => {
    expect(
      await textsLeft(
        element('h1', 'Anna Boards'),
        element('button', 'Save'),
        element('p', 'goes out on monday'),
        element('p', 'Acme 4711'),
        element('p', ' \u2014 '),
      ),
    ).toEqual(['Anna Boards', 'Save', 'goes out on monday', 'Acme 4711', ' \u2014 ']);
  });

  test('[MASK41] what changes later is looked at with what stood there', async () => {
    const line = element('p', element('b', 'Zorblax'));
    if (line.type !== 2) throw new Error('no element');
    const [bold] = line.childNodes as SerializedNode[];
    const added = element('i', 'Quornby');
    const word = (bold as { childNodes: SerializedNode[] }).childNodes[0] as SerializedNode;
    const change = (data: object): AgentItem =>
      ({
        at: 0,
        item: 'state',
        change: { type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data } },
      }) as AgentItem;
    const sink = await recorded(
      [line],
      [
        change({ adds: [{ parentId: line.id, nextId: null, node: added }] }),
        change({ texts: [{ id: word.id, value: 'call 0171 9018' }] }),
        change({ texts: [{ id: word.id, value: 'Anna Miller' }] }),
        change({ attributes: [{ id: line.id, attributes: { title: 'of Anna Miller' } }] }),
        change({ removes: [{ parentId: line.id, id: added.id }] }),
        {
          at: 0,
          item: 'state',
          change: {
            type: 3,
            data: { source: 5, id: line.id, text: 'q.quill@mail.example', isChecked: false },
          },
        },
        {
          at: 0,
          item: 'event',
          event: { kind: 'text', node: line.id, value: { open: true, text: 'Anna Miller' } },
        },
        {
          at: 0,
          item: 'event',
          event: { kind: 'text', node: line.id, value: { open: true, text: 'as agreed' } },
        },
      ],
    );
    const stored = JSON.stringify([sink.states, sink.events]);
    for (const secret of ['Quornby', '0171', 'Anna', 'Miller', 'quill'])
      expect(stored, secret).not.toContain(secret);
    expect(stored).toContain('as agreed');
    expect(sink.events.filter(({ kind }) => kind === 'text')[0]).toMatchObject({
      value: { open: false, length: 16, script: 'latin' },
    });
    expect(sink.events.some((event) => event.kind === 'mask' && event.rule === 'text.detected')).toBe(true);
  });

  test('[MASK41] what there is no room or no depth for is closed', async () => {
    const long = 'monday as agreed '.repeat(2_000);
    expect((await textsLeft(element('p', long)))[0]).not.toContain('agreed');
    let deep = element('p', 'deepest of all');
    for (let i = 0; i < 1_200; i++)
      deep = { type: 2, id: next++, tagName: 'div', attributes: {}, childNodes: [deep] };
    const sink = new MemorySink();
    const net = new SecondNet(sink);
    net.learn(SETTINGS);
    const data = { node: deep, initialOffset: { top: 0, left: 0 } };
    net.state({ t: 0, surface: 0, event: { type: 2, data } });
    expect(textsOf(deep)).not.toContain('deepest of all');
  });

  test('[MASK41] a page of one element with any number of children takes its time and no more', {
    timeout: 60_000,
  }, () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => (i % 2 ? text(`row ${i % 50}`) : element('br')));
    const net = new SecondNet(new MemorySink());
    net.learn(SETTINGS);
    const began = performance.now();
    const data = { node: element('div', ...rows), initialOffset: { top: 0, left: 0 } };
    net.state({ t: 0, surface: 0, event: { type: 2, data } });
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('[MASK41] a long neighbour closes nothing, and what goes into it is found', async () => {
    const long = `${'as agreed '.repeat(1_900)}q.quill`;
    const left = await textsLeft(
      element('p', element('b', long), '@mail.example'),
      element('p', 'on monday'),
    );
    expect(left[0]).toContain('as agreed');
    expect(left.join('')).not.toMatch(/quill|mail\.example/);
    expect(left[2]).toBe('on monday');
  });

  test('[MASK41] where no agreement opens anything nothing is looked at', async () => {
    const sink = await recorded([element('p', 'Anna Miller')], [], {
      ...SETTINGS,
      selectors: { open: [], closed: [] },
    });
    expect(JSON.stringify(sink.states)).toContain('Anna Miller');
    expect(sink.events.some(({ kind }) => kind === 'mask')).toBe(false);
  });
});
