import fc from 'fast-check';
import type { MutationData, SerializedNode, StateChange, StateItem } from '../src/state.ts';
import type { StateNode } from '../src/state-node.ts';
import { StateTree } from '../src/state-tree.ts';

/**
 * Legal runs of states of one surface (REC50-REC64): a first snapshot and changes, each of which is made
 * for the tree as it is then. All choices come from one seed, so a run is known by it.
 */
export function stateRun(changes = 25): fc.Arbitrary<StateItem[]> {
  return fc
    .tuple(fc.integer(), fc.integer({ min: 0, max: changes }))
    .map(([seed, count]) => makeRun(seed, count));
}

export function makeRun(seed: number, count: number): StateItem[] {
  const maker = new RunMaker(seed);
  let t = 0;
  return maker.changes(count).map((event) => {
    t += maker.below(50);
    return { t, surface: 3, event };
  });
}

const TAGS = ['div', 'span', 'p', 'input', 'style', 'iframe', 'my-x1', 'button'];
const VALUES = ['', 'c1 c2', 'xxxx', '#frag', 'ünï', '0'];
const RULES = ['.a { color: red }', '@media print { .b { margin: 0 } }'];

class RunMaker {
  #state: number;
  #nextId = 1;
  #nextSheet = 1;
  readonly #tree = new StateTree();

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  changes(count: number): StateChange[] {
    const made: StateChange[] = [];
    const add = (change: StateChange) => {
      this.#tree.apply(structuredClone(change));
      made.push(change);
    };
    add({ type: 4, data: { href: 'https://app.example/p1', width: 1200, height: 800.5 } });
    add(this.#snapshot());
    for (let i = 0; i < count; i += 1) add(this.#change());
    return made;
  }

  #snapshot(): StateChange {
    const id = this.#id();
    const doctype: SerializedNode = { type: 1, id: this.#id(), name: 'html', publicId: '', systemId: '' };
    const node: SerializedNode = {
      type: 0,
      id,
      compatMode: 'CSS1Compat',
      childNodes: [doctype, this.#element(4, 'html')],
    };
    return { type: 2, data: { node, initialOffset: { top: this.below(100), left: 0 } } };
  }

  #element(depth: number, tagName = this.#pick(TAGS)): Extract<SerializedNode, { type: 2 }> {
    const isHost = tagName !== 'iframe' && this.below(8) === 0;
    const id = this.#id();
    const childNodes: SerializedNode[] = [];
    const hasChildren = depth > 0 && tagName !== 'iframe' && tagName !== 'input';
    for (let i = hasChildren ? this.below(4) : 0; i > 0; i -= 1) {
      childNodes.push(
        tagName === 'style' || this.below(3) === 0 ? this.#text(tagName) : this.#element(depth - 1),
      );
    }
    if (isHost && hasChildren) childNodes.push({ ...this.#element(0, 'p'), isShadow: true });
    return {
      type: 2,
      id,
      tagName,
      attributes: this.below(2)
        ? { class: this.#pick(VALUES), 'data-n': this.below(3) ? 'x' : this.below(9) + 0.5 }
        : {},
      childNodes,
      ...(isHost ? { isShadowHost: true } : {}),
      ...(this.below(12) === 0 ? { isSVG: true as const } : {}),
    };
  }

  #text(parentTag: string): SerializedNode {
    if (parentTag === 'style')
      return { type: 3, id: this.#id(), textContent: this.#pick(RULES), isStyle: true };
    return { type: 3, id: this.#id(), textContent: this.#pick(VALUES) };
  }

  #change(): StateChange {
    const node = this.#some(() => true);
    const element = this.#some(({ content }) => content.type === 2);
    switch (this.below(12)) {
      case 0:
        return { type: 3, data: { source: 3, id: node.id, x: this.below(900), y: this.below(9000) / 4 } };
      case 1:
        return { type: 3, data: { source: 4, width: this.below(2000), height: this.below(2000) } };
      case 2:
        return {
          type: 3,
          data: { source: 5, id: element.id, text: this.#pick(VALUES), isChecked: this.below(2) > 0 },
        };
      case 3:
        return this.#adopted();
      case 4:
        return this.#rules(element);
      case 5:
        return {
          type: 3,
          data: { source: 13, id: element.id, index: [this.below(3)], set: this.#declaration() },
        };
      default:
        return { type: 3, data: this.#mutation() };
    }
  }

  #declaration() {
    return {
      property: 'color',
      value: this.below(3) ? 'red' : null,
      priority: this.below(2) ? 'important' : undefined,
    };
  }

  #rules(element: StateNode): StateChange {
    const adds = [
      { rule: this.#pick(RULES), index: this.below(2) ? 0 : [0, 1] },
      { rule: this.#pick(RULES) },
    ];
    const styleId = this.#nextSheet > 1 && this.below(2) ? 1 + this.below(this.#nextSheet - 1) : null;
    const target = styleId === null ? { id: element.id } : { styleId };
    const removes = this.below(2) ? { removes: [{ index: this.below(2) }] } : {};
    const replace = styleId !== null && this.below(3) === 0 ? { replaceSync: this.#pick(RULES) } : {};
    return { type: 3, data: { source: 8, ...target, adds, ...removes, ...replace } };
  }

  /** Only the first document defines and adopts, so that a sheet lives for as long as the run. */
  #adopted(): StateChange {
    const root = this.#tree.root as StateNode;
    const styleId = this.#nextSheet++;
    const styleIds = [styleId, ...(styleId > 1 && this.below(2) ? [1 + this.below(styleId - 1)] : [])];
    const styles = [{ styleId, rules: [{ rule: this.#pick(RULES), index: 0 }] }];
    return { type: 3, data: { source: 15, id: root.id, styleIds, styles } };
  }

  #mutation(): MutationData {
    const data: MutationData = { source: 0, texts: [], attributes: [], removes: [], adds: [] };
    const text = this.#some(({ content, parent }) => content.type === 3 && !parent?.isStyle, null);
    if (text && this.below(2))
      data.texts.push({ id: text.id, value: this.below(4) ? this.#pick(VALUES) : null });
    const element = this.#some(({ content }) => content.type === 2);
    if (this.below(2)) data.attributes.push({ id: element.id, attributes: this.#attributes() });
    const frame = this.#some(({ content }) => content.type === 2 && content.tagName === 'iframe', null);
    if (frame && this.below(3) === 0) {
      const id = this.#id();
      const node: SerializedNode = { type: 0, id, childNodes: [{ ...this.#element(1, 'html'), rootId: id }] };
      return { ...data, adds: [{ parentId: frame.id, nextId: null, node }], isAttachIframe: true };
    }
    const gone = this.below(3) === 0 ? this.#some(({ parent }) => (parent?.depth ?? 0) > 1, null) : null;
    const inGone = new Set(gone ? [...gone.descend()].map(({ id }) => id) : []);
    if (gone?.parent && gone.content.type !== 0) {
      data.removes.push({
        parentId: gone.parent.id,
        id: gone.id,
        ...(gone.isShadow ? { isShadow: true } : {}),
      });
    } else inGone.clear();
    data.texts = data.texts.filter(({ id }) => !inGone.has(id));
    data.attributes = data.attributes.filter(({ id }) => !inGone.has(id));
    const parent = this.#some(
      ({ id, content }) =>
        !inGone.has(id) && content.type === 2 && !['style', 'iframe', 'input'].includes(content.tagName),
      null,
    );
    if (!parent) return data;
    // Given last to first: each but the first names a sibling that comes later in the list.
    let nextId: number | null = parent.children.find(({ id }) => !inGone.has(id))?.id ?? null;
    for (let i = this.below(4); i > 0; i -= 1) {
      const node = this.below(2) ? this.#element(0) : this.#text('p');
      data.adds.unshift({ parentId: parent.id, nextId, node });
      if (node.type === 2 && this.below(2)) {
        data.adds.unshift({ parentId: node.id, nextId: null, node: this.#text(node.tagName) });
      }
      nextId = node.id;
    }
    if (this.below(2)) data.adds.reverse();
    return data;
  }

  #attributes(): MutationData['attributes'][number]['attributes'] {
    switch (this.below(4)) {
      case 0:
        return { style: { color: 'red', margin: ['0px', 'important'], width: false } };
      case 1:
        return { style: 'color: blue', class: null };
      case 2:
        return { style: null };
      default:
        return { title: this.#pick(VALUES) };
    }
  }

  #some(fits: (node: StateNode) => boolean): StateNode;
  #some(fits: (node: StateNode) => boolean, none: null): StateNode | null;
  #some(fits: (node: StateNode) => boolean, none?: null): StateNode | null {
    const nodes = [...this.#tree].filter(fits);
    if (nodes.length > 0) return nodes[this.below(nodes.length)] as StateNode;
    if (none === null) return null;
    throw new Error('the run has no such node');
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  #id(): number {
    return this.#nextId++;
  }
}
