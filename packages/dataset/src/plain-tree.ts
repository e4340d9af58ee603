import type { StateItem } from '@aboveboard/protocol/state';
import type { StateNode } from '@aboveboard/protocol/state-node';
import { StateTree } from '@aboveboard/protocol/state-tree';
import { knownRole } from './aria-roles.ts';
import { frameKey } from './frame-plan.ts';
import type { FrameWant } from './frame-source.ts';
import { MOST_NODES, type NumberedNode, shortened } from './shown-tree.ts';
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

/**
 * The interface at the wanted instants where nothing was drawn: roles, names and states from the state alone, without boxes. What a
 * style sheet hides is in it. Reads the states once and holds one tree a surface; of an unknown surface nothing is given.
 */
export async function readPlainTrees(
  states: AsyncIterable<StateItem[]>,
  wants: readonly FrameWant[],
  give: (want: FrameWant, tree: PlainTree) => void,
): Promise<void> {
  const sorted = [...new Map(wants.map((want) => [frameKey(want), want])).values()].sort((a, b) => a.t - b.t);
  const trees = new Map<number, StateTree>();
  let next = 0;
  const upTo = (t: number) => {
    for (let want = sorted[next]; want && want.t < t; want = sorted[++next]) {
      const root = trees.get(want.surface)?.root;
      if (root) give(want, plainNodes(trees.get(want.surface) as StateTree, root));
    }
  };
  if (sorted.length === 0) return;
  for await (const items of states) {
    for (const { t, surface, event } of items) {
      upTo(t);
      if (next >= sorted.length) return;
      const tree = trees.get(surface) ?? new StateTree({ onFault: () => undefined });
      trees.set(surface, tree);
      tree.apply(event);
    }
  }
  upTo(Number.POSITIVE_INFINITY);
}

function plainNodes(tree: StateTree, root: StateNode): PlainTree {
  const nodes: NumberedNode[] = [{ id: root.id, shown: { parent: null, role: 'document', name: '' } }];
  /** `said`: the name of what holds it has its text already. */
  const open: { node: StateNode; parent: number; said: boolean }[] = [];
  const enter = (node: StateNode, parent: number, said: boolean) => {
    const within = [...node.children, ...node.shadow, ...(node.document ? [node.document] : [])];
    for (const child of within.reverse()) open.push({ node: child, parent, said });
  };
  enter(root, 0, false);
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, parent, said } = next;
    if (nodes.length >= MOST_NODES) return { nodes, cut: true };
    const { content } = node;
    if (content.type === 3) {
      const text = said ? '' : shortened(content.textContent);
      if (text !== '') nodes.push({ id: node.id, shown: { parent, role: 'text', name: '', value: text } });
    } else if (content.type === 0) enter(node, parent, said);
    else if (content.type === 2 && !isHidden(node)) {
      const role = knownRole(roleOf(node));
      if (role === 'generic') {
        enter(node, parent, said);
        continue;
      }
      const byContent = NAMED_BY_CONTENT.has(role);
      const name = byContent || isLabelled(node) ? shortened(nameOf(tree, node)) : '';
      const value = fieldValue(node);
      const states = statesOf(node);
      nodes.push({
        id: node.id,
        shown: {
          ...{ parent, role, name },
          ...(value === null ? {} : { value: shortened(value) }),
          ...(states.length > 0 ? { states } : {}),
        },
      });
      enter(node, nodes.length - 1, said || (byContent && name !== '') || value !== null);
    }
  }
  return { nodes, cut: false };
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
  const has = (name: string) => attributes[name] !== undefined && attributes[name] !== null;
  return [
    ...new Set([
      ...((input ? input.isChecked : has('checked')) ? ['checked'] : []),
      ...FLAGS.flatMap(([name, value, flag]) => (attributes[name] === value ? [flag] : [])),
      ...['disabled', 'required', 'readonly', 'selected'].filter(has),
    ]),
  ];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
