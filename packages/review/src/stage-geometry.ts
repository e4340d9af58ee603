import type { Rect } from './edit-list.ts';

/**
 * Where things are in a replayed page, frames within it included. All in CSS pixels of the outermost
 * viewport. Works across documents, so nothing here asks `instanceof`.
 */

/** Null when the node draws no box. */
export function rectOf(node: Node, outer: Document): Rect | null {
  const boxes = ownBoxes(node, outer);
  if (boxes.length === 0) return null;
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The innermost element under a point, through frames and shadow roots. */
export function documentAt(document: Document, x: number, y: number): Element | null {
  let scope: Document | ShadowRoot = document;
  let [left, top] = [x, y];
  let found: Element | null = null;
  for (;;) {
    const element: Element | null = scope.elementFromPoint(left, top);
    if (!element || element === found) return found;
    found = element;
    const inner = frameDocument(element);
    if (inner) {
      const box = element.getBoundingClientRect();
      left -= box.x + element.clientLeft;
      top -= box.y + element.clientTop;
      scope = inner;
    } else if (element.shadowRoot) scope = element.shadowRoot;
    else return found;
  }
}

/**
 * Ids of all nodes that draw a box of their own which meets `rect`. What is drawn as one (a picture, a field
 * with its options, a drawing, a frame that can't be seen into) counts with all that is in it.
 */
export function nodesMeeting(document: Document, rect: Rect, idOf: (node: Node) => number | null): number[] {
  const ids: number[] = [];
  const take = (node: Node, whole: boolean) => {
    const id = idOf(node);
    if (id !== null) ids.push(id);
    if (whole) for (const child of node.childNodes) take(child, true);
  };
  const visit = (node: Node) => {
    if (node.nodeType !== ELEMENT && node.nodeType !== TEXT) return;
    const meets = ownBoxes(node, document).some((box) => intersects(box, rect));
    const one = node.nodeType === ELEMENT && DRAWN_AS_ONE.has(node.nodeName.toLowerCase());
    if (meets) take(node, one);
    if (one || node.nodeType === TEXT) return;
    const element = node as Element;
    const inner = frameDocument(element);
    if (inner) {
      if (inner.documentElement) visit(inner.documentElement);
    } else if (meets && element.nodeName === 'IFRAME') take(element, true);
    if (element.shadowRoot) for (const child of element.shadowRoot.childNodes) visit(child);
    for (const child of element.childNodes) visit(child);
  };
  if (document.documentElement) visit(document.documentElement);
  return [...new Set(ids)];
}

const ELEMENT = 1;
const TEXT = 3;

const DRAWN_AS_ONE = new Set([
  'img',
  'svg',
  'canvas',
  'video',
  'audio',
  'picture',
  'object',
  'embed',
  'input',
  'textarea',
  'select',
  'meter',
  'progress',
  'math',
]);

function intersects(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function ownBoxes(node: Node, outer: Document): Rect[] {
  const document = node.nodeType === DOCUMENT ? (node as Document) : node.ownerDocument;
  if (!document) return [];
  const offset = offsetOf(document, outer);
  if (!offset) return [];
  const boxes = clientBoxes(node, document);
  return boxes.map((box) => ({
    x: box.x + offset.x,
    y: box.y + offset.y,
    width: box.width,
    height: box.height,
  }));
}

const DOCUMENT = 9;

function clientBoxes(node: Node, document: Document): DOMRect[] {
  if (node.nodeType === DOCUMENT) {
    return document.documentElement ? [document.documentElement.getBoundingClientRect()] : [];
  }
  if (node.nodeType === ELEMENT) {
    const rects = [...(node as Element).getClientRects()];
    return rects.filter((box) => box.width > 0 && box.height > 0);
  }
  if (node.nodeType !== TEXT) return [];
  const range = document.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
}

/** From a document's viewport to that of `outer`; null when it is not within, or a frame is not shown. */
function offsetOf(document: Document, outer: Document): { x: number; y: number } | null {
  let [x, y] = [0, 0];
  for (let inner = document; inner !== outer; ) {
    const frame = inner.defaultView?.frameElement;
    const box = frame?.getBoundingClientRect();
    if (!frame || !box || (box.width === 0 && box.height === 0)) return null;
    x += box.x + frame.clientLeft;
    y += box.y + frame.clientTop;
    inner = frame.ownerDocument;
  }
  return { x, y };
}

function frameDocument(element: Element): Document | null {
  if (element.nodeName !== 'IFRAME') return null;
  try {
    return (element as HTMLIFrameElement).contentDocument;
  } catch {
    return null;
  }
}
