import type { BrowserTarget } from '@aboveboard/consent/gate';

/** Which document an agent speaks for, as the browser says it. */
export type DocumentIdentity = {
  /** The browser's id of the document; a navigation makes another. */
  document: string;
  tab: number;
  /** Id of the document whose frame this is; null for the top one. */
  parent: string | null;
  target: BrowserTarget;
};

/** A frame in a document: its number, its element, and where its content lies in the document's viewport. */
export type FramePlace = { index: number; node: number; x: number; y: number };
