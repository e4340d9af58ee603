import type { Rect } from './edit-list.ts';
import type { Stage } from './stage.ts';

export type PickDirection = 'out' | 'in' | 'before' | 'after';

/** The id of the innermost recorded element under a point; null where there is none. */
export function pickAt(stage: Stage, x: number, y: number): number | null {
  for (let at: Element | null = stage.elementAt(x, y); at; at = around(stage, at)) {
    const id = stage.id(at);
    if (id !== null) return id;
  }
  return null;
}

/** From one element to the next that draws a box: around it, in it, or beside it. Null: there is none there. */
export function pickNext(stage: Stage, id: number, direction: PickDirection): number | null {
  const element = stage.node(id) as Element | null;
  if (!element) return null;
  if (direction === 'out') {
    for (let at = around(stage, element); at; at = around(stage, at))
      if (isDrawn(stage, at)) return stage.id(at);
    return null;
  }
  if (direction === 'in') {
    return firstDrawn(stage, inside(element));
  }
  const beside = [...(element.parentNode?.childNodes ?? [])].filter(
    (node) => node.nodeType === 1,
  ) as Element[];
  const place = beside.indexOf(element);
  const others = direction === 'after' ? beside.slice(place + 1) : beside.slice(0, place).reverse();
  return firstDrawn(stage, others);
}

/** Where picking by keys begins: what is in the middle of the page. */
export function pickMiddle(stage: Stage): number | null {
  return pickAt(stage, stage.width / 2, stage.height / 2);
}

/** What is picked in a word or two, for those who hear the page. Tag names only: no content is read out. */
export function tagOf(stage: Stage, id: number): string {
  return stage.node(id)?.nodeName.toLowerCase() ?? '';
}

/** The rectangle between two points, whichever way it was drawn; null while it has no area. */
export function rectBetween(
  a: { x: number; y: number },
  b: { x: number; y: number },
  bounds: { width: number; height: number },
): Rect | null {
  const [left, right] = [Math.max(0, Math.min(a.x, b.x)), Math.min(bounds.width, Math.max(a.x, b.x))];
  const [top, bottom] = [Math.max(0, Math.min(a.y, b.y)), Math.min(bounds.height, Math.max(a.y, b.y))];
  if (right - left < 3 || bottom - top < 3) return null;
  return {
    x: Math.round(left),
    y: Math.round(top),
    width: Math.round(right - left),
    height: Math.round(bottom - top),
  };
}

function around(stage: Stage, element: Element): Element | null {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  if ('host' in root) return (root as ShadowRoot).host;
  // The stage's own frame is not part of the recorded page.
  if (element.ownerDocument === stage.document) return null;
  return element.ownerDocument.defaultView?.frameElement ?? null;
}

function inside(element: Element): Element[] {
  if (element.nodeName === 'IFRAME') {
    const body = (element as HTMLIFrameElement).contentDocument?.body;
    return body ? [body] : [];
  }
  return [...(element.shadowRoot?.children ?? []), ...element.children];
}

function firstDrawn(stage: Stage, elements: readonly Element[]): number | null {
  const found = elements.find((element) => isDrawn(stage, element));
  return found ? stage.id(found) : null;
}

function isDrawn(stage: Stage, element: Element): boolean {
  const id = stage.id(element);
  return id !== null && stage.rect(id) !== null;
}
