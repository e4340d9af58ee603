import type { RecordedEvent } from '@aboveboard/protocol/event';
import { RRWEB_FULL_SNAPSHOT, RRWEB_INCREMENTAL, RRWEB_META } from '@aboveboard/protocol/state';
import type { AgentItem, AgentMessage } from './frame-message.ts';

/**
 * What an agent sends is untrusted (CAP30): the agent runs in the page's process, and a page that has taken
 * that process over speaks with its voice. This checks the shape of everything that the session itself
 * reads; the writer checks what it writes. Null: not a message; the caller stops that agent.
 */
export function checkedAgentMessage(value: unknown): AgentMessage | null {
  if (!isRecord(value)) return null;
  if (value.type === 'fault') {
    const { reason, at } = value;
    if (reason !== 'overload' && reason !== 'state-lost' && reason !== 'clock') return null;
    return isTime(at) ? { type: 'fault', reason, at } : null;
  }
  if (value.type === 'use') {
    const { busy, held } = value;
    return isTime(busy) && isTime(held) ? { type: 'use', busy, held } : null;
  }
  if (value.type !== 'batch') return null;
  const { seq, items } = value;
  if (!isCount(seq) || !Array.isArray(items) || items.length > ITEMS_PER_BATCH) return null;
  return items.every(isItem) ? { type: 'batch', seq, items: items as AgentItem[] } : null;
}

export const ITEMS_PER_BATCH = 50_000;

/** Any object, by the names that are looked at here. */
type Shape = Partial<
  Record<
    | 'seq'
    | 'items'
    | 'at'
    | 'busy'
    | 'button'
    | 'bytes'
    | 'cause'
    | 'change'
    | 'count'
    | 'data'
    | 'dx'
    | 'dy'
    | 'event'
    | 'frame'
    | 'frames'
    | 'geometry'
    | 'height'
    | 'held'
    | 'href'
    | 'id'
    | 'index'
    | 'item'
    | 'key'
    | 'kind'
    | 'length'
    | 'mime'
    | 'mode'
    | 'name'
    | 'node'
    | 'open'
    | 'option'
    | 'path'
    | 'pointer'
    | 'ratio'
    | 'reason'
    | 'rule'
    | 'screen'
    | 'script'
    | 'source'
    | 'text'
    | 'type'
    | 'until'
    | 'value'
    | 'viewport'
    | 'width'
    | 'window'
    | 'x'
    | 'y',
    unknown
  >
>;

function isItem(value: unknown): boolean {
  if (!isRecord(value) || !isTime(value.at)) return false;
  switch (value.item) {
    case 'event':
      return isRecord(value.event) && isInput(value.event);
    case 'scroll':
      return isNodeId(value.node) && isNumber(value.x) && isNumber(value.y);
    case 'focus':
      return value.node === null || isNodeId(value.node);
    case 'state':
      return isRecord(value.change) && isStateChange(value.change);
    case 'settled':
      return true;
    case 'frame':
      return isRecord(value.frame) && isPicture(value.frame);
    case 'geometry':
      return isRecord(value.geometry) && isGeometry(value.geometry);
    case 'navigate':
      return (
        isShort(value.path) && (value.cause === 'load' || value.cause === 'history' || value.cause === 'hash')
      );
    case 'frames':
      return Array.isArray(value.frames) && value.frames.length <= 4096 && value.frames.every(isFrame);
    case 'place':
      return value.index === null || isCount(value.index);
    case 'mask':
      return isShort(value.rule) && isCount(value.count);
    case 'gap':
      return isTime(value.until) && (value.reason === 'overload' || value.reason === 'state-lost');
    default:
      return false;
  }
}

function isInput(event: Shape): boolean {
  const kind = event.kind as RecordedEvent['kind'];
  const placed = isNumber(event.x) && isNumber(event.y);
  const node = event.node === undefined || isNodeId(event.node);
  switch (kind) {
    case 'move':
      return placed;
    case 'down':
    case 'up':
      return placed && node && isCount(event.button) && POINTERS.has(event.pointer);
    case 'wheel':
      return placed && isNumber(event.dx) && isNumber(event.dy) && MODES.has(event.mode);
    case 'keydown':
    case 'keyup':
      return KEYS.has(event.key) && (event.name === undefined || isShort(event.name));
    case 'text':
      return node && isRecord(event.value) && isTextValue(event.value);
    case 'select': {
      const option = event.option === undefined || isNodeId(event.option);
      return node && option && isRecord(event.value) && isTextValue(event.value);
    }
    default:
      return false;
  }
}

function isTextValue(value: Shape): boolean {
  if (value.open === true) return typeof value.text === 'string' && value.text.length <= 100_000;
  return value.open === false && isCount(value.length) && SCRIPTS.has(value.script);
}

function isStateChange(change: Shape): boolean {
  const data = change.data;
  if (!isRecord(data)) return false;
  if (change.type === RRWEB_META) {
    return typeof data.href === 'string' && isNumber(data.width) && isNumber(data.height);
  }
  if (change.type === RRWEB_FULL_SNAPSHOT) return isRecord(data.node) && isNodeId(data.node.id);
  return change.type === RRWEB_INCREMENTAL && isCount(data.source);
}

function isGeometry(geometry: Shape): boolean {
  const viewport = geometry.viewport;
  const window = geometry.window;
  const screen = geometry.screen;
  if (!isRecord(viewport) || !isRecord(window) || !isRecord(screen)) return false;
  return (
    isSize(viewport) &&
    isSize(window) &&
    isSize(screen) &&
    isNumber(window.x) &&
    isNumber(window.y) &&
    isNumber(geometry.ratio)
  );
}

/** What it must be besides, the writer checks (REC66). */
function isPicture({ mime, width, height, bytes }: Shape): boolean {
  return typeof mime === 'string' && isCount(width) && isCount(height) && bytes instanceof Uint8Array;
}

function isFrame(value: unknown): boolean {
  return (
    isRecord(value) && isCount(value.index) && isNodeId(value.node) && isNumber(value.x) && isNumber(value.y)
  );
}

const POINTERS = new Set<unknown>(['mouse', 'pen', 'touch']);
const MODES = new Set<unknown>(['pixel', 'line', 'page']);
const KEYS = new Set<unknown>(['printable', 'space', 'delete', 'navigation', 'modifier', 'shortcut']);
const SCRIPTS = new Set<unknown>(['latin', 'digits', 'other']);

function isRecord(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e9;
}
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
function isNodeId(value: unknown): value is number {
  return isCount(value) && value > 0;
}
function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2048;
}
function isSize(value: Shape): boolean {
  return isNumber(value.width) && isNumber(value.height);
}
