import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  type StateChange,
  type StyleDelta,
} from '@aboveboard/protocol/state';
import { textBucket } from '@aboveboard/protocol/text-bucket';

/**
 * What stands in a result in place of what a mask closed (spec/review.md, REV20-REV22). Lists what stays, so
 * that an attribute nobody thought of goes.
 */
export type IsClosed = (node: number) => boolean;

/** The change with the content of closed nodes replaced; null when nothing of it may stay. */
export function closeChange(change: StateChange, isClosed: IsClosed): StateChange | null {
  if (change.type === RRWEB_FULL_SNAPSHOT) {
    return { ...change, data: { ...change.data, node: closeTree(change.data.node, isClosed) } };
  }
  if (change.type !== RRWEB_INCREMENTAL) return change;
  const { data } = change;
  if (data.source === SOURCE_MUTATION) {
    return {
      type: RRWEB_INCREMENTAL,
      data: {
        ...data,
        adds: data.adds.map((add) => ({ ...add, node: closeTree(add.node, isClosed) })),
        texts: data.texts.map((text) =>
          text.value !== null && isClosed(text.id) ? { ...text, value: filler(text.value) } : text,
        ),
        attributes: data.attributes.map((changed) =>
          isClosed(changed.id)
            ? { ...changed, attributes: closeChangedAttributes(changed.attributes) }
            : changed,
        ),
      },
    };
  }
  if (data.source === SOURCE_INPUT) {
    if (!isClosed(data.id)) return change;
    return { type: RRWEB_INCREMENTAL, data: { ...data, text: filler(data.text), isChecked: false } };
  }
  if (data.source === SOURCE_STYLE_SHEET_RULE || data.source === SOURCE_STYLE_DECLARATION) {
    return data.id !== undefined && isClosed(data.id) ? null : change;
  }
  return change;
}

/** Keeps the bucket of the length and where a line may break; white space alone stays as it is. */
export function filler(text: string): string {
  if (text.trim() === '') return text;
  return 'xxxx '.repeat(Math.ceil(textBucket(text.length) / 5)).slice(0, textBucket(text.length));
}

function closeTree(node: SerializedNode, isClosed: IsClosed): SerializedNode {
  const closed = isClosed(node.id);
  if (node.type === 3) return closed ? { ...node, textContent: filler(node.textContent) } : node;
  if (node.type === 1) return node;
  if (node.type === 0) {
    return { ...node, childNodes: node.childNodes.map((child) => closeTree(child, isClosed)) };
  }
  const emptied = closed && node.tagName.toLowerCase() === 'style';
  return {
    ...node,
    attributes: closed ? closeAttributes(node.attributes) : node.attributes,
    childNodes: emptied
      ? node.childNodes.map((child) => (child.type === 3 ? { ...child, textContent: '' } : child))
      : node.childNodes.map((child) => closeTree(child, isClosed)),
  };
}

function closeAttributes<V extends string | number | true | null>(
  attributes: Record<string, V>,
): Record<string, V> {
  const kept: Record<string, V> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'style' && typeof value === 'string') kept[name] = plainDeclarations(value) as V;
    else if (staysInClosed(name, value)) kept[name] = value;
  }
  return kept;
}

function closeChangedAttributes(
  attributes: Record<string, string | null | StyleDelta>,
): Record<string, string | null | StyleDelta> {
  const kept: Record<string, string | null | StyleDelta> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'style' && typeof value === 'string') kept[name] = plainDeclarations(value);
    else if (name === 'style' && value !== null) kept[name] = plainDelta(value as StyleDelta);
    else if (value === null || typeof value === 'string') {
      if (staysInClosed(name, value)) kept[name] = value;
    }
  }
  return kept;
}

function staysInClosed(name: string, value: string | number | true | null): boolean {
  if (STAYING.has(name)) return true;
  return name in STAYING_WORDS && STAYING_WORDS[name]?.includes(String(value)) === true;
}

const STAYING = new Set([
  'class',
  'id',
  'for',
  'hidden',
  'disabled',
  'readonly',
  'required',
  'multiple',
  'open',
  'colspan',
  'rowspan',
  'span',
  'rows',
  'cols',
  'size',
  'width',
  'height',
  'viewBox',
  'xmlns',
  'tabindex',
  'rr_width',
  'rr_height',
  'rr_scrollTop',
  'rr_scrollLeft',
]);

/** These stay with one of these values, and go with any other. */
const STAYING_WORDS: Readonly<Record<string, readonly string[]>> = {
  dir: ['ltr', 'rtl', 'auto'],
  type: [
    'text',
    'password',
    'email',
    'search',
    'tel',
    'url',
    'number',
    'checkbox',
    'radio',
    'button',
    'submit',
    'reset',
    'date',
    'time',
    'datetime-local',
    'month',
    'week',
    'color',
    'range',
    'file',
    'hidden',
    'image',
  ],
  role: [
    'alert',
    'article',
    'banner',
    'button',
    'cell',
    'checkbox',
    'columnheader',
    'combobox',
    'complementary',
    'contentinfo',
    'dialog',
    'form',
    'grid',
    'gridcell',
    'group',
    'heading',
    'img',
    'link',
    'list',
    'listbox',
    'listitem',
    'main',
    'menu',
    'menubar',
    'menuitem',
    'navigation',
    'none',
    'option',
    'presentation',
    'radio',
    'radiogroup',
    'region',
    'row',
    'rowgroup',
    'rowheader',
    'search',
    'separator',
    'slider',
    'spinbutton',
    'status',
    'switch',
    'tab',
    'table',
    'tablist',
    'tabpanel',
    'textbox',
    'toolbar',
    'tooltip',
    'tree',
    'treeitem',
  ],
  contenteditable: ['', 'true', 'false', 'plaintext-only'],
  'aria-hidden': ['true', 'false'],
  'aria-modal': ['true', 'false'],
  'aria-haspopup': ['true', 'false', 'menu', 'listbox', 'tree', 'grid', 'dialog'],
};

/** The declarations that hold no address, string, property of the page's own, or anything written oddly. */
function plainDeclarations(style: string): string {
  // With a string or an escape in it a `;` may not end a declaration: nothing is certain then.
  if (/["'\\{}]/.test(style)) return '';
  return style
    .split(';')
    .map((declaration) => declaration.trim())
    .filter((declaration) => {
      const [property = '', value = ''] = declaration.split(/:(.*)/s);
      return isPlain(property, value);
    })
    .join('; ');
}

function plainDelta(delta: StyleDelta): StyleDelta {
  const kept: StyleDelta = {};
  for (const [property, value] of Object.entries(delta)) {
    const text = value === false ? '' : typeof value === 'string' ? value : value[0];
    if (isPlain(property, text)) kept[property] = value;
  }
  return kept;
}

function isPlain(property: string, value: string): boolean {
  return /^\s*-?[a-z][a-z-]*\s*$/.test(property) && !/^\s*content/.test(property) && PLAIN_VALUE.test(value);
}

/** Words, numbers, colours, and functions that compute from those. */
const PLAIN_VALUE = /^(?!.*(url|src|image|attr|var|env|element)\s*\()[\w\s.,%#()+*/!-]{0,200}$/is;
