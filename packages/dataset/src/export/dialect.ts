import type { ModelAction } from './model-action.ts';

/** A spelling of actions for one family of models (spec/dataset-formats.md, EXP10-EXP29). */
export type Dialect = {
  name: 'pyautogui' | 'openai' | 'anthropic' | 'ui-tars';
  /** What it can't say, in words for the one who exports. */
  loses: readonly string[];
  write(action: ModelAction, picture: PictureSize): Spelled;
  /** The actions that were spelled. Null: it is not this dialect. `calls` is untrusted. */
  read(calls: readonly unknown[], picture: PictureSize): ModelAction[] | null;
};

/** Pixels of the picture that the places refer to. */
export type PictureSize = { width: number; height: number };

/** `exact`: reading gives the same action again, but for the rounding of places. Empty calls: it can't say it. */
export type Spelled = { calls: unknown[]; exact: boolean };

export function exact(...calls: unknown[]): Spelled {
  return { calls, exact: true };
}
export function near(...calls: unknown[]): Spelled {
  return { calls, exact: false };
}
export const unsayable: Spelled = { calls: [], exact: false };

/** As a plain object with the wanted types of fields, or null. */
export function objectCall(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
