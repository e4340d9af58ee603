import type { RecordedEvent } from '@aboveboard/protocol/event';
import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  type StateItem,
} from '@aboveboard/protocol/state';

/** What fields and options of a recording's states showed, and when: so that typing says what its field does. */
export class FieldTexts {
  readonly #shown = new Map<string, { t: number; text: string }[]>();

  static async read(states: AsyncIterable<StateItem[]>): Promise<FieldTexts> {
    const texts = new FieldTexts();
    for await (const items of states) for (const item of items) texts.#see(item);
    return texts;
  }

  /** The last that the node showed up to `t`; else the first after it, since a state is written when it has settled. */
  shownAt(surface: number, node: number, t: number): string | null {
    const shown = this.#shown.get(`${surface}:${node}`);
    if (shown === undefined) return null;
    return (shown.findLast((one) => one.t <= t) ?? shown[0])?.text ?? null;
  }

  #see({ t, surface, event }: StateItem): void {
    if (event.type === RRWEB_FULL_SNAPSHOT) this.#node(event.data.node, surface, t, false);
    else if (event.type === RRWEB_INCREMENTAL) {
      const { data } = event;
      if (data.source === SOURCE_INPUT) this.#show(surface, data.id, t, data.text);
      else if (data.source === SOURCE_MUTATION) {
        for (const { node } of data.adds) this.#node(node, surface, t, false);
        for (const { id, attributes } of data.attributes) {
          const { value } = attributes;
          if (typeof value === 'string') this.#show(surface, id, t, value);
        }
      }
    }
  }

  /** An option shows its text; a field its value; what is edited in place its text. */
  #node(node: SerializedNode, surface: number, t: number, inEdited: boolean): void {
    if (node.type !== 0 && node.type !== 2) return;
    let edited = inEdited;
    if (node.type === 2) {
      const { value, contenteditable } = node.attributes;
      edited ||= contenteditable !== undefined && contenteditable !== 'false';
      const inner = edited || node.tagName.toLowerCase() === 'option' ? textIn(node) : '';
      if (typeof value === 'string') this.#show(surface, node.id, t, value);
      else if (inner !== '') this.#show(surface, node.id, t, inner);
    }
    for (const child of node.childNodes) this.#node(child, surface, t, edited);
  }

  #show(surface: number, id: number, t: number, text: string): void {
    if (text.trim() === '') return;
    const key = `${surface}:${id}`;
    const shown = this.#shown.get(key);
    if (shown === undefined) this.#shown.set(key, [{ t, text }]);
    else if (shown.at(-1)?.text !== text) shown.push({ t, text });
  }
}

function textIn(node: SerializedNode): string {
  if (node.type === 3) return node.textContent;
  return node.type === 1 ? '' : node.childNodes.map(textIn).join('');
}

/** Which surface is in front as events go by: typing names its node alone. */
export class FrontSurface {
  #front = 0;

  see(event: RecordedEvent): number {
    if (event.kind === 'focus') this.#front = event.surface;
    return this.#front;
  }
}
