import {
  type IncrementalData,
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  type StateItem,
} from '@aboveboard/protocol/state';
import type { StateNode } from '@aboveboard/protocol/state-node';
import { StateTree } from '@aboveboard/protocol/state-tree';
import { knownRole } from './aria-roles.ts';
import { frameKey } from './frame-plan.ts';
import type { FrameWant } from './frame-source.ts';
import { MOST_NODES, type NumberedNode, type ShownNode, shortened } from './shown-tree.ts';
import { nameOf, roleOf } from './tree-target.ts';

type PlainTree = { nodes: NumberedNode[]; cut: boolean };

/** Their name is what they hold; others have one only where it is said. */
const NAMED_BY_CONTENT = new Set(
  (
    'button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio rowheader ' +
    'switch tab tooltip treeitem'
  ).split(' '),
);
const NOT_SHOWN = new Set(['head', 'script', 'style', 'template', 'noscript', 'title']);
const UNVALUED = new Set(['checkbox', 'radio', 'file', 'password', 'hidden']);
const FLAGS: readonly (readonly [string, string, string])[] = [
  ['aria-checked', 'true', 'checked'],
  ['aria-checked', 'mixed', 'mixed'],
  ['aria-pressed', 'true', 'pressed'],
  ['aria-selected', 'true', 'selected'],
  ['aria-expanded', 'true', 'expanded'],
  ['aria-expanded', 'false', 'collapsed'],
  ['aria-disabled', 'true', 'disabled'],
  ['aria-required', 'true', 'required'],
  ['aria-invalid', 'true', 'invalid'],
  ['aria-readonly', 'true', 'readonly'],
];

const SAID_BY_THEIR_NAME = ['disabled', 'required', 'readonly', 'selected'];

/**
 * The interface at the wanted instants where nothing was drawn: roles, names and states from the state alone, without boxes. What a
 * style sheet hides is in it. Reads the states once and holds one tree a surface; of an unknown surface nothing is given. Trees
 * share the nodes that did not change between them: nobody may change one.
 */
export async function readPlainTrees(
  states: AsyncIterable<StateItem[]>,
  wants: readonly FrameWant[],
  give: (want: FrameWant, tree: PlainTree) => void,
): Promise<void> {
  const sorted = [...new Map(wants.map((want) => [frameKey(want), want])).values()].sort((a, b) => a.t - b.t);
  const surfaces = new Map<number, PlainSurface>();
  let next = 0;
  const upTo = (t: number) => {
    for (let want = sorted[next]; want && want.t < t; want = sorted[++next]) {
      const tree = surfaces.get(want.surface)?.now();
      if (tree) give(want, tree);
    }
  };
  if (sorted.length === 0) return;
  for await (const items of states) {
    for (const { t, surface, event } of items) {
      upTo(t);
      if (next >= sorted.length) return;
      let plain = surfaces.get(surface);
      if (!plain) {
        plain = new PlainSurface();
        surfaces.set(surface, plain);
      }
      plain.apply(event);
    }
  }
  upTo(Number.POSITIVE_INFINITY);
}

/**
 * How a node is shown, as long as neither it nor anything below it changes. `numbered` null: it is not. `below`: whether the names
 * above what it holds have its text already; null: what it holds is not shown.
 */
type Plain = { said: boolean; numbered: NumberedNode | null; below: boolean | null };

/** One surface: a page changes little from step to step, and what did not change is not worked out again. */
class PlainSurface {
  readonly #tree = new StateTree({ onFault: () => undefined });
  #plain = new WeakMap<StateNode, Plain>();

  apply(event: StateItem['event']): void {
    this.#tree.apply(event);
    if (event.type === RRWEB_FULL_SNAPSHOT) this.#plain = new WeakMap();
    else if (event.type === RRWEB_INCREMENTAL) this.#forget(event.data);
  }

  /** Null: nothing was shown yet. */
  now(): PlainTree | null {
    const { root } = this.#tree;
    if (!root) return null;
    const nodes: NumberedNode[] = [{ id: root.id, shown: { parent: null, role: 'document', name: '' } }];
    const open: { node: StateNode; parent: number; said: boolean }[] = [];
    const enter = ({ children, shadow, document }: StateNode, parent: number, said: boolean) => {
      // Last in, first out.
      if (document) open.push({ node: document, parent, said });
      for (let i = shadow.length - 1; i >= 0; i--) open.push({ node: shadow[i] as StateNode, parent, said });
      for (let i = children.length - 1; i >= 0; i--)
        open.push({ node: children[i] as StateNode, parent, said });
    };
    enter(root, 0, false);
    for (let next = open.pop(); next; next = open.pop()) {
      if (nodes.length >= MOST_NODES) return { nodes, cut: true };
      const { node, parent, said } = next;
      const { numbered, below } = this.#shown(node, parent, said);
      if (numbered) nodes.push(numbered);
      if (below !== null) enter(node, numbered ? nodes.length - 1 : parent, below);
    }
    return { nodes, cut: false };
  }

  #shown(node: StateNode, parent: number, said: boolean): Plain {
    let plain = this.#plain.get(node);
    if (plain?.said !== said) plain = plainOf(this.#tree, node, parent, said);
    else if (plain.numbered && plain.numbered.shown.parent !== parent)
      plain = { ...plain, numbered: { id: node.id, shown: { ...plain.numbered.shown, parent } } };
    else return plain;
    this.#plain.set(node, plain);
    return plain;
  }

  /** A name is of what a node holds, so all above what changed may be shown otherwise. */
  #forget(data: IncrementalData): void {
    if (data.source === SOURCE_INPUT) this.#changed(data.id);
    else if (data.source === SOURCE_MUTATION) {
      for (const { parentId } of data.removes) this.#changed(parentId);
      for (const { parentId } of data.adds) this.#changed(parentId);
      for (const { id } of data.texts) this.#changed(id);
      for (const { id } of data.attributes) this.#changed(id);
    }
  }

  #changed(id: number): void {
    for (let node = this.#tree.node(id) ?? null; node; node = node.parent) this.#plain.delete(node);
  }
}

function plainOf(tree: StateTree, node: StateNode, parent: number, said: boolean): Plain {
  const { content, id } = node;
  const nothing: Plain = { said, numbered: null, below: null };
  if (content.type === 0) return { ...nothing, below: said };
  if (content.type === 3) {
    const value = said ? '' : shortened(content.textContent);
    return value === ''
      ? nothing
      : { ...nothing, numbered: { id, shown: { parent, role: 'text', name: '', value } } };
  }
  if (content.type !== 2 || isHidden(node)) return nothing;
  const role = knownRole(roleOf(node));
  if (role === 'generic') return { ...nothing, below: said };
  const byContent = NAMED_BY_CONTENT.has(role);
  const name = byContent || isLabelled(node) ? shortened(nameOf(tree, node)) : '';
  const value = fieldValue(node);
  const states = statesOf(node);
  const shown: ShownNode = { parent, role, name };
  if (value !== null) shown.value = shortened(value);
  if (states.length > 0) shown.states = states;
  return {
    said,
    numbered: { id, shown },
    below: said || (byContent && name !== '') || value !== null,
  };
}

function isHidden({ content }: StateNode): boolean {
  if (content.type !== 2) return false;
  const { attributes, tagName } = content;
  return (
    NOT_SHOWN.has(tagName.toLowerCase()) ||
    attributes['aria-hidden'] === 'true' ||
    attributes['hidden'] !== undefined ||
    attributes['type'] === 'hidden'
  );
}

function isLabelled({ content }: StateNode): boolean {
  if (content.type !== 2) return false;
  const { attributes } = content;
  // With a label of its own `nameOf` takes that; otherwise it would say what it holds over again.
  if (text(attributes['aria-label']).trim() !== '') return true;
  const tag = content.tagName.toLowerCase();
  return tag === 'input' || tag === 'textarea' || tag === 'img';
}

function fieldValue({ content, input }: StateNode): string | null {
  if (content.type !== 2) return null;
  const tag = content.tagName.toLowerCase();
  const { type, value } = content.attributes;
  if (tag !== 'textarea' && (tag !== 'input' || UNVALUED.has(text(type).toLowerCase()))) return null;
  return input?.text ?? text(value);
}

function statesOf({ content, input }: StateNode): string[] {
  if (content.type !== 2) return [];
  const { attributes } = content;
  const states = new Set<string>();
  const has = (name: string) => attributes[name] !== undefined && attributes[name] !== null;
  if (input ? input.isChecked : has('checked')) states.add('checked');
  for (const [name, value, flag] of FLAGS) if (attributes[name] === value) states.add(flag);
  for (const name of SAID_BY_THEIR_NAME) if (has(name)) states.add(name);
  return [...states];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
