import { decidingRole } from '@aboveboard/redact/interface-role';
import type { ElementContext } from '@aboveboard/redact/masker';
import type { DomAccess } from './dom-access.ts';
import { ELEMENT, FRAGMENT } from './dom-access.ts';

/**
 * What the masker needs to know of an element (MASK2): its role or that of the nearest element above it that
 * has one that decides, whether it is edited, and what the agreement says of it.
 */
export class ElementContexts {
  readonly #access: DomAccess;
  readonly #document: Document;
  readonly #open: readonly string[];
  readonly #closed: readonly string[];
  /** A selector of what is to be closed can't be read: everything is closed (T14). */
  readonly #allClosed: boolean;
  /** Fields that ever held a password: showing it makes a text field of them. */
  readonly #secret = new WeakSet<Element>();
  #known = new WeakMap<Node, ElementContext>();

  constructor(access: DomAccess, document: Document, selectors: { open: string[]; closed: string[] }) {
    this.#access = access;
    this.#document = document;
    const readable = (selector: string) => {
      try {
        access.select(document, selector);
        return true;
      } catch {
        return false;
      }
    };
    this.#open = selectors.open.filter(readable);
    this.#closed = selectors.closed.filter(readable);
    this.#allClosed = this.#closed.length < selectors.closed.length;
  }

  /** What was known may have changed: roles and classes move. */
  forget(): void {
    this.#known = new WeakMap();
  }

  of(node: Node | null): ElementContext {
    const chain: Element[] = [];
    let at: Node | null = node;
    let context: ElementContext | undefined;
    while (at) {
      context = this.#known.get(at);
      if (context) break;
      const type = this.#access.nodeType(at);
      if (type === ELEMENT) chain.push(at as Element);
      at = type === FRAGMENT && !this.#access.parent(at) ? this.#hostOf(at) : this.#access.parent(at);
    }
    context ??= this.#root();
    for (let i = chain.length - 1; i >= 0; i--) {
      const element = chain[i] as Element;
      context = this.#below(context, element);
      this.#known.set(element, context);
    }
    return context;
  }

  /** A field of which nothing is taken, not even that a key was pressed (T9). */
  isSecret(element: Element): boolean {
    if (this.#access.isInput(element) && !this.#secret.has(element)) {
      const complete = this.#access.attribute(element, 'autocomplete')?.toLowerCase() ?? '';
      if (
        this.#access.inputType(element) === 'password' ||
        /\b(?:current-password|new-password|one-time-code|cc-[a-z-]+)\b/.test(complete)
      ) {
        this.#secret.add(element);
      }
    }
    return this.#secret.has(element);
  }

  #root(): ElementContext {
    return {
      tag: '',
      role: null,
      inputType: '',
      editable: this.#access.designMode(this.#document) === 'on',
      agreed: this.#allClosed ? 'closed' : null,
    };
  }

  #below(above: ElementContext, element: Element): ElementContext {
    const access = this.#access;
    const tag = access.localName(element);
    const input = access.isInput(element);
    const inputType = input ? (this.isSecret(element) ? 'password' : access.inputType(element)) : '';
    const role = decidingRole(tag, access.attribute(element, 'role'), inputType, above.role) ?? above.role;
    const edited = access.attribute(element, 'contenteditable')?.toLowerCase();
    const editable = edited == null ? above.editable : edited !== 'false';
    return { tag, role, inputType, editable, agreed: this.#agreed(element) ?? above.agreed };
  }

  #agreed(element: Element): 'open' | 'closed' | null {
    if (this.#allClosed) return 'closed';
    if (this.#closed.some((selector) => this.#access.matches(element, selector))) return 'closed';
    return this.#open.some((selector) => this.#access.matches(element, selector)) ? 'open' : null;
  }

  #hostOf(root: Node): Node | null {
    try {
      return this.#access.host(root);
    } catch {
      return null;
    }
  }
}
