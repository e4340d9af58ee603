import { RRWEB_FULL_SNAPSHOT, RRWEB_META, type SerializedNode } from '@aboveboard/protocol/state';
import type { IdentityFilter } from './identity-filter.ts';
import type { ImportItem } from './import-account.ts';

const MOST_DEPTH = 32;
const MOST_CHILDREN = 2000;
const NAME_LENGTH = 200;
/** Names of these are titles and contents, not interface. */
const UNNAMED = new Set(['WindowControl', 'PaneControl', 'DocumentControl', 'EditControl']);
const ROLES: Readonly<Record<string, string>> = {
  ButtonControl: 'button',
  SplitButtonControl: 'button',
  CheckBoxControl: 'checkbox',
  ComboBoxControl: 'combobox',
  DocumentControl: 'document',
  EditControl: 'textbox',
  GroupControl: 'group',
  HeaderItemControl: 'columnheader',
  HyperlinkControl: 'link',
  ImageControl: 'img',
  ListControl: 'list',
  ListItemControl: 'listitem',
  MenuControl: 'menu',
  MenuBarControl: 'menubar',
  MenuItemControl: 'menuitem',
  PaneControl: 'group',
  RadioButtonControl: 'radio',
  ScrollBarControl: 'scrollbar',
  SliderControl: 'slider',
  TabControl: 'tablist',
  TabItemControl: 'tab',
  TableControl: 'table',
  TextControl: 'text',
  ToolBarControl: 'toolbar',
  TreeControl: 'tree',
  TreeItemControl: 'treeitem',
  WindowControl: 'dialog',
};

type Control = {
  name: string;
  type: string;
  box: { left: number; top: number; right: number; bottom: number };
  node: Record<string, unknown>;
};

/**
 * The control under a press, from the outermost of its recorded tree to the innermost that holds the point
 * (IMP22). What lies beside the way down, other windows among it, is not taken. Empty: the tree is none.
 */
export function controlsAt(tree: unknown, x: number, y: number): Control[] {
  const way: Control[] = [];
  let next = controlOf(tree);
  while (next !== null && way.length < MOST_DEPTH) {
    way.push(next);
    const children = next.node['Children'];
    next = null;
    if (!Array.isArray(children)) break;
    for (const child of children.slice(0, MOST_CHILDREN)) {
      const control = controlOf(child);
      if (control !== null && holds(control.box, x, y)) next = control;
    }
  }
  return way;
}

/**
 * A state that says no more than these controls: each an element with role, name and box, inside the one
 * before. `firstId`: ids from here on are free; gives the innermost's id.
 */
export function stateOfControls(
  controls: readonly Control[],
  t: number,
  firstId: number,
  viewport: { width: number; height: number },
  filter: IdentityFilter,
): { items: ImportItem[]; target: number; nextId: number } {
  const body = element(firstId + 2, 'body', {});
  const html = element(firstId + 1, 'html', {});
  const document: SerializedNode = { type: 0, id: firstId, childNodes: [html] };
  html.childNodes.push(body);
  let id = firstId + 3;
  let parent = body;
  let origin = { left: 0, top: 0 };
  let target = body.id;
  for (const { name, type, box } of controls) {
    const label = UNNAMED.has(type) ? '' : filter.clear(name).slice(0, NAME_LENGTH).toWellFormed();
    const node = element(id++, 'div', {
      role: (Object.hasOwn(ROLES, type) ? ROLES[type] : undefined) ?? 'generic',
      ...(label === '' ? {} : { 'aria-label': label }),
      style: `position:absolute;left:${box.left - origin.left}px;top:${box.top - origin.top}px;width:${box.right - box.left}px;height:${box.bottom - box.top}px`,
    });
    parent.childNodes.push(node);
    parent = node;
    origin = box;
    target = node.id;
  }
  return {
    items: [
      { state: { t, surface: 0, event: { type: RRWEB_META, data: { href: '/', ...viewport } } } },
      {
        state: {
          t,
          surface: 0,
          event: { type: RRWEB_FULL_SNAPSHOT, data: { node: document, initialOffset: { top: 0, left: 0 } } },
        },
      },
    ],
    target,
    nextId: id,
  };
}

type ElementNode = Extract<SerializedNode, { type: 2 }>;
function element(id: number, tagName: string, attributes: ElementNode['attributes']): ElementNode {
  return { type: 2, id, tagName, attributes, childNodes: [] };
}

function controlOf(node: unknown): Control | null {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return null;
  const record = node as Record<string, unknown>;
  const box = record['BoundingRectangle'];
  if (typeof box !== 'object' || box === null) return null;
  const side = (name: string) => {
    const value = (box as Record<string, unknown>)[name];
    return typeof value === 'number' && Math.abs(value) <= 100_000 ? Math.round(value) : Number.NaN;
  };
  const sides = { left: side('left'), top: side('top'), right: side('right'), bottom: side('bottom') };
  if (Object.values(sides).some(Number.isNaN)) return null;
  return {
    name: typeof record['Name'] === 'string' ? record['Name'] : '',
    type: typeof record['ControlType'] === 'string' ? record['ControlType'] : '',
    box: sides,
    node: record,
  };
}

function holds(box: Control['box'], x: number, y: number): boolean {
  return x >= box.left && x < box.right && y >= box.top && y < box.bottom;
}
