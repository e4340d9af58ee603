import type { DomAccess } from './dom-access.ts';
import { DOCUMENT, FRAGMENT } from './dom-access.ts';

/**
 * Which nodes were written, under which id, and under which parent (AGT10). An id is a node's for as long
 * as this agent runs, wherever the node goes. Holds nodes weakly: what the page drops is gone here too.
 */
export class NodeMirror {
  readonly #ids = new WeakMap<Node, number>();
  #parents = new WeakMap<Node, Node>();
  readonly #access: DomAccess;
  readonly #document: Document;
  readonly #first: number;
  #next: number;

  constructor(access: DomAccess, document: Document, firstId: number) {
    this.#access = access;
    this.#document = document;
    this.#first = firstId;
    this.#next = firstId;
  }

  /** Ids given so far. */
  get given(): number {
    return this.#next - this.#first;
  }

  /** The node's id; gives it one if it has none. */
  id(node: Node): number {
    let id = this.#ids.get(node);
    if (id === undefined) {
      id = this.#next++;
      this.#ids.set(node, id);
    }
    return id;
  }

  /** An id that no node has: style sheets draw from the same numbers. */
  fresh(): number {
    return this.#next++;
  }

  /** A shadow root has no id of its own in a state: it is its host's. */
  ownerId(parent: Node): number {
    return this.id(this.#isShadow(parent) ? this.#access.host(parent) : parent);
  }

  link(node: Node, parent: Node): void {
    if (this.#isShadow(parent)) this.#parents.set(parent, this.#access.host(parent));
    this.#parents.set(node, parent);
  }

  /** Nothing is in the state any more; nodes keep their ids. */
  forget(): void {
    this.#parents = new WeakMap();
  }

  unlink(node: Node): void {
    this.#parents.delete(node);
  }

  parent(node: Node): Node | undefined {
    return this.#parents.get(node);
  }

  /** It is in the state as it was written so far. */
  has(node: Node): boolean {
    for (let at: Node | undefined = node, depth = 0; at && depth < 100_000; depth++) {
      if (at === this.#document) return true;
      at = this.#parents.get(at);
    }
    return false;
  }

  /** Id of the nearest node at or above `node` that is in the state; undefined: none is. */
  nearest(node: Node | null): number | undefined {
    for (let at = node; at; at = this.#isShadow(at) ? this.#access.host(at) : this.#access.parent(at)) {
      if (this.#access.nodeType(at) !== DOCUMENT && !this.#isShadow(at) && this.has(at)) return this.id(at);
    }
    return undefined;
  }

  #isShadow(node: Node): boolean {
    return this.#access.nodeType(node) === FRAGMENT;
  }
}
