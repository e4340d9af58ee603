import type { BrowserTarget, DesktopTarget } from '@aboveboard/consent/gate';

/** Which document an agent speaks for, as the browser says it; on the desktop a window, as the display server says it. */
export type DocumentIdentity<Target = BrowserTarget | DesktopTarget> = {
  /** The browser's id of the document; a navigation makes another. */
  document: string;
  tab: number;
  /** Id of the document whose frame this is; null for the top one. */
  parent: string | null;
  target: Target;
};

/** Where that is, as one of the places that an agreement lists: an origin, or a program with its window class. */
export function placeOf({ target }: DocumentIdentity): string {
  return target.kind === 'browser' ? target.frame : `program ${target.executable} ${target.windowClass}`;
}

/** A frame in a document: its number, its element, and where its content lies in the document's viewport. */
export type FramePlace = { index: number; node: number; x: number; y: number };
