import type { Stage } from '@aboveboard/review/stage';
import { rectOf } from '@aboveboard/review/stage-geometry';

/** In CSS pixels of the recorded viewport. `fixed`: what was done there rests on the layout as it was. */
export type Mark = { x: number; y: number; fixed: boolean };
/** Fractions of the viewport. */
export type MarkPlace = { x: number; y: number };

type Anchor = { element: Element; across: number; down: number; width: number; height: number };

/** A place in these means something by itself: it can be moved only as far as they are the same size. */
const DRAWN_ON =
  'canvas, img, svg, video, picture, embed, object, input[type=range], [role=slider], [role=application]';
/** As large as the page: what is nowhere in particular is at the same share of the window. */
const ALL = new Set(['HTML', 'BODY']);

/**
 * A replayed page laid out in a window of another size, with what was at certain places found in it (MOV60). The stage only goes
 * forward, so everything is put back: the size, and how far things were scrolled.
 */
export class StandardWindow {
  readonly #stage: Stage;
  readonly #document: Document;
  readonly #anchors: readonly Anchor[];
  #scrolled: { element: Element; top: number; left: number }[] = [];

  private constructor(stage: Stage, document: Document, anchors: readonly Anchor[]) {
    this.#stage = stage;
    this.#document = document;
    this.#anchors = anchors;
  }

  /** Null: at one of the places is nothing that could be found again. */
  static anchored(stage: Stage, marks: readonly Mark[]): StandardWindow | null {
    const { document } = stage;
    if (!document?.documentElement) return null;
    const anchors: Anchor[] = [];
    for (const mark of marks) {
      const anchor = mark.fixed ? null : anchorAt(stage, document, mark);
      if (anchor === null) return null;
      anchors.push(anchor);
    }
    return new StandardWindow(stage, document, anchors);
  }

  async enter(size: { width: number; height: number }): Promise<MarkPlace[] | null> {
    this.#scrolled = scrolledIn(this.#document);
    const { style } = this.#frame;
    style.setProperty('width', `${size.width}px`, 'important');
    style.setProperty('height', `${size.height}px`, 'important');
    await settled();
    const first = this.#places(size);
    if (first) return first;
    // It may have gone out of sight: what a person would scroll to is scrolled to.
    for (const { element } of this.#anchors)
      if (!ALL.has(element.nodeName))
        element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    await settled();
    const places = this.#places(size);
    if (places === null) await this.leave();
    return places;
  }

  async leave(): Promise<void> {
    this.#frame.style.removeProperty('width');
    this.#frame.style.removeProperty('height');
    await settled();
    for (const { element } of scrolledIn(this.#document))
      element.scrollTo({ top: 0, left: 0, behavior: 'instant' });
    for (const { element, top, left } of this.#scrolled) element.scrollTo({ top, left, behavior: 'instant' });
  }

  get #frame(): HTMLElement {
    const frame = this.#stage.element.querySelector('iframe');
    if (!frame) throw new Error('the stage has no frame');
    return frame;
  }

  #places({ width, height }: { width: number; height: number }): MarkPlace[] | null {
    const places: MarkPlace[] = [];
    for (const anchor of this.#anchors) {
      const { element, across, down } = anchor;
      const box = ALL.has(element.nodeName) ? { x: 0, y: 0, width, height } : rectOf(element, this.#document);
      if (!box) return null;
      const isSame = Math.abs(box.width - anchor.width) <= 1 && Math.abs(box.height - anchor.height) <= 1;
      if (element.closest(DRAWN_ON) && !isSame) return null;
      const [x, y] = [box.x + across * box.width, box.y + down * box.height];
      if (!(x >= 0 && y >= 0 && x < width && y < height)) return null;
      const there = this.#stage.elementAt(x, y);
      if (!there || !(there === element || element.contains(there))) return null;
      if (ALL.has(element.nodeName) && !ALL.has(there.nodeName)) return null;
      places.push({ x: x / width, y: y / height });
    }
    return places;
  }
}

function anchorAt(stage: Stage, document: Document, { x, y }: Mark): Anchor | null {
  const element = stage.elementAt(x, y);
  if (!element) return null;
  const { clientWidth, clientHeight } = document.documentElement;
  const all = { x: 0, y: 0, width: clientWidth, height: clientHeight };
  const box = ALL.has(element.nodeName) ? all : rectOf(element, document);
  if (!box || box.width <= 0 || box.height <= 0) return null;
  const [across, down] = [(x - box.x) / box.width, (y - box.y) / box.height];
  if (!(across >= 0 && across <= 1 && down >= 0 && down <= 1)) return null;
  return { element, across, down, width: box.width, height: box.height };
}

function scrolledIn(document: Document): { element: Element; top: number; left: number }[] {
  const found: { element: Element; top: number; left: number }[] = [];
  const left: Element[] = document.documentElement ? [document.documentElement] : [];
  for (let element = left.pop(); element; element = left.pop()) {
    if (element.scrollTop !== 0 || element.scrollLeft !== 0)
      found.push({ element, top: element.scrollTop, left: element.scrollLeft });
    const inner = element.nodeName === 'IFRAME' ? (element as HTMLIFrameElement).contentDocument : null;
    if (inner?.documentElement) left.push(inner.documentElement);
    left.push(...(element.shadowRoot?.children ?? []), ...element.children);
  }
  return found;
}

function settled(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}
