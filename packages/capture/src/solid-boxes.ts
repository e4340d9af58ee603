import type { AgentRun } from './agent-run.ts';
import { ELEMENT, TEXT } from './dom-access.ts';

/**
 * Pictures, films, drawings and plug-ins are boxes of one colour and of the size that they have (AGT15).
 * The size is watched, because a picture gets its own when it has loaded.
 */
export type SolidBoxes = {
  /** Declarations that make this element a solid box; from now on its size is watched. */
  style(element: Element): string;
  /** From now on it is looked whether this custom element shows something that can't be seen into (AGT16). */
  mayBeUnseen(element: Element): void;
  isUnseen(element: Element): boolean;
};

const COLOUR = '#9aa0a6';

export function createSolidBoxes(run: AgentRun, changed: (element: Element) => void): SolidBoxes {
  const { access } = run;
  const sizes = new WeakMap<Element, string>();
  const candidates = new WeakSet<Element>();
  const unseen = new WeakSet<Element>();
  // Called after a layout that the page made itself: what is measured here costs none.
  const observe = run.counted((entries: ResizeObserverEntry[]) => {
    for (const { target } of entries) {
      if (candidates.has(target) && looksUnseen(target) !== unseen.has(target)) {
        if (!unseen.delete(target)) unseen.add(target);
        changed(target);
      }
      const before = sizes.get(target);
      if (before !== undefined && before !== measure(target)) changed(target);
    }
  });
  const observer = new run.window.ResizeObserver(observe);
  run.onEnd(() => observer.disconnect());

  /**
   * No root is told of, and yet it has a size that nothing of its own children makes: what it shows is in a root
   * that is closed to us. Text between its tags counts as shown, although a root without a slot would hide it.
   */
  function looksUnseen(element: Element): boolean {
    if (access.shadowRoot(element) !== null || !access.matches(element, ':defined')) return false;
    if (!hasSize(element)) return false;
    for (let child = access.firstChild(element); child; child = access.nextSibling(child)) {
      const type = access.nodeType(child);
      if (type === TEXT && access.data(child).trim() !== '') return false;
      if (type === ELEMENT && hasSize(child as Element)) return false;
    }
    return true;
  }

  function hasSize(element: Element): boolean {
    const { width, height } = access.rect(element);
    return width > 0 && height > 0;
  }

  function measure(element: Element): string {
    const { width, height, display } = run.window.getComputedStyle(element);
    const inline = display === 'inline' ? 'display:inline-block!important;' : '';
    const side = (name: string, value: string) => (value.endsWith('px') ? `${name}:${value}!important;` : '');
    return side('width', width) + side('height', height) + inline;
  }

  return {
    mayBeUnseen(element) {
      candidates.add(element);
      observer.observe(element);
    },
    isUnseen: (element) => unseen.has(element),
    style(element) {
      if (!sizes.has(element)) observer.observe(element);
      const size = measure(element);
      sizes.set(element, size);
      return `${size}background:${COLOUR}!important;object-position:-9999px!important;`;
    },
  };
}
