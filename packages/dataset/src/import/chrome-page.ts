import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  type SerializedNode,
  SOURCE_MUTATION,
  type StateChange,
} from '@aboveboard/protocol/state';
import type { ChromeElement } from './chrome-step.ts';
import type { IdentityFilter } from './identity-filter.ts';

const NAME_LENGTH = 200;
/** What these are called is what stands in them. */
const UNNAMED = new Set(['textbox', 'searchbox', 'document', 'cell', 'gridcell']);

/**
 * What a flow lets one know of a page: the elements that it acted on, with role and name, each in the body,
 * without places (IMP42). Ids go on over all pages of a surface, as REC50 wants it.
 */
export class ChromePage {
  readonly surface: number;
  readonly #filter: IdentityFilter;
  readonly #elements = new Map<string, number>();
  #nextId = 1;
  #document = 0;
  size = { width: 0, height: 0 };

  constructor(surface: number, filter: IdentityFilter) {
    this.surface = surface;
    this.#filter = filter;
  }

  /** The root element; 0 before the first page. */
  get root(): number {
    return this.#document === 0 ? 0 : this.#document + 1;
  }

  /** An empty page in the place of what was there. */
  begin(): StateChange[] {
    this.#elements.clear();
    this.#document = this.#nextId;
    this.#nextId += 3;
    const body = element(this.#document + 2, 'body', {}, []);
    const node: SerializedNode = {
      type: 0,
      id: this.#document,
      childNodes: [element(this.#document + 1, 'html', {}, [body])],
    };
    return [
      { type: RRWEB_META, data: { href: '/', ...this.size } },
      { type: RRWEB_FULL_SNAPSHOT, data: { node, initialOffset: { top: 0, left: 0 } } },
    ];
  }

  /** The node of an element, and what has to be said first where it is not known yet. */
  find({ key, name, role }: ChromeElement): { node: number; changes: StateChange[] } {
    const known = this.#elements.get(key);
    if (known !== undefined) return { node: known, changes: [] };
    const changes = this.#document === 0 ? this.begin() : [];
    const id = this.#nextId++;
    this.#elements.set(key, id);
    const told = role !== null && UNNAMED.has(role) ? '' : this.#filter.clear(name.toWellFormed());
    const label = told.slice(0, NAME_LENGTH).toWellFormed();
    const node = element(
      id,
      'div',
      { role: role ?? 'generic', ...(label === '' ? {} : { 'aria-label': label }) },
      [],
    );
    const adds = [{ parentId: this.#document + 2, nextId: null, node }];
    changes.push({
      type: RRWEB_INCREMENTAL,
      data: { source: SOURCE_MUTATION, texts: [], attributes: [], removes: [], adds },
    });
    return { node: id, changes };
  }
}

function element(
  id: number,
  tagName: string,
  attributes: Record<string, string>,
  childNodes: SerializedNode[],
): SerializedNode {
  return { type: 2, id, tagName, attributes, childNodes };
}
