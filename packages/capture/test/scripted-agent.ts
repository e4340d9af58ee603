import type { BrowserTarget } from '@aboveboard/consent/gate';
import type { SerializedNode } from '@aboveboard/protocol/state';
import type { AgentItem, AgentSettings, SessionMessage } from '../src/frame-message.ts';
import type { CaptureSession } from '../src/session.ts';

export type Clock = { now: number };

/** Plays the agent of one document: what it is told is kept, what it says is said by the test. */
export class ScriptedAgent {
  readonly told: SessionMessage[] = [];
  settings: AgentSettings | null = null;
  generation = -1;
  refused: string | null = null;
  #seq = 0;
  #unacknowledged: { generation: number; seq: number; items: AgentItem[] }[] = [];
  readonly #clock: Clock;
  readonly document: string;
  readonly tab: number;
  readonly parent: string | null;
  readonly target: BrowserTarget;

  constructor(clock: Clock, document: string, tab: number, parent: string | null, target: BrowserTarget) {
    this.#clock = clock;
    this.document = document;
    this.tab = tab;
    this.parent = parent;
    this.target = target;
  }

  connect(session: CaptureSession): void {
    const { document, tab, parent, target } = this;
    const running = this.settings ? this.generation : null;
    const answer = session.connect({ document, tab, parent, target }, running, (message, generation) => {
      this.told.push(message);
      if (message.type === 'start') {
        this.settings = message.settings;
        this.generation = generation;
        this.#seq = 0;
        this.#unacknowledged = [];
      } else if (message.type === 'stop') this.settings = null;
      else if (message.type === 'acknowledge' && generation === this.generation) {
        this.#unacknowledged = this.#unacknowledged.filter((batch) => batch.seq > message.seq);
      }
    });
    this.refused = 'refusal' in answer ? answer.refusal.deny : null;
    if ('generation' in answer) this.generation = answer.generation;
    // What was not acknowledged is said again, as after a worker's death.
    for (const batch of this.#unacknowledged) {
      session.receive(document, batch.generation, { type: 'batch', seq: batch.seq, items: batch.items });
    }
  }

  get unacknowledged(): number {
    return this.#unacknowledged.length;
  }

  say(session: CaptureSession | null, ...items: AgentItem[]): void {
    if (!this.settings) return;
    const batch = { generation: this.generation, seq: this.#seq++, items };
    this.#unacknowledged.push(batch);
    session?.receive(this.document, batch.generation, { type: 'batch', seq: batch.seq, items });
  }

  /** The items that a page gives first. */
  firstState(frames: number[] = [], place: number | null = null): AgentItem[] {
    const at = this.#clock.now;
    const first = this.settings?.firstNodeId ?? 0;
    const childNodes: SerializedNode[] = frames.map((_, index) => ({
      type: 2,
      id: first + 1 + index,
      tagName: 'iframe',
      attributes: {},
      childNodes: [],
    }));
    const node: SerializedNode = { type: 0, id: first, childNodes };
    return [
      { at, item: 'place', index: place },
      { at, item: 'geometry', geometry: GEOMETRY },
      { at, item: 'navigate', path: '/a', cause: 'load' },
      { at, item: 'state', change: { type: 4, data: { href: '/a', width: 800, height: 600 } } },
      { at, item: 'state', change: { type: 2, data: { node, initialOffset: { top: 0, left: 0 } } } },
      {
        at,
        item: 'frames',
        frames: frames.map((offset, index) => ({ index, node: first + 1 + index, x: offset, y: offset })),
      },
    ];
  }

  move(x: number, y = 0, at = this.#clock.now): AgentItem {
    return { at, item: 'event', event: { kind: 'move', x, y } };
  }
}

export const GEOMETRY = {
  viewport: { width: 800, height: 600 },
  window: { x: 0, y: 0, width: 800, height: 700 },
  screen: { width: 1920, height: 1080 },
  ratio: 1,
};

export function browser(origin: string, top = origin): BrowserTarget {
  return { kind: 'browser', top, frame: origin, private: false, window: 'normal' };
}
