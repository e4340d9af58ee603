import type { RecordedEvent } from '@aboveboard/protocol/event';
import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  type SerializedNode,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_STYLE_SHEET_RULE,
  type StateChange,
} from '@aboveboard/protocol/state';
import type { Synthetic } from './synthetic-recording.ts';

/**
 * A recording in which every word, value, attribute, rule, declaration and text of an event is a marker of
 * its own, with the stretch in which it was there: the oracle for what may be left after edits. It shares
 * nothing with the code under test.
 */
export type Marker = {
  mark: string;
  /** Where: for states the node that held it. */
  surface: number | null;
  node: number | null;
  /** Ids from the root down to the node, while it stood there. */
  path: number[];
  born: number;
  /** The tick at which it was replaced or removed; infinity: never. */
  died: number;
  what: string;
};

type Held = {
  id: number;
  parent: Held | null;
  children: Held[];
  tag: string;
  marks: Map<string, Marker>;
  text: Held | null;
  rules: Marker[];
};

export function markedRecording(
  next: (below: number) => number,
  steps: number,
): { items: Synthetic[]; markers: Marker[]; elements: { surface: number; id: number }[] } {
  const items: Synthetic[] = [];
  const markers: Marker[] = [];
  const elements: { surface: number; id: number }[] = [];
  let t = 0;
  let count = 0;
  let stateIndex = 0;

  const mark = (surface: number | null, node: Held | null, what: string): Marker => {
    const path: number[] = [];
    for (let at = node; at; at = at.parent) path.unshift(at.id);
    const marker: Marker = {
      mark: `MARK${count++}END`,
      surface,
      node: node?.id ?? null,
      path,
      born: t,
      died: Number.POSITIVE_INFINITY,
      what,
    };
    markers.push(marker);
    return marker;
  };
  const event = (e: RecordedEvent) => items.push({ of: 'event', event: e });
  const state = (surface: number, change: StateChange) => {
    items.push({ of: 'state', item: { t, surface, event: change } });
    event({ kind: 'state', t, surface, index: stateIndex++, settled: false });
  };

  class Page {
    readonly surface: number;
    #nextId = 1;
    #root: Held | null = null;
    all: Held[] = [];
    constructor(surface: number) {
      this.surface = surface;
    }

    #element(parent: Held | null, tag: string): { held: Held; node: SerializedNode } {
      const held: Held = {
        id: this.#nextId++,
        parent,
        children: [],
        tag,
        marks: new Map(),
        text: null,
        rules: [],
      };
      parent?.children.push(held);
      this.all.push(held);
      elements.push({ surface: this.surface, id: held.id });
      const attributes: Record<string, string> = {};
      if (tag !== 'style' && tag !== 'html' && tag !== 'body') {
        attributes['title'] = this.#set(held, 'title').mark;
        if (next(3) === 0) attributes['style'] = `--x: ${this.#set(held, 'style').mark}`;
        if (tag === 'input') attributes['value'] = this.#set(held, 'value').mark;
      }
      return { held, node: { type: 2, id: held.id, tagName: tag, attributes, childNodes: [] } };
    }

    #set(held: Held, slot: string): Marker {
      const old = held.marks.get(slot);
      if (old) old.died = t;
      const now = mark(this.surface, held, slot);
      held.marks.set(slot, now);
      return now;
    }

    #text(parent: Held): SerializedNode {
      const held: Held = {
        id: this.#nextId++,
        parent,
        children: [],
        tag: '#text',
        marks: new Map(),
        text: null,
        rules: [],
      };
      parent.children.push(held);
      parent.text = held;
      return { type: 3, id: held.id, textContent: this.#set(held, 'text').mark };
    }

    #dies(held: Held): void {
      for (const marker of held.marks.values()) marker.died = Math.min(marker.died, t);
      for (const rule of held.rules) rule.died = Math.min(rule.died, t);
      for (const child of held.children) this.#dies(child);
      this.all = this.all.filter((other) => other !== held);
    }

    load(): void {
      if (this.#root) this.#dies(this.#root);
      const html = this.#element(null, 'html');
      const style = this.#element(html.held, 'style');
      const body = this.#element(html.held, 'body');
      this.#root = html.held;
      if (html.node.type === 2) html.node.childNodes = [style.node, body.node];
      for (let i = 0; i < 3; i += 1) {
        const div = this.#element(body.held, i === 1 ? 'input' : 'div');
        if (i !== 1 && div.node.type === 2) div.node.childNodes = [this.#text(div.held)];
        if (body.node.type === 2) body.node.childNodes.push(div.node);
      }
      const root: SerializedNode = { type: 0, id: this.#nextId++, childNodes: [html.node] };
      state(this.surface, {
        type: RRWEB_META,
        data: { href: 'https://a.example/', width: 800, height: 600 },
      });
      state(this.surface, {
        type: RRWEB_FULL_SNAPSHOT,
        data: { node: root, initialOffset: { top: 0, left: 0 } },
      });
    }

    step(): void {
      const candidates = this.all.filter((held) => held.tag === 'div' || held.tag === 'body');
      const target = candidates[next(candidates.length)] as Held;
      const mutation = { source: SOURCE_MUTATION, texts: [], attributes: [], removes: [], adds: [] } as {
        source: typeof SOURCE_MUTATION;
        texts: never[];
        attributes: never[];
        removes: never[];
        adds: never[];
      };
      const put = (some: object) =>
        state(this.surface, { type: RRWEB_INCREMENTAL, data: { ...mutation, ...some } });
      const kind = next(9);
      if (kind === 0) {
        const { held, node } = this.#element(target, next(4) === 0 ? 'input' : 'div');
        const adds = [{ parentId: target.id, nextId: null, node }];
        if (held.tag === 'div') adds.push({ parentId: held.id, nextId: null, node: this.#text(held) });
        put({ adds });
      } else if (kind === 1 && target.tag === 'div' && target.parent) {
        put({ removes: [{ parentId: target.parent.id, id: target.id }] });
        target.parent.children = target.parent.children.filter((child) => child !== target);
        this.#dies(target);
      } else if (kind === 2 && target.text) {
        put({ texts: [{ id: target.text.id, value: this.#set(target.text, 'text').mark }] });
      } else if (kind === 3 && target.tag === 'div') {
        put({ attributes: [{ id: target.id, attributes: { title: this.#set(target, 'title').mark } }] });
      } else if (kind === 4 && target.tag === 'div') {
        const property = ['--x', 'background-image'][next(2)] as string;
        const gone = next(3) === 0;
        // The attribute's own declaration of the same property is overridden.
        if (property === '--x') {
          const old = target.marks.get('style');
          if (old) old.died = Math.min(old.died, t);
          target.marks.delete('style');
        }
        const old = target.marks.get(`delta ${property}`);
        if (old) old.died = t;
        target.marks.delete(`delta ${property}`);
        const value = gone ? false : `url(data:image/png,${this.#set(target, `delta ${property}`).mark})`;
        put({ attributes: [{ id: target.id, attributes: { style: { [property]: value } } }] });
      } else if (kind === 5) {
        const inputs = this.all.filter((held) => held.tag === 'input');
        const input = inputs[next(inputs.length)];
        if (!input) return;
        const text = this.#set(input, 'input').mark;
        state(this.surface, {
          type: RRWEB_INCREMENTAL,
          data: { source: SOURCE_INPUT, id: input.id, text, isChecked: false },
        });
        event({
          kind: 'text',
          t,
          node: input.id,
          value: { open: true, text: eventMark(this.surface, input, 'text event').mark },
        });
      } else if (kind === 6) {
        const style = this.all.find((held) => held.tag === 'style');
        if (!style) return;
        if (next(2) === 0 && style.rules.length > 0) {
          const index = next(style.rules.length);
          const [rule] = style.rules.splice(index, 1);
          if (rule) rule.died = t;
          state(this.surface, {
            type: RRWEB_INCREMENTAL,
            data: { source: SOURCE_STYLE_SHEET_RULE, id: style.id, removes: [{ index }] },
          });
        } else {
          const index = next(style.rules.length + 1);
          const rule = mark(this.surface, style, 'rule');
          style.rules.splice(index, 0, rule);
          state(this.surface, {
            type: RRWEB_INCREMENTAL,
            data: {
              source: SOURCE_STYLE_SHEET_RULE,
              id: style.id,
              adds: [{ rule: `.${rule.mark} { top: 0 }`, index }],
            },
          });
        }
      } else if (kind === 7) {
        event({ kind: 'task', t, phase: 'subgoal', text: eventMark(null, null, 'subgoal').mark });
      } else if (kind === 8 && next(6) === 0) {
        this.load();
      }
    }
  }

  /** The text of an event is there at that instant and never again. */
  function eventMark(surface: number | null, node: Held | null, what: string): Marker {
    const marker = mark(surface, node, what);
    marker.died = t;
    return marker;
  }

  const pages = [new Page(0), new Page(1)];
  event({ kind: 'focus', t, scope: 'surface', surface: 0 });
  for (const page of pages) {
    event({ kind: 'surface', t, surface: page.surface, phase: 'open', type: 'tab' });
    page.load();
  }
  for (let i = 0; i < steps; i += 1) {
    // Several things in one tick, and long waits, so that ends of ranges meet them.
    t += [0, 0, 1, 1, 2, 7][next(6)] as number;
    (pages[next(2)] as Page).step();
  }
  event({ kind: 'task', t: t + 3, phase: 'end' });
  return { items, markers, elements };
}
