/**
 * Reads the DOM without asking the page (AGT2). A content script shares no prototypes with the page, but
 * named properties cross worlds: `<form><input name="childNodes">` shadows `form.childNodes`, and
 * `<img name="body">` shadows `document.body`. So everything is read through the prototypes' own getters,
 * taken once.
 */
export type DomAccess = ReturnType<typeof domAccess>;

export type PageWindow = Window & typeof globalThis;

/** Opens closed shadow roots where the browser offers it to extensions. */
export type ShadowRootOf = (element: HTMLElement) => ShadowRoot | null;

export function domAccess(window: PageWindow, shadowRootOf?: ShadowRootOf) {
  const get = <T>(prototype: object, name: string): ((of: object) => T) => {
    const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get;
    if (!getter) throw new TypeError(`this browser has no ${name}`);
    return (of) => getter.call(of) as T;
  };
  const call = <T>(prototype: object, name: string): ((of: object, ...args: unknown[]) => T) => {
    const method = (prototype as Record<string, (...args: unknown[]) => T>)[name];
    if (!method) throw new TypeError(`this browser has no ${name}`);
    return (of, ...args) => method.apply(of, args);
  };
  const node = window.Node.prototype;
  const element = window.Element.prototype;
  const page = window.Document.prototype;
  const input = window.HTMLInputElement.prototype;
  const field = window.HTMLTextAreaElement.prototype;
  const select = window.HTMLSelectElement.prototype;
  const option = window.HTMLOptionElement.prototype;
  const target = window.EventTarget.prototype;
  const openRoot = get<ShadowRoot | null>(element, 'shadowRoot');
  const inputValue = get<string>(input, 'value');
  const fieldValue = get<string>(field, 'value');
  const sheetOfStyle = get<CSSStyleSheet | null>(window.HTMLStyleElement.prototype, 'sheet');
  const sheetOfLink = get<CSSStyleSheet | null>(window.HTMLLinkElement.prototype, 'sheet');
  const sheetOfSvg = get<CSSStyleSheet | null>(window.SVGStyleElement.prototype, 'sheet');
  const styleOf = get<CSSStyleDeclaration>(window.HTMLElement.prototype, 'style');
  const styleOfSvg = get<CSSStyleDeclaration>(window.SVGElement.prototype, 'style');
  const rect = call<DOMRect>(element, 'getBoundingClientRect');
  const frameWindow = get<Window | null>(window.HTMLIFrameElement.prototype, 'contentWindow');
  const oldFrameWindow = get<Window | null>(window.HTMLFrameElement.prototype, 'contentWindow');
  const add = call<void>(target, 'addEventListener');
  const remove = call<void>(target, 'removeEventListener');
  const attribute = call<string | null>(element, 'getAttribute');
  const is = (of: unknown, kind: abstract new () => object) => of instanceof kind;

  return {
    nodeType: get<number>(node, 'nodeType'),
    parent: get<Node | null>(node, 'parentNode'),
    firstChild: get<Node | null>(node, 'firstChild'),
    nextSibling: get<Node | null>(node, 'nextSibling'),
    connected: get<boolean>(node, 'isConnected'),
    textContent: get<string | null>(node, 'textContent'),
    data: get<string>(window.CharacterData.prototype, 'data'),
    localName: get<string>(element, 'localName'),
    namespace: get<string | null>(element, 'namespaceURI'),
    attributeNames: call<string[]>(element, 'getAttributeNames'),
    attribute,
    matches: call<boolean>(element, 'matches'),
    scrollTop: get<number>(element, 'scrollTop'),
    scrollLeft: get<number>(element, 'scrollLeft'),
    clientTop: get<number>(element, 'clientTop'),
    clientLeft: get<number>(element, 'clientLeft'),
    rect,
    host: get<Element>(window.ShadowRoot.prototype, 'host'),
    shadowRoot(of: Element): ShadowRoot | null {
      const open = openRoot(of);
      if (open || !shadowRootOf || !is(of, window.HTMLElement)) return open;
      try {
        return shadowRootOf(of as HTMLElement);
      } catch {
        return null;
      }
    },
    doctype: get<DocumentType | null>(page, 'doctype'),
    documentElement: get<Element | null>(page, 'documentElement'),
    scrollingElement: get<Element | null>(page, 'scrollingElement'),
    compatMode: get<string>(page, 'compatMode'),
    readyState: get<DocumentReadyState>(page, 'readyState'),
    activeElement: get<Element | null>(page, 'activeElement'),
    designMode: get<string>(page, 'designMode'),
    visibility: get<DocumentVisibilityState>(page, 'visibilityState'),
    hasFocus: call<boolean>(page, 'hasFocus'),
    elementsByTag: call<HTMLCollection>(page, 'getElementsByTagName'),
    select(root: Document | ShadowRoot, selector: string): NodeListOf<Element> {
      const from = is(root, window.Document) ? page : window.DocumentFragment.prototype;
      return from.querySelectorAll.call(root, selector);
    },
    adoptedSheets: (root: Document | ShadowRoot): readonly CSSStyleSheet[] =>
      is(root, window.Document) ? adoptedOfDocument(root) : adoptedOfShadow(root),
    inputType: get<string>(input, 'type'),
    checked: get<boolean>(input, 'checked'),
    selected: get<boolean>(option, 'selected'),
    /** What the list shows of it. */
    optionLabel: get<string>(option, 'label'),
    multiple: get<boolean>(select, 'multiple'),
    selectedIndex: get<number>(select, 'selectedIndex'),
    options: get<HTMLOptionsCollection>(select, 'options'),
    isInput: (of: unknown): of is HTMLInputElement => is(of, window.HTMLInputElement),
    isField: (of: unknown): of is HTMLTextAreaElement => is(of, window.HTMLTextAreaElement),
    isSelect: (of: unknown): of is HTMLSelectElement => is(of, window.HTMLSelectElement),
    isElement: (of: unknown): of is Element => is(of, window.Element),
    isFrame: (of: unknown): of is HTMLIFrameElement =>
      is(of, window.HTMLIFrameElement) || is(of, window.HTMLFrameElement),
    value: (of: Element): string => (is(of, window.HTMLInputElement) ? inputValue(of) : fieldValue(of)),
    frameWindow: (of: Element): Window | null =>
      is(of, window.HTMLIFrameElement) ? frameWindow(of) : oldFrameWindow(of),
    sheet(of: Element): CSSStyleSheet | null {
      if (is(of, window.HTMLStyleElement)) return sheetOfStyle(of);
      if (is(of, window.HTMLLinkElement)) return sheetOfLink(of);
      return is(of, window.SVGStyleElement) ? sheetOfSvg(of) : null;
    },
    /** The declarations of the style attribute that the browser understood, in its own spelling. */
    inlineStyle(of: Element): string {
      if (is(of, window.HTMLElement)) return styleOf(of).cssText;
      if (is(of, window.SVGElement)) return styleOfSvg(of).cssText;
      return '';
    },
    listen(of: EventTarget, type: string, handler: (event: Event) => void): () => void {
      const options = { capture: true, passive: true };
      add(of, type, handler, options);
      return () => remove(of, type, handler, options);
    },
  };

  function adoptedOfDocument(of: object): readonly CSSStyleSheet[] {
    return get<readonly CSSStyleSheet[]>(page, 'adoptedStyleSheets')(of);
  }
  function adoptedOfShadow(of: object): readonly CSSStyleSheet[] {
    return get<readonly CSSStyleSheet[]>(window.ShadowRoot.prototype, 'adoptedStyleSheets')(of);
  }
}

export const ELEMENT = 1;
export const TEXT = 3;
export const DOCUMENT = 9;
export const DOCTYPE = 10;
export const FRAGMENT = 11;
export const SVG = 'http://www.w3.org/2000/svg';
