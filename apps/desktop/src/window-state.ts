import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_META,
  type SerializedNode,
  type StateChange,
} from '@aboveboard/protocol/state';
import { looksLikeData } from '@aboveboard/redact/data-shape';
import { findSpans } from '@aboveboard/redact/detect/find-spans';
import { ownWords } from '@aboveboard/redact/detect/own-words';
import type { Detector } from '@aboveboard/redact/detect/span';
import { createFiller, type Filler } from '@aboveboard/redact/filler';
import { isInterfaceRole } from '@aboveboard/redact/interface-role';
import { isInterfaceWords } from '@aboveboard/redact/interface-words';
import { keyedHash } from '@aboveboard/redact/keyed-hash';
import type { AccessibleNode, AccessibleTree } from './accessible-tree.ts';

/**
 * A window's interface as a masked state (DSK20-DSK25): elements with roles and boxes, in the format of every other
 * state, so that replay, steps and datasets need to know nothing of the desktop. What stays readable is what MASK31
 * leaves open in pictures: labels of interface roles made of words that everybody's controls bear, and the inputs of
 * the task card.
 */
export class WindowStates {
  readonly #fill: Filler;
  readonly #literals: ReadonlySet<string>;
  readonly #own: readonly Detector[];
  readonly #first: number;
  readonly #ids = new Map<string, number>();
  #next: number;
  #last = '';

  /** Ids count from `firstNodeId`; an element keeps its id, and none is given twice. */
  constructor(given: {
    firstNodeId: number;
    literals: readonly string[];
    renaming: string;
    closedWords?: readonly string[];
  }) {
    this.#fill = createFiller(keyedHash(given.renaming));
    this.#literals = new Set(given.literals);
    this.#own = [ownWords(given.closedWords ?? []).detect];
    this.#first = given.firstNodeId;
    this.#next = given.firstNodeId + FIXED;
  }

  /** Null: nothing in it has changed since the last one. `masked` counts what was closed, by rule. */
  state(
    tree: AccessibleTree | null,
    size: { width: number; height: number },
  ): { changes: StateChange[]; masked: number } | null {
    const given: Given = { masked: 0, alive: new Set() };
    const childNodes = tree ? [this.#element(tree, { x: 0, y: 0 }, given)] : [];
    for (const key of this.#ids.keys()) if (!given.alive.has(key)) this.#ids.delete(key);
    const node = documentWith(this.#first, childNodes);
    const said = JSON.stringify([size, node]);
    if (said === this.#last) return null;
    this.#last = said;
    return {
      masked: given.masked,
      changes: [
        { type: RRWEB_META, data: { href: '', ...size } },
        { type: RRWEB_FULL_SNAPSHOT, data: { node, initialOffset: { top: 0, left: 0 } } },
      ],
    };
  }

  idOf(key: string): number | undefined {
    return this.#ids.get(key);
  }

  #element(node: AccessibleNode, origin: { x: number; y: number }, given: Given): SerializedNode {
    const id = this.#idFor(node.key);
    given.alive.add(node.key);
    const place = node.box ?? { ...origin, width: 0, height: 0 };
    const attributes: Record<string, string> = {
      role: ROLE.test(node.role) ? node.role : 'generic',
      style:
        `position:absolute;left:${whole(place.x - origin.x)}px;top:${whole(place.y - origin.y)}px;` +
        `width:${whole(place.width)}px;height:${whole(place.height)}px`,
    };
    for (const [state, name] of ARIA) if (node.states.has(state)) attributes[name] = 'true';
    const childNodes = node.children.map((child) => this.#element(child, place, given));
    const label = this.#label(node, given);
    if (label !== '') {
      attributes['aria-label'] = label;
      if (childNodes.length === 0) {
        const key = `${node.key} text`;
        given.alive.add(key);
        childNodes.push({ type: 3, id: this.#idFor(key), textContent: label });
      }
    }
    return { type: 2, id, tagName: 'div', attributes, childNodes };
  }

  #label(node: AccessibleNode, given: Given): string {
    if (node.states.has('secret')) return node.name === '' ? '' : DOTS;
    const name = node.name.replace(HIDDEN, ' ').replace(/\s+/g, ' ').trim();
    if (name === '') return '';
    if (this.#literals.has(name)) return name;
    const opens = !node.states.has('editable') && isInterfaceRole(node.role);
    if (opens && isInterfaceWords(name) && !looksLikeData(name) && findSpans(name, this.#own).length === 0)
      return name;
    given.masked += 1;
    return this.#fill(name);
  }

  #idFor(key: string): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#next++;
      this.#ids.set(key, id);
    }
    return id;
  }
}

type Given = { masked: number; alive: Set<string> };

const DOTS = '\u2022'.repeat(8);
// Control characters, overrides of direction: a name is somebody's text, never a command to a page that shows it.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu;
const ROLE = /^[a-z]{1,32}$/;
const ARIA = [
  ['checked', 'aria-checked'],
  ['selected', 'aria-selected'],
  ['expanded', 'aria-expanded'],
  ['disabled', 'aria-disabled'],
] as const;

/** Ids of the document, its root and its body. */
const FIXED = 3;
function documentWith(first: number, childNodes: SerializedNode[]): SerializedNode {
  const style = 'margin:0;position:relative;overflow:hidden;font:13px sans-serif;background:#fff';
  return {
    type: 0,
    id: first,
    childNodes: [
      {
        type: 2,
        id: first + 1,
        tagName: 'html',
        attributes: {},
        childNodes: [{ type: 2, id: first + 2, tagName: 'body', attributes: { style }, childNodes }],
      },
    ],
  };
}

function whole(length: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(length)));
}
