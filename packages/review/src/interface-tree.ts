import type { InterfaceNode, InterfaceStateFlag } from '@aboveboard/protocol/state';
import { computeAccessibleName, getRole } from 'dom-accessibility-api';
import { rectOf } from './stage-geometry.ts';

/**
 * The interface tree of a rendered state (spec/recording.md): roles and names by the accessible-name
 * computation of the W3C, boxes as laid out. Elements without a role of their own give their children to
 * the next one above. What draws no box is left out.
 *
 * The document is a recorded page's: its depth and width are bounded here, whatever it says.
 */
export type TreeLimits = { nodes: number; depth: number; nameLength: number };
export const TREE_LIMITS: TreeLimits = { nodes: 20_000, depth: 512, nameLength: 500 };

export function interfaceTree(
  document: Document,
  idOf: (node: Node) => number | null,
  limits: TreeLimits = TREE_LIMITS,
): InterfaceNode {
  const budget = { left: limits.nodes };
  const body = document.body ?? document.documentElement;
  const viewport = { x: 0, y: 0, width: 0, height: 0 };
  if (document.documentElement) {
    viewport.width = document.documentElement.clientWidth;
    viewport.height = document.documentElement.clientHeight;
  }
  return {
    id: (body && idOf(body)) ?? 0,
    role: 'document',
    name: '',
    states: [],
    box: viewport,
    children: body ? childrenOf(body, document, idOf, limits, budget, 0) : [],
  };
}

function childrenOf(
  element: Element,
  outer: Document,
  idOf: (node: Node) => number | null,
  limits: TreeLimits,
  budget: { left: number },
  depth: number,
): InterfaceNode[] {
  if (depth >= limits.depth) return [];
  const nodes: InterfaceNode[] = [];
  for (const child of within(element)) {
    if (budget.left <= 0) break;
    if (child.getAttribute('aria-hidden') === 'true') continue;
    const id = idOf(child);
    const box = rectOf(child, outer);
    const role = roleOf(child);
    if (id === null || box === null || role === null) {
      nodes.push(...childrenOf(child, outer, idOf, limits, budget, depth + 1));
      continue;
    }
    budget.left--;
    const value = shownValue(child, limits);
    nodes.push({
      id,
      role,
      name: NAMED_BY_CONTENT_ONLY.has(role) ? '' : nameOf(child, limits),
      ...(value === null ? {} : { value }),
      states: statesOf(child),
      box,
      children: childrenOf(child, outer, idOf, limits, budget, depth + 1),
    });
  }
  return nodes;
}

function* within(element: Element): Generator<Element> {
  const inner = frameBody(element);
  if (inner) yield inner;
  for (const child of element.shadowRoot?.children ?? []) yield child;
  for (const child of element.children) yield child;
}

function frameBody(element: Element): Element | null {
  if (element.nodeName !== 'IFRAME') return null;
  try {
    return (element as HTMLIFrameElement).contentDocument?.body ?? null;
  } catch {
    return null;
  }
}

// A name for these would repeat what their children say.
const NAMED_BY_CONTENT_ONLY = new Set([
  'document',
  'main',
  'paragraph',
  'list',
  'table',
  'rowgroup',
  'row',
  'text',
]);
const NO_ROLE = new Set(['generic', 'presentation', 'none']);

function roleOf(element: Element): string | null {
  if (element.nodeName === 'BODY') return 'document';
  const role = getRole(element);
  if (role && !NO_ROLE.has(role)) return role;
  // Text that no element with a role holds would otherwise be lost.
  for (const node of element.childNodes) {
    if (node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '') return 'text';
  }
  return null;
}

function nameOf(element: Element, limits: TreeLimits): string {
  try {
    // HTML-AAM names a field without any other name by its placeholder; the library stops before that.
    const name = computeAccessibleName(element) || (element.getAttribute('placeholder') ?? '').trim();
    return name.slice(0, limits.nameLength);
  } catch {
    // A hostile tree (label cycles, broken references) has no name rather than no tree.
    return '';
  }
}

function shownValue(element: Element, limits: TreeLimits): string | null {
  const tag = element.nodeName;
  if (tag === 'SELECT') {
    const select = element as HTMLSelectElement;
    return (select.selectedOptions[0]?.label ?? '').slice(0, limits.nameLength);
  }
  if (tag === 'TEXTAREA' || (tag === 'INPUT' && !UNVALUED.has((element as HTMLInputElement).type))) {
    return (element as HTMLInputElement).value.slice(0, limits.nameLength);
  }
  return roleOf(element) === 'text' ? (element.textContent ?? '').trim().slice(0, limits.nameLength) : null;
}

const UNVALUED = new Set([
  'checkbox',
  'radio',
  'button',
  'submit',
  'reset',
  'image',
  'file',
  'password',
  'hidden',
]);

function statesOf(element: Element): InterfaceStateFlag[] {
  const flags: InterfaceStateFlag[] = [];
  const aria = (name: string) => element.getAttribute(`aria-${name}`);
  const input = element as HTMLInputElement;
  const add = (flag: InterfaceStateFlag, on: boolean) => {
    if (on) flags.push(flag);
  };
  add('focused', element.ownerDocument.activeElement === element && element.nodeName !== 'BODY');
  add('checked', input.checked === true || aria('checked') === 'true');
  add('mixed', input.indeterminate === true || aria('checked') === 'mixed');
  add('pressed', aria('pressed') === 'true');
  add('selected', aria('selected') === 'true' || (element as HTMLOptionElement).selected === true);
  const open =
    element.nodeName === 'DETAILS' ? String((element as HTMLDetailsElement).open) : aria('expanded');
  add('expanded', open === 'true');
  add('collapsed', open === 'false');
  add('disabled', input.disabled === true || aria('disabled') === 'true');
  add('required', input.required === true || aria('required') === 'true');
  add('invalid', aria('invalid') === 'true');
  add('readonly', input.readOnly === true || aria('readonly') === 'true');
  add('editable', (element as HTMLElement).isContentEditable === true);
  return flags;
}
