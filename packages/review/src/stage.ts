import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  SOURCE_SCROLL,
  type StateItem,
} from '@aboveboard/protocol/state';
import { Replayer } from '@rrweb/replay';
import type { Rect } from './edit-list.ts';
import { type CssCache, InertState } from './inert-state.ts';
import { documentAt, nodesMeeting, rectOf } from './stage-geometry.ts';

/**
 * One surface drawn by rrweb in a sandboxed frame (spec/review.md, REV30-REV34). A stage only goes forward,
 * or begins anew with a full snapshot. Three things keep the recorded page from acting, each without the others:
 * InertState takes out what could act, the sandbox forbids scripts, forms and navigation, and the policy
 * set here forbids every load but embedded pictures and fonts.
 *
 * `root` must be in the document, and stays the caller's. Everything inside is read as hostile: only
 * geometry and ids leave.
 */
export class Stage {
  readonly element: HTMLElement;
  readonly #replayer: Replayer;
  readonly #inert: InertState;
  readonly #root: HTMLElement;
  #clock = 0;
  #hovered: Element[] = [];
  width = 0;
  height = 0;

  constructor(root: HTMLElement, title: string, css?: CssCache) {
    this.#root = root;
    this.#inert = new InertState(css);
    this.#replayer = new Replayer([], {
      root,
      liveMode: true,
      useVirtualDom: false,
      mouseTail: false,
      triggerFocus: false,
      showWarning: false,
      pauseAnimation: true,
      insertStyleRules: STILL,
      UNSAFE_replayCanvas: false,
    });
    // rrweb's own switch: without it scroll bars are missing and every box is 15 px off.
    this.#replayer.enableInteract();
    this.element = this.#replayer.wrapper;
    const frame = this.#replayer.iframe;
    if (frame.getAttribute('sandbox') !== 'allow-same-origin') {
      this.destroy();
      throw new Error('REV30: the replay frame is not sandboxed');
    }
    frame.title = title;
    frame.tabIndex = -1;
    frame.style.pointerEvents = 'none';
    frame.style.border = '0';
    setPolicy(frame);
    allowOldDoctypes(frame);
    // Every event that is added is older than this: rrweb then applies it at once, without its own clock.
    this.#replayer.startLive(Number.MAX_SAFE_INTEGER);
    this.#replayer.on('resize', (size) => {
      const { width, height } = size as { width: number; height: number };
      this.width = width;
      this.height = height;
    });
  }

  /** Applies items of one surface in order; the first of a stage must be a full snapshot (a meta may precede). */
  apply(items: readonly StateItem[]): Promise<void> {
    for (const item of scrollingLast(items)) {
      this.#clock += 1;
      const event = { ...this.#inert.change(item.event), timestamp: this.#clock, delay: 0 };
      if (item.event.type === RRWEB_FULL_SNAPSHOT) this.#beginAnew();
      this.#replayer.addEvent(event as Parameters<Replayer['addEvent']>[0]);
    }
    // addEvent works in a microtask of its own; this one comes after all of them.
    return Promise.resolve().then(() => {
      // rrweb keeps all that it was ever given; a stage lives for an hour and needs none of it again.
      this.#replayer.service.state.context.events.length = 0;
    });
  }

  get document(): Document | null {
    return this.#replayer.iframe.contentDocument;
  }

  node(id: number): Node | null {
    return this.#replayer.getMirror().getNode(id);
  }

  id(node: Node): number | null {
    const id = this.#replayer.getMirror().getId(node);
    return id > 0 ? id : null;
  }

  /** Where the node is, in CSS pixels of the surface's viewport; null when it is not shown. */
  rect(id: number): Rect | null {
    const node = this.node(id);
    return node && this.document && rectOf(node, this.document);
  }

  /** The element under a point of the viewport, or null. */
  elementAt(x: number, y: number): Element | null {
    return this.document && documentAt(this.document, x, y);
  }

  /**
   * The nodes that draw something of their own in `rect`; null when the stage can't tell (nothing is shown).
   * See spec/review.md, REV24.
   */
  nodesIn(rect: Rect): number[] | null {
    const { document } = this;
    if (!document?.body || this.width === 0) return null;
    return nodesMeeting(document, rect, (node) => this.id(node));
  }

  /** Puts the page's `:hover` styles where the recorded pointer is; null takes them away. */
  hover(point: { x: number; y: number } | null): void {
    const under: Element[] = [];
    let element = point && this.elementAt(point.x, point.y);
    for (; element; element = element.parentElement) under.push(element);
    if (under[0] === this.#hovered[0] && under.length === this.#hovered.length) return;
    for (const old of this.#hovered) if (!under.includes(old)) old.classList.remove(':hover');
    for (const now of under) now.classList.add(':hover');
    this.#hovered = under;
  }

  destroy(): void {
    if (this.#replayer.wrapper.parentNode === this.#root) this.#replayer.destroy();
  }

  /** A new document is written into the same frame: what was adopted by the old one would stay. */
  #beginAnew(): void {
    const { document } = this;
    this.#hovered = [];
    if (document && document.adoptedStyleSheets.length > 0) document.adoptedStyleSheets = [];
  }
}

const STILL = [
  '*, *::before, *::after { transition: none !important; animation-duration: 0s !important; animation-delay: 0s !important; animation-iteration-count: 1 !important; animation-fill-mode: both !important; scroll-behavior: auto !important; caret-color: transparent !important; }',
];

/**
 * The same items with each scroll position once, at the end: every one of them makes the browser lay out the
 * page, and only the last can be seen. Nothing else in a state depends on where something is scrolled to.
 */
function scrollingLast(items: readonly StateItem[]): readonly StateItem[] {
  if (items.length < 2) return items;
  const scrolls = new Map<number, StateItem>();
  const others: StateItem[] = [];
  for (const item of items) {
    const { event } = item;
    if (event.type === RRWEB_FULL_SNAPSHOT) scrolls.clear();
    if (event.type === RRWEB_INCREMENTAL && event.data.source === SOURCE_SCROLL) {
      scrolls.delete(event.data.id);
      scrolls.set(event.data.id, item);
    } else others.push(item);
  }
  return [...others, ...scrolls.values()];
}

/** What a frame of a replay may load: nothing from anywhere, and no script even if one got in. */
export const STAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'";

/** What rrweb writes into the document of an old page, so that it is laid out as one. */
const OLD_DOCTYPES = new Set([
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "">',
  '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN" "">',
]);

/** Where the page around it asks for Trusted Types, these two texts may become markup in the frame, and no other. */
function allowOldDoctypes(frame: HTMLIFrameElement): void {
  type Rules = { createHTML(text: string): string };
  const { trustedTypes } = frame.contentWindow as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: Rules): unknown };
  };
  trustedTypes?.createPolicy('default', {
    createHTML(text) {
      if (OLD_DOCTYPES.has(text)) return text;
      throw new TypeError('REV30: text does not become markup in a replayed page');
    },
  });
}

/**
 * A policy can be added to a document and never taken away: it outlives the writing of the recorded page
 * into the same document, and frames within inherit it.
 */
function setPolicy(frame: HTMLIFrameElement): void {
  const document = frame.contentDocument;
  if (!document) throw new Error('REV30: the replay frame has no document');
  const head = document.head ?? document.documentElement.appendChild(document.createElement('head'));
  const meta = document.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = STAGE_POLICY;
  head.append(meta);
}
