import type { AgentRun } from './agent-run.ts';
import { DOCUMENT, FRAGMENT } from './dom-access.ts';
import type { ElementContexts } from './element-context.ts';

const TYPED = new Set('text search tel url email number date month week time datetime-local'.split(' '));

/** The element whose text keys type: the field, or the outermost element that is edited; null: keys do something else. */
export function typedElement(
  { access }: AgentRun,
  contexts: ElementContexts,
  element: Element,
): Element | null {
  if (access.isField(element)) return element;
  if (access.isInput(element)) return TYPED.has(access.inputType(element)) ? element : null;
  let edited: Element | null = null;
  for (let at: Node | null = element; at && contexts.of(at).editable; at = access.parent(at)) {
    const type = access.nodeType(at);
    if (type === FRAGMENT || type === DOCUMENT) break;
    edited = at as Element;
  }
  return edited;
}
