import type { InterfaceNode, StateItem } from '@aboveboard/protocol/state';
import type { ExportRecording } from '../export/export-recording.ts';
import type { Frame, FrameSource, FrameWant } from '../frame-source.ts';
import { StateTexts } from '../state-texts.ts';

/** Shorter ones, and numbers of one or two digits more, stand in surrogates by chance. */
const WORD = /[\p{L}\p{N}]{5,}/gu;
const MOST_WORDS = 1_000_000;

/**
 * Words that stand in a recording's states and in none of the states as the release shows them (REL46). Trees and pictures are made of
 * the latter; this looks at what came out, so that a way round the surrogates ends there.
 */
export class ClosedWords {
  readonly #words: ReadonlySet<string>;
  /** Too many to tell: then everything is closed. */
  readonly #isFull: boolean;

  private constructor(words: ReadonlySet<string>, isFull: boolean) {
    this.#words = words;
    this.#isFull = isFull;
  }

  static async read(recorded: ExportRecording, shown: ExportRecording): Promise<ClosedWords> {
    const words = await wordsOf(recorded.states());
    if (words.size > MOST_WORDS) return new ClosedWords(new Set(), true);
    const texts = new StateTexts();
    for await (const items of shown.states()) forEachWord(items, texts, (word) => words.delete(word));
    return new ClosedWords(words, false);
  }

  readonly isIn = (text: string): boolean =>
    this.#isFull || (text.toLowerCase().match(WORD) ?? []).some((word) => this.#words.has(word));

  /** A frame whose page shows such a word, or does not say what it shows, is not given: it is a gap. */
  framesOf(source: FrameSource): FrameSource {
    const { isIn } = this;
    return {
      async *frames(wants: readonly FrameWant[]): AsyncIterable<Frame> {
        for await (const frame of source.frames(wants)) {
          const { text, tree } = frame;
          if (text !== undefined && !isIn(text) && !(tree && isInTree(tree, isIn))) yield frame;
        }
      },
    };
  }
}

/** Values of fields and words for pictures are no text of the page. */
function isInTree(tree: InterfaceNode, isIn: (text: string) => boolean): boolean {
  const open = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    if (isIn(node.name) || (node.value !== undefined && isIn(node.value))) return true;
    open.push(...node.children);
  }
  return false;
}

async function wordsOf(states: AsyncIterable<StateItem[]>): Promise<Set<string>> {
  const words = new Set<string>();
  const texts = new StateTexts();
  for await (const items of states) {
    forEachWord(items, texts, (word) => words.add(word));
    if (words.size > MOST_WORDS) break;
  }
  return words;
}

function forEachWord(items: readonly StateItem[], texts: StateTexts, see: (word: string) => void): void {
  for (const item of items)
    texts.see(item, (text) => {
      for (const word of text.toLowerCase().match(WORD) ?? []) see(word);
    });
}
