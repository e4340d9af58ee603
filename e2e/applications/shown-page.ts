import type { Frame, Page } from 'playwright-core';

export type Box = { x: number; y: number; width: number; height: number };

/** What a page shows, told by its own document: the truth that a recording of it is held against. */
export type Shown = {
  /** Texts on controls, with the place where each is drawn. */
  labels: { text: string; box: Box }[];
  /** Names of controls that are not drawn as text: labels for those who hear, placeholders. */
  names: string[];
  /** Planted texts that are drawn, each with its place. */
  planted: { text: string; box: Box }[];
  /** Planted texts that stand anywhere in the document, shown or not. */
  present: string[];
};

/** Reads every frame of the page; boxes are in the page's own viewport. */
export async function readShown(page: Page, planted: readonly string[]): Promise<Shown> {
  const all: Shown = { labels: [], names: [], planted: [], present: [] };
  for (const frame of page.frames()) {
    const at = await placeOf(frame);
    const read = at && (await frame.evaluate(readFrame, [...planted]).catch(() => null));
    if (!at || !read) continue;
    const moved = <T extends { box: Box }>(one: T): T => ({
      ...one,
      box: { ...one.box, x: one.box.x + at.x, y: one.box.y + at.y },
    });
    all.labels.push(...read.labels.map(moved));
    all.planted.push(...read.planted.map(moved));
    all.names.push(...read.names);
    all.present.push(...read.present);
  }
  return { ...all, names: [...new Set(all.names)], present: [...new Set(all.present)] };
}

async function placeOf(frame: Frame): Promise<{ x: number; y: number } | null> {
  if (!frame.parentFrame()) return { x: 0, y: 0 };
  const element = await frame.frameElement().catch(() => null);
  return (await element?.boundingBox().catch(() => null)) ?? null;
}

/** Runs in the page, which records nothing of it: it only reads. */
function readFrame(planted: string[]): Shown {
  const CONTROLS =
    'button,a[href],label,summary,legend,[role=button],[role=tab],[role=menuitem],[role=switch],[role=checkbox],[role=radio],[role=option],[role=link]';
  const fold = (text: string | null | undefined) => (text ?? '').replace(/\s+/g, ' ').trim();
  const inView = (box: DOMRect) =>
    box.width >= 4 &&
    box.height >= 4 &&
    box.left >= 0 &&
    box.top >= 0 &&
    box.right <= innerWidth &&
    box.bottom <= innerHeight;
  const drawn = (element: Element, box: DOMRect) => {
    if (!inView(box) || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      return false;
    // Cut off by an ancestor, or behind something else: nobody sees it.
    const seen = [0.15, 0.5, 0.85].every((share) => {
      const hit = document.elementFromPoint(box.left + box.width * share, box.top + box.height / 2);
      return hit !== null && (hit === element || element.contains(hit) || hit.contains(element));
    });
    return seen;
  };
  const plain = (box: DOMRect) => ({ x: box.x, y: box.y, width: box.width, height: box.height });
  const shown: Shown = { labels: [], names: [], planted: [], present: [] };
  const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    const text = fold(node.nodeValue);
    if (!element || text === '' || element.closest('script,style,noscript')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if (range.getClientRects().length !== 1) continue;
    const box = range.getBoundingClientRect();
    if (!drawn(element, box)) continue;
    if (/\p{L}{2}/u.test(text) && element.closest(CONTROLS)) shown.labels.push({ text, box: plain(box) });
    for (const word of planted) {
      const at = (node.nodeValue ?? '').toLowerCase().indexOf(word);
      if (at < 0) continue;
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      shown.planted.push({ text: word, box: plain(range.getBoundingClientRect()) });
    }
  }
  for (const element of document.querySelectorAll('*')) {
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
      const value = element.value.toLowerCase();
      shown.present.push(...planted.filter((word) => value.includes(word)));
    }
    if (!element.matches(`${CONTROLS},input,textarea,select`)) continue;
    if (!drawn(element, element.getBoundingClientRect())) continue;
    const name = fold(element.getAttribute('aria-label') ?? element.getAttribute('placeholder'));
    if (/\p{L}{2}/u.test(name)) shown.names.push(name);
  }
  const markup = document.documentElement.outerHTML.toLowerCase();
  shown.present.push(...planted.filter((word) => markup.includes(word)));
  return shown;
}
