import type { GapReason } from '@aboveboard/protocol/event';
import type { Raster } from '@aboveboard/redact/frame/raster';
import type { AccessibleTree } from './accessible-tree.ts';
import type { KeyClass, Pointed } from './input.ts';

/**
 * Where a desktop recording comes from (spec/desktop.md DSK1-DSK9): a display with its windows. A source reads of a
 * window nothing but who it belongs to and where it is, until it is told to watch it; what happens in others, and
 * elsewhere, it never says. Every source passes `test/source-contract.ts`.
 *
 * Times are milliseconds since the epoch with fractions. Places are pixels of the window's own content, without
 * what a window manager draws around it.
 */
export interface CaptureSource {
  /** Resolves when it looks; rejects with SourceFault where it can't. Once. */
  open(hears: SourceHears): Promise<void>;
  /** From now on input, focus and changes of this window are told, as far as `signals` go. */
  watch(window: WindowId, signals: WatchedSignals): void;
  /** At once: nothing that is not told yet of this window is told (T3). */
  unwatch(window: WindowId): void;
  /** What the window says of its interface, unmasked; null: it says nothing, or can't be believed. */
  tree(window: WindowId): Promise<AccessibleTree | null>;
  /**
   * The window's own pixels with a tree of the same instant; what other windows cover is already solid. Null: it moved
   * while it was taken, is not on the screen, or can't be taken.
   */
  picture(window: WindowId): Promise<WindowPicture | null>;
  /** Nothing is told after it is called. */
  close(): Promise<void>;
}

/** Counts windows over the source's life; nothing of the display server's own numbers. */
export type WindowId = number;

export type WatchedSignals = { pointer: boolean; keys: boolean; states: boolean; frames: boolean };

export type WindowOwner = {
  /** Absolute path of the program that owns it, as the kernel says it. */
  executable: string;
  windowClass: string;
};

export type WindowPlace = { x: number; y: number; width: number; height: number };

/** Milliseconds. Input that is heard later than this after it was made is not told (DSK104). */
export const STALE_INPUT = 1_000;

export type SourceHears = {
  /** It is there; who owns it does not change any more. */
  opened(window: WindowId, owner: WindowOwner, place: WindowPlace): void;
  moved(window: WindowId, place: WindowPlace): void;
  closed(window: WindowId): void;
  /** What has the focus; null: something that has no owner. */
  front(window: WindowId | null): void;
  input(window: WindowId, at: number, input: SourceInput): void;
  /** Its interface or its pixels have changed since they were last asked for. */
  changed(window: WindowId, what: 'tree' | 'pixels'): void;
  screen(size: { width: number; height: number }): void;
  /** The source is gone and says nothing any more. */
  lost(why: SourceLoss): void;
};

/** As it is written, but for the time and the node under the pointer; keys are classes already (T9). */
export type SourceInput = Pointed | ({ kind: 'keydown' | 'keyup'; repeat?: true } & KeyClass);

export type WindowPicture = { raster: Raster; tree: AccessibleTree | null };

export type SourceLoss = Extract<GapReason, 'source-lost'>;

export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  readonly code: 'no-display' | 'no-extension' | 'not-ours' | 'not-supported';

  constructor(code: SourceFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
