import type { StateNode } from '@aboveboard/protocol/state-node';
import type { StateTree } from '@aboveboard/protocol/state-tree';

/** What an action acts on, in words that another page of the same application also has. */
export type Target = {
  id: number;
  role: string;
  name: string;
  /** It can be dragged by itself. */
  draggable?: true;
  /** From the document to the element, frames and shadow roots included: `main > form[2] > button`. */
  selector: string;
};

const ROLES: Readonly<Record<string, string>> = {
  a: 'link',
  article: 'article',
  aside: 'complementary',
  button: 'button',
  dialog: 'dialog',
  form: 'form',
  h1: 'heading',
  h2: 'heading',
  h3: 'heading',
  h4: 'heading',
  h5: 'heading',
  h6: 'heading',
  img: 'img',
  li: 'listitem',
  main: 'main',
  nav: 'navigation',
  ol: 'list',
  option: 'option',
  select: 'combobox',
  summary: 'button',
  table: 'table',
  td: 'cell',
  textarea: 'textbox',
  th: 'columnheader',
  tr: 'row',
  ul: 'list',
};
const INPUT_ROLES: Readonly<Record<string, string>> = {
  button: 'button',
  checkbox: 'checkbox',
  image: 'button',
  radio: 'radio',
  range: 'slider',
  reset: 'button',
  search: 'searchbox',
  submit: 'button',
  number: 'spinbutton',
};
/** A press on something inside of these acts on them. */
const ACTED_ON = new Set([
  'button',
  'checkbox',
  'combobox',
  'link',
  'menuitem',
  'menuitemcheckbox',
  'menuitemradio',
  'option',
  'radio',
  'searchbox',
  'slider',
  'spinbutton',
  'switch',
  'tab',
  'textbox',
  'treeitem',
]);
/** Dragging in these selects text or moves a thumb. */
const TAKES_DRAGS = new Set(['searchbox', 'slider', 'spinbutton', 'textbox']);
const NAME_LENGTH = 200;
const MOST_STEPS = 64;

/**
 * The element that a node stands for: itself, or the nearest control around it; of a drag the nearest element
 * that can be dragged (ACT29). Null: no such node. Names are what the masked state holds; nothing is opened
 * here that was closed.
 */
export function targetOf(tree: StateTree, node: number, { dragged = false } = {}): Target | null {
  const pressed = tree.node(node);
  if (pressed === undefined) return null;
  const around = [pressed, ...tree.ancestors(node)].filter((one) => one.content.type === 2);
  const draggable = dragged ? draggableIn(around) : undefined;
  const element = draggable ?? around.find((one) => ACTED_ON.has(roleOf(one))) ?? around[0];
  if (element === undefined) return null;
  return {
    ...(draggable ? { draggable: true } : {}),
    id: element.id,
    role: roleOf(element),
    name: nameOf(tree, element, { apart: draggable !== undefined }),
    selector: selectorOf(tree, element),
  };
}

/** What a press on the innermost of `around` would drag; a control that takes drags itself keeps it. */
function draggableIn(around: readonly StateNode[]): StateNode | undefined {
  const found = around.find((one) => TAKES_DRAGS.has(roleOf(one)) || isDraggable(one));
  return found !== undefined && isDraggable(found) ? found : undefined;
}

/** As HTML has it: said so, or else a picture or a link. */
function isDraggable({ content }: StateNode): boolean {
  if (content.type !== 2) return false;
  const { draggable, href } = content.attributes;
  if (draggable === 'true' || draggable === 'false') return draggable === 'true';
  const tag = content.tagName.toLowerCase();
  return tag === 'img' || (tag === 'a' && href !== undefined);
}

export function roleOf(node: StateNode): string {
  const { content } = node;
  if (content.type !== 2) return 'none';
  const said = content.attributes['role'];
  if (typeof said === 'string') {
    const given = said.trim().split(/\s+/)[0];
    if (given) return given;
  }
  const tag = content.tagName.toLowerCase();
  if (tag === 'input') return known(INPUT_ROLES, text(content.attributes['type']).toLowerCase()) ?? 'textbox';
  if (tag === 'a' && content.attributes['href'] === undefined) return 'generic';
  if (content.attributes['contenteditable'] !== undefined) return 'textbox';
  return known(ROLES, tag) ?? 'generic';
}

/** Label first, then what it holds, then what hints at it. `apart`: it holds things that are not one text. */
export function nameOf(tree: StateTree, node: StateNode, { apart = false } = {}): string {
  const { content } = node;
  if (content.type !== 2) return '';
  const { attributes } = content;
  const labelled = text(attributes['aria-label']);
  if (labelled.trim() !== '') return trimmed(labelled);
  const role = roleOf(node);
  const holdsValue = role === 'textbox' || role === 'searchbox' || role === 'combobox';
  const inside = holdsValue ? '' : apart ? textApart(node) : tree.textOf(node.id);
  if (inside.trim() !== '') return trimmed(inside);
  return trimmed(text(attributes['alt']) || text(attributes['title']) || text(attributes['placeholder']));
}

function textApart(node: StateNode): string {
  const texts: string[] = [];
  for (const one of node.descend()) {
    if (one.content.type === 3 && one.parent?.isStyle !== true) texts.push(one.content.textContent);
  }
  return texts.join(' ');
}

/** Tags with their place among siblings of the same tag; ids and classes are renamed, so they say nothing. */
export function selectorOf(tree: StateTree, node: StateNode): string {
  const steps: string[] = [];
  for (const one of [node, ...tree.ancestors(node.id)]) {
    if (one.content.type !== 2) continue;
    const tag = one.content.tagName.toLowerCase();
    const same = tree
      .siblings(one.id)
      .filter((other) => other.content.type === 2 && other.content.tagName.toLowerCase() === tag);
    steps.push(same.length > 1 ? `${tag}[${same.indexOf(one) + 1}]` : tag);
    if (steps.length >= MOST_STEPS) break;
  }
  return steps.reverse().join(' > ');
}

/** Tags and types come from the page: `constructor` is none. */
function known(roles: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function trimmed(value: string): string {
  return value.replace(/\s+/g, ' ').trim().slice(0, NAME_LENGTH);
}
