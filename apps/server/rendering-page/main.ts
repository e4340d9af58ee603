import type { InterfaceNode, StateItem } from '@aboveboard/protocol/state';
import { interfaceTree } from '@aboveboard/review/interface-tree';
import { Stage } from '@aboveboard/review/stage';
import { type Mark, type MarkPlace, StandardWindow } from './standard-window.ts';
import '@rrweb/replay/dist/style.css';
import './rendering.css';

/** What the browser's own bars show above the page; null: no bars. */
export type BarsContent = {
  tabs: { surface: number; title: string }[];
  front: number;
  address: string;
} | null;

/** What apps/server's renderer calls in this page. It holds one surface's stage and only goes forward. */
export type RenderingPage = {
  apply(items: StateItem[]): Promise<void>;
  /** Waits until layout and fonts have settled, then draws pointer styles and bars. */
  present(pointer: { x: number; y: number } | null, bars: BarsContent): Promise<void>;
  /** Remembers what is at these places; false: at one of them is nothing that could be found in another layout. */
  anchor(marks: readonly Mark[]): boolean;
  /** Lays the page out in a window of that size; where the marks are in it, or null, and then it is as it was. */
  enterWindow(size: { width: number; height: number }): Promise<MarkPlace[] | null>;
  leaveWindow(): Promise<void>;
  tree(): InterfaceNode | null;
  /** The text that is shown, as a person would read it. */
  text(): string;
};

declare global {
  interface Window {
    rendering: RenderingPage;
  }
}

const MOST_TEXT = 1 << 20;

const root = byId('stage');
const bars = byId('bars');
let stage: Stage | null = null;
let standard: StandardWindow | null = null;

window.rendering = {
  async apply(items) {
    stage ??= new Stage(root, '');
    await stage.apply(items);
  },
  async present(pointer, content) {
    drawBars(content);
    stage?.hover(pointer);
    await stage?.document?.fonts.ready;
    for (const animation of stage?.document?.getAnimations() ?? []) {
      try {
        animation.finish();
      } catch {
        // An endless animation can't be finished: it is held at its beginning.
        animation.cancel();
      }
    }
    await new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
  },
  anchor(marks) {
    standard = stage && StandardWindow.anchored(stage, marks);
    return standard !== null;
  },
  enterWindow: async (size) => (await standard?.enter(size)) ?? null,
  leaveWindow: async () => standard?.leave(),
  tree() {
    const document = stage?.document;
    const shown = stage;
    return document && shown ? interfaceTree(document, (node) => shown.id(node)) : null;
  },
  text: () => (stage?.document?.body?.innerText ?? '').slice(0, MOST_TEXT),
};

function drawBars(content: BarsContent): void {
  if (!content) {
    bars.replaceChildren();
    return;
  }
  const tabs = div('tabs');
  for (const tab of content.tabs) {
    const drawn = div(tab.surface === content.front ? 'tab front' : 'tab');
    drawn.textContent = tab.title;
    tabs.append(drawn);
  }
  const address = div('address');
  address.textContent = content.address;
  bars.replaceChildren(tabs, address);
}

function div(className: string): HTMLDivElement {
  const made = document.createElement('div');
  made.className = className;
  return made;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the rendering page has no #${id}`);
  return found;
}
