import type { DomAccess, PageWindow } from './dom-access.ts';

/**
 * The agent's listeners, one a type, on the window and in the capture phase (AGT50). They are added when the
 * agent comes into the document, before the page's own scripts: a page's listener that comes earlier can keep
 * an event from all later ones. What they hear goes nowhere while nothing is recorded.
 */
export type PageEvents = {
  /** From now on; returns how to end it. */
  on(type: PageEventType, handler: (event: Event) => void): () => void;
  remove(): void;
};

export type PageEventType = (typeof TYPES)[number];

const TYPES = [
  'pointermove',
  'pointerdown',
  'pointerup',
  'pointercancel',
  'dragstart',
  'dragover',
  'drop',
  'dragend',
  'wheel',
  'keydown',
  'keyup',
  'input',
  'change',
  'reset',
  'focusin',
  'focusout',
  'scroll',
  'resize',
  'popstate',
  'hashchange',
  'pagehide',
] as const;

export function createPageEvents(access: DomAccess, window: PageWindow): PageEvents {
  const handlers = new Map<string, Set<(event: Event) => void>>();
  const removals = TYPES.map((type) => {
    const own = new Set<(event: Event) => void>();
    handlers.set(type, own);
    return access.listen(window, type, (event) => {
      // What a script dispatches did not happen.
      if (own.size > 0 && event.isTrusted) for (const handler of own) handler(event);
    });
  });
  return {
    on(type, handler) {
      handlers.get(type)?.add(handler);
      return () => handlers.get(type)?.delete(handler);
    },
    remove() {
      for (const remove of removals) remove();
    },
  };
}
