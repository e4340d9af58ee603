import type { RecordedEvent } from '@aboveboard/protocol/event';
import {
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_MUTATION,
  type StateChange,
} from '@aboveboard/protocol/state';
import type { AgentItem } from './frame-message.ts';
import type { AskedSignal } from './permits.ts';
import type { Surface } from './surface.ts';

/** An event whose time is given when it is written. */
export type Untimed<E> = E extends unknown ? Omit<E, 't'> : never;
export type InputItem = Extract<AgentItem, { item: 'event' }>['event'];

/** The event that an item without a place of its own becomes; null: none yet. */
export function withoutPlace(
  item: Extract<AgentItem, { item: 'scroll' | 'focus' | 'settled' | 'mask' | 'gap' }>,
  { number: surface, lastState }: Surface,
  until: number,
): Untimed<RecordedEvent> | null {
  switch (item.item) {
    case 'scroll':
      return { kind: 'scroll', surface, node: item.node, x: item.x, y: item.y };
    case 'focus':
      return { kind: 'focus', scope: 'element', surface, ...(item.node === null ? {} : { node: item.node }) };
    case 'settled':
      return lastState === null ? null : { kind: 'state', surface, index: lastState, settled: true };
    case 'mask':
      return { kind: 'mask', rule: item.rule, count: item.count };
    case 'gap':
      return { kind: 'gap', until, reason: item.reason };
  }
}

/** A frame's whole state as rrweb hangs it under the frame's element. */
export function hung(node: SerializedNode, parentId: number): StateChange {
  const adds = [{ parentId, nextId: null, node }];
  return {
    type: RRWEB_INCREMENTAL,
    data: { source: SOURCE_MUTATION, texts: [], attributes: [], removes: [], adds, isAttachIframe: true },
  };
}

/** The signal whose permission an item needs. */
export function signalOf(item: AgentItem): AskedSignal {
  if (item.item === 'frame') return 'frames';
  if (item.item !== 'event') return 'states';
  switch (item.event.kind) {
    case 'keydown':
    case 'keyup':
      return 'keys';
    case 'text':
    case 'select':
      return 'text';
    default:
      return 'pointer';
  }
}
