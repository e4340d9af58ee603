import type { FramePlace } from './document-identity.ts';
import type { PageDocument } from './page-document.ts';

/** Frames nest no deeper than this; a circle of parents ends here. */
const DEPTH = 64;

/** How the documents of all tabs hang in one another. */
export class FrameTree {
  readonly #documents: ReadonlyMap<string, PageDocument>;

  constructor(documents: ReadonlyMap<string, PageDocument>) {
    this.#documents = documents;
  }

  parent(document: PageDocument): PageDocument | undefined {
    return document.identity.parent === null ? undefined : this.#documents.get(document.identity.parent);
  }

  root(document: PageDocument): PageDocument | undefined {
    let at: PageDocument | undefined = document;
    for (let depth = 0; at && at.identity.parent !== null; depth++) {
      if (depth === DEPTH) return undefined;
      at = this.parent(at);
    }
    return at;
  }

  /**
   * Its frame in the parent. Once its state hangs there, the element counts and not the number: numbers
   * move up when a frame before it goes.
   */
  frameOf(document: PageDocument): FramePlace | undefined {
    const frames = this.parent(document)?.frames ?? [];
    if (document.attachedTo !== null) return frames.find((frame) => frame.node === document.attachedTo);
    return frames.find((frame) => frame.index === document.place);
  }

  /** Where the document's viewport lies in the tab's. */
  offset(document: PageDocument): { x: number; y: number } {
    let [x, y] = [0, 0];
    let at: PageDocument | undefined = document;
    for (let depth = 0; at && at.identity.parent !== null && depth < DEPTH; depth++) {
      const frame = this.frameOf(at);
      x += frame?.x ?? 0;
      y += frame?.y ?? 0;
      at = this.parent(at);
    }
    return { x, y };
  }
}
