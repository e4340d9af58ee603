import type { Gate } from '@aboveboard/consent/gate';
import type { SerializedNode, StateChange } from '@aboveboard/protocol/state';
import { describe, expect, test } from 'vitest';
import type { AgentItem } from '../src/frame-message.ts';
import { Office } from './office.ts';
import { Desk } from './recording-desk.ts';

function mutation(data: Partial<Extract<StateChange, { type: 3 }>['data'] & { source: 0 }>): StateChange {
  const none = { source: 0 as const, texts: [], attributes: [], removes: [], adds: [] };
  return { type: 3, data: { ...none, ...data } as Extract<StateChange, { type: 3 }>['data'] };
}

/** Changes that a page could have its own process say of the element `id`. */
const REFUSED: Record<string, (id: number) => AgentItem | AgentItem['item'] | object> = {
  'a picture by a bare string': (id) => styled(id, 'background: image-set("https://x.example/a.png" 1x)'),
  'an import': (id) => styled(id, '@import "https://x.example/a.css";'),
  'a behaviour': (id) => styled(id, 'behavior: url(#x)'),
  'a handler': (id) => mutation({ attributes: [{ id, attributes: { onclick: 'x()' } }] }),
  "a script's address": (id) => mutation({ attributes: [{ id, attributes: { title: 'javascript:x()' } }] }),
  'a script': (id) => mutation({ adds: [{ parentId: id, nextId: null, node: element(id + 50, 'script') }] }),
  'no list of additions': () => ({ type: 3, data: { source: 0, adds: null } }),
  'an addition of nothing': (id) => mutation({ adds: [{ parentId: id, nextId: null } as never] }),
  'a source that is not known': (id) => ({ type: 3, data: { source: 99, id } }),
  "another document's node": (id) =>
    mutation({ attributes: [{ id: id + (1 << 22), attributes: { class: 'a' } }] }),
};

function styled(id: number, style: string): StateChange {
  return mutation({ attributes: [{ id, attributes: { style } }] });
}

function element(id: number, tagName: string): SerializedNode {
  return { type: 2, id, tagName, attributes: {}, childNodes: [] };
}

describe('what the protocol refuses', () => {
  for (const [what, change] of Object.entries(REFUSED)) {
    test(`[CAP34] ${what} becomes a gap, and the recording goes on with a fresh state`, async () => {
      const office = new Office();
      const page = office.agent('top');
      page.say(office.session, ...page.firstState([9]));
      await office.later(800);
      const first = page.settings?.firstNodeId ?? 0;
      const at = office.clock.now;
      const item = { at, item: 'state', change: change(first + 1) } as AgentItem;
      page.say(office.session, page.move(1), item, page.move(2));
      await office.later(800);
      expect(page.told.map(({ type }) => type)).toContain('stop');
      await office.later(800);
      expect(page.settings?.firstNodeId).toBeGreaterThan(first);
      page.say(office.session, ...page.firstState([9]), page.move(3));
      await office.later(800);
      const { events, states } = await office.kept();
      expect(events.flatMap((event) => (event.kind === 'move' ? [event.x] : []))).toEqual([1, 3]);
      expect(events.find((event) => event.kind === 'gap')?.reason).toBe('state-lost');
      expect(states.map(({ event }) => event.type)).toEqual([4, 2, 4, 2]);
    });
  }

  test('[CAP10] what was chosen in a list is text: where the rules do not allow text, no choice is kept', async () => {
    const gate: Gate = {
      decide: ({ now, signal }) =>
        signal === 'text'
          ? { allow: false, deny: 'signal-not-agreed', reason: 'No text.' }
          : { allow: true, rule: 'AGR1', until: now + 60_000 },
    };
    const desk = new Desk(gate);
    const page = desk.agent('top');
    expect(page.settings?.signals).toMatchObject({ text: false, pointer: true });
    const value = { open: true, text: 'chosen' } as const;
    const at = desk.clock.now;
    // An agent that does not do as it is told.
    page.say(desk.session, ...page.firstState(), page.move(1), {
      at,
      item: 'event',
      event: { kind: 'select', value },
    });
    await desk.later(800);
    await desk.session.end();
    expect(desk.kinds()).toContain('move');
    expect(desk.kinds()).not.toContain('select');
  });

  test('[CAP34] an event that is not legal does the same, and the tab goes on', async () => {
    const office = new Office();
    const page = office.agent('top');
    page.say(office.session, ...page.firstState());
    await office.later(800);
    const { now } = office.clock;
    page.say(office.session, {
      at: now,
      item: 'event',
      event: { kind: 'keydown', key: 'printable', name: 'q' },
    });
    await office.later(1600);
    page.say(office.session, ...page.firstState(), page.move(3));
    await office.later(800);
    const { events } = await office.kept();
    expect(events.filter(({ kind }) => kind === 'keydown')).toEqual([]);
    expect(events.map(({ kind }) => kind)).toContain('move');
  });

  test('[CAP34] a window of no legal size is not said again when the zoom changes', async () => {
    const office = new Office();
    const page = office.agent('top');
    const items = page.firstState();
    const geometry = items.find((item) => item.item === 'geometry');
    if (geometry?.item === 'geometry') geometry.geometry = { ...geometry.geometry, ratio: -1 };
    page.say(office.session, ...items);
    await office.later(800);
    office.session.zoom(1, 2);
    await office.later(800);
    const { events } = await office.kept();
    expect(events.filter(({ kind }) => kind === 'geometry')).toEqual([]);
  });

  test('[CAP34] a frame that is refused leaves the page around it alone', async () => {
    const office = new Office();
    const page = office.agent('top');
    const frame = office.agent('frame', 1, 'top');
    page.say(office.session, ...page.firstState([10]));
    frame.say(office.session, ...frame.firstState([], 0));
    await office.later(800);
    const first = page.settings?.firstNodeId;
    const own = frame.settings?.firstNodeId ?? 0;
    const change = styled(own, 'behavior: url(#x)');
    frame.say(office.session, { at: office.clock.now, item: 'state', change });
    page.say(office.session, page.move(1));
    await office.later(1600);
    expect(page.settings?.firstNodeId).toBe(first);
    expect(frame.settings?.firstNodeId).toBeGreaterThan(own);
    frame.say(office.session, ...frame.firstState([], 0), frame.move(2));
    await office.later(800);
    const { events } = await office.kept();
    expect(events.flatMap((event) => (event.kind === 'move' ? [event.x] : []))).toEqual([1, 12]);
  });

  test('[CAP34] it begins anew later and later, and is left alone after five failures in a row', async () => {
    const office = new Office();
    const page = office.agent('top');
    const starts: number[] = [];
    let known = 0;
    for (let step = 0; step < 200; step++) {
      const first = page.settings?.firstNodeId ?? 0;
      if (first !== 0 && first !== known) {
        known = first;
        starts.push(office.clock.now);
        page.say(office.session, ...page.firstState());
        const change = styled(first, 'behavior: url(#x)');
        page.say(office.session, { at: office.clock.now, item: 'state', change });
      }
      await office.later(400);
    }
    expect(starts).toHaveLength(6);
    const waits = starts.slice(1).map((at, i) => at - (starts[i] as number));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(8000);
    const { states } = await office.kept();
    expect(states).toHaveLength(12);
  });

  test('[CAP34] a state that no part has room for is refused before it spoils one', async () => {
    const office = new Office();
    const page = office.agent('top');
    page.say(office.session, ...page.firstState([1, 2, 3]));
    await office.later(800);
    const id = (page.settings?.firstNodeId ?? 0) + 1;
    const value = 'x'.repeat(6_000_000);
    const attributes = [0, 1, 2].map((i) => ({ id: id + i, attributes: { class: value } }));
    page.say(office.session, { at: office.clock.now, item: 'state', change: mutation({ attributes }) });
    await office.later(1600);
    page.say(office.session, ...page.firstState(), page.move(5));
    await office.later(800);
    const { events } = await office.kept();
    expect(events.filter(({ kind }) => kind === 'move')).toHaveLength(1);
  });
});
