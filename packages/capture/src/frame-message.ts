import type {
  ButtonEvent,
  KeyEvent,
  MoveEvent,
  SelectEvent,
  TextEvent,
  WheelEvent,
} from '@aboveboard/protocol/event';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import type { StateChange } from '@aboveboard/protocol/state';

/**
 * What the agent in one document and the session in the recorder say to each other. In the extension it
 * goes over a runtime port, in /try over a function call. A page can't reach it: neither side uses
 * window.postMessage or the DOM (T2).
 *
 * Times are milliseconds since the epoch with fractions (`performance.timeOrigin + event.timeStamp`), so
 * that documents of several processes share one clock; the session turns them into ticks.
 */
export type AgentMessage =
  /** `seq` counts from 0 in one agent; the session acknowledges when the batch is durable, the agent keeps it until then. */
  | { type: 'batch'; seq: number; items: AgentItem[] }
  /** What this agent can't give from here on, and why; also sent when it stops itself. */
  | { type: 'fault'; reason: 'overload' | 'state-lost' | 'clock'; at: number }
  /** Milliseconds that this agent held the main thread since it last said so, and about how many bytes it holds. */
  | { type: 'use'; busy: number; held: number };

export type SessionMessage =
  | { type: 'start'; settings: AgentSettings }
  | { type: 'acknowledge'; seq: number }
  | { type: 'pause' }
  | { type: 'resume' }
  /** The budget is used up: look less often, keep fewer samples; or again as always. */
  | { type: 'pace'; slow: boolean }
  /** The agent removes every listener and observer and forgets what it holds. */
  | { type: 'stop' };

export type AgentSettings = {
  /** Ids of nodes in this document count from here; the session never hands out a range twice in a surface. */
  firstNodeId: number;
  signals: { pointer: boolean; keys: boolean; text: boolean; states: boolean; frames?: boolean };
  /** Text that belongs to nobody: the task card's inputs. Stays literal in typing and states (T19). */
  literals: string[];
  /** Strings that the application itself ships (interface text may stay only if it is among them). */
  shipped: { exact: string[] };
  /** What the contributor wants closed wherever it stands (MASK19); none if nothing is said. */
  closedWords?: readonly string[];
  /** Per-origin rules of the agreement. */
  selectors: { open: string[]; closed: string[] };
  /** 16 random bytes, hex: salt of the consistent renaming, fresh for each recording. */
  renaming: string;
};

export type AgentItem =
  | { at: number; item: 'event'; event: Untimed<InputEvent> }
  | { at: number; item: 'scroll'; node: number; x: number; y: number }
  | { at: number; item: 'focus'; node: number | null }
  /** Masked state change of this document alone; ids within this agent's range. */
  | { at: number; item: 'state'; change: StateChange }
  | { at: number; item: 'settled' }
  /** A picture of this window that was masked before it was encoded (desktop; in a browser none is taken, T9). */
  | { at: number; item: 'frame'; frame: AgentFrame }
  | { at: number; item: 'geometry'; geometry: AgentGeometry }
  | { at: number; item: 'navigate'; path: string; cause: 'load' | 'history' | 'hash' }
  /** This document's frames: index in window.frames, node id of the element, origin of its content box here. */
  | { at: number; item: 'frames'; frames: { index: number; node: number; x: number; y: number }[] }
  /** Index of this document's window in its parent's window.frames; null for the top document. */
  | { at: number; item: 'place'; index: number | null }
  | { at: number; item: 'mask'; rule: string; count: number }
  | { at: number; item: 'gap'; until: number; reason: 'overload' | 'state-lost' };

type InputEvent = MoveEvent | ButtonEvent | WheelEvent | KeyEvent | TextEvent | SelectEvent;

/** `x`, `y` are in this document's own viewport; the session adds the offsets of the frames above it. */
type Untimed<E> = E extends unknown ? Omit<E, 't'> : never;

export type AgentFrame = Pick<FrameItem, 'mime' | 'width' | 'height' | 'bytes'>;

export type AgentGeometry = {
  viewport: { width: number; height: number };
  window: { x: number; y: number; width: number; height: number };
  screen: { width: number; height: number };
  ratio: number;
};
