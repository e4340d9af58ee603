import type { AgentRun } from './agent-run.ts';

/**
 * Pictures, films, drawings and plug-ins are boxes of one colour and of the size that they have (AGT15).
 * The size is watched, because a picture gets its own when it has loaded.
 */
export type SolidBoxes = {
  /** Declarations that make this element a solid box; from now on its size is watched. */
  style(element: Element): string;
};

const COLOUR = '#9aa0a6';

export function createSolidBoxes(run: AgentRun, changed: (element: Element) => void): SolidBoxes {
  const sizes = new WeakMap<Element, string>();
  const observe = run.counted((entries: ResizeObserverEntry[]) => {
    for (const { target } of entries) {
      const before = sizes.get(target);
      if (before !== undefined && before !== measure(target)) changed(target);
    }
  });
  const observer = new run.window.ResizeObserver(observe);
  run.onEnd(() => observer.disconnect());

  function measure(element: Element): string {
    const { width, height, display } = run.window.getComputedStyle(element);
    const inline = display === 'inline' ? 'display:inline-block!important;' : '';
    const side = (name: string, value: string) => (value.endsWith('px') ? `${name}:${value}!important;` : '');
    return side('width', width) + side('height', height) + inline;
  }

  return {
    style(element) {
      if (!sizes.has(element)) observer.observe(element);
      const size = measure(element);
      sizes.set(element, size);
      return `${size}background:${COLOUR}!important;object-position:-9999px!important;`;
    },
  };
}
