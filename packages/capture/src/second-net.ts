import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import {
  type MutationData,
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  type StateItem,
} from '@aboveboard/protocol/state';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import { attributeKind } from '@aboveboard/redact/attribute-table';
import { type OpenedText, openedText } from '@aboveboard/redact/opened-text';
import { type BlockNode, BlockTexts } from './block-text.ts';
import type { AgentSettings } from './frame-message.ts';
import type { RecordingSink } from './recording-sink.ts';

/**
 * Before anything is sealed: the detectors with all their tables, and the contributor's words, over whatever the page left
 * readable, where an agreement opens anything at all (MASK41). It owns what it is given and closes in it. What it can't look
 * at is closed: there is no way by which a fault lets text through.
 */
export class SecondNet implements RecordingSink {
  readonly #sink: RecordingSink;
  readonly #surfaces = new Map<number, BlockTexts>();
  #text: OpenedText | null = null;
  /** The lists that were learned, each as it was given. */
  readonly #staying = new Set<readonly string[]>();
  #learned = '';
  #closed = 0;

  constructor(sink: RecordingSink) {
    this.#sink = sink;
  }

  get bytes(): number {
    return this.#sink.bytes;
  }

  /** What an agent is told. Until one is told of an opening, what comes passes as it is: nothing is open in it. */
  learn(settings: Omit<AgentSettings, 'firstNodeId' | 'signals'>): void {
    const { renaming, selectors, closedWords = [] } = settings;
    for (const texts of [settings.literals, settings.shipped.exact]) {
      if (this.#staying.has(texts)) continue;
      this.#staying.add(texts);
      this.#text?.stays(texts);
    }
    const learned = closedWords.join('\n');
    if (this.#text === null ? selectors.open.length === 0 : learned === this.#learned) return;
    this.#text = openedText({ renaming, ownWords: closedWords });
    this.#learned = learned;
    for (const texts of this.#staying) this.#text.stays(texts);
  }

  event(event: RecordedEvent): void {
    if (event.kind === 'surface' && event.phase === 'close') this.#surfaces.delete(event.surface);
    if ((event.kind === 'text' || event.kind === 'select') && event.value.open && this.#text) {
      const { text } = event.value;
      if (this.#text.closed(text) !== null) {
        const script = /^[\d\s.,+()/-]*$/.test(text) ? 'digits' : /[a-z]/i.test(text) ? 'latin' : 'other';
        this.#sink.event({ kind: 'mask', t: event.t, rule: 'value.detected', count: 1 });
        this.#sink.event({ ...event, value: { open: false, length: textBucket(text.length), script } });
        return;
      }
    }
    this.#sink.event(event);
  }

  state(item: StateItem): number {
    if (this.#text) {
      this.#closed = 0;
      this.#text.begin();
      this.#close(item, this.#text);
      const { t } = item;
      if (this.#closed > 0) this.#sink.event({ kind: 'mask', t, rule: 'text.detected', count: this.#closed });
    }
    return this.#sink.state(item);
  }

  frame(item: FrameItem): number {
    return this.#sink.frame(item);
  }

  flush(): Promise<void> {
    return this.#sink.flush();
  }

  #close({ surface, event }: StateItem, text: OpenedText): void {
    let texts = this.#surfaces.get(surface);
    if (!texts) {
      texts = new BlockTexts();
      this.#surfaces.set(surface, texts);
    }
    if (event.type === RRWEB_FULL_SNAPSHOT) {
      const { node } = event.data;
      this.#part(node, text, () => texts.begin(node), texts);
    } else if (event.type !== RRWEB_INCREMENTAL) return;
    else if (event.data.source === SOURCE_INPUT) event.data.text = this.#whole(event.data.text, text);
    else if (event.data.source === SOURCE_MUTATION) this.#mutation(event.data, text, texts);
  }

  #mutation(data: MutationData, text: OpenedText, texts: BlockTexts): void {
    for (const { id } of data.removes) texts.remove(id);
    for (const { parentId, nextId, node } of data.adds) {
      this.#part(node, text, () => texts.add(parentId, nextId, node), texts);
    }
    for (const change of data.texts) {
      if (change.value === null) continue;
      const known = texts.get(change.id);
      if (known) known.text = change.value;
      change.value = known ? this.#among(known, text, texts) : this.#whole(change.value, text);
    }
    for (const { attributes } of data.attributes) this.#attributes(attributes, text);
  }

  /** A part of the document, whose texts `place` puts among those that stand there. */
  #part(node: SerializedNode, text: OpenedText, place: () => BlockNode[], texts: BlockTexts): void {
    const closed = new Map<number, string>();
    let full = false;
    try {
      for (const each of place()) closed.set(each.id, this.#among(each, text, texts));
    } catch {
      full = true;
    }
    const parts = [node];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (part.type === 3 && !part.isStyle) {
        const { textContent } = part;
        part.textContent = full
          ? this.#count(textContent, text.unread(textContent))
          : (closed.get(part.id) ?? this.#whole(textContent, text));
      } else if (part.type === 2) {
        this.#attributes(part.attributes, text);
      }
      if ('childNodes' in part) for (const child of part.childNodes) parts.push(child);
    }
  }

  #attributes(attributes: Record<string, unknown>, text: OpenedText): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value !== 'string' || value === '') continue;
      if (name === 'value' || attributeKind(name) === 'text') attributes[name] = this.#whole(value, text);
    }
  }

  #whole(value: string, text: OpenedText): string {
    return this.#count(value, text.closed(value));
  }

  #among(node: BlockNode, text: OpenedText, texts: BlockTexts): string {
    const own = node.text ?? '';
    const pieces = texts
      .around(node)
      .map((piece) => ({ text: piece.node.text ?? '', apart: piece.apart, own: piece.node === node }));
    return this.#count(own, text.closedAmong(pieces));
  }

  #count(before: string, closed: string | null): string {
    if (closed === null) return before;
    this.#closed++;
    return closed;
  }
}
