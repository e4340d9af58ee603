import type { ElementBox } from './element-boxes.ts';

/**
 * What a task keeps of its pointer at `release` (MOV10): the kind, the element, the order, and the points of those
 * elements in which the place matters. No time, no way, no holding, no number of turns.
 */
export type PointerAction =
  | { kind: 'click' | 'double-click' | 'triple-click'; on: ElementBox; at: Point | null }
  | { kind: 'drag'; on: ElementBox; at: Point; to: Point; over: ElementBox }
  | { kind: 'scroll'; on: ElementBox };

export type PointerActionKind = PointerAction['kind'];

export type Point = { x: number; y: number };
