import type { ModelAction, Point } from './export/model-action.ts';

/**
 * A recorded task as an environment for agents (spec/environment.md). Pure: it knows nodes by key and what
 * was done in each; pictures, trees and dialects are its caller's. Places are fractions of the picture.
 */
export type Box = { x: number; y: number; width: number; height: number };

export type RecordedStep = {
  /** Key of the node that the step starts from. */
  from: string;
  /** What was done; null: no dialect can say it, and it follows by itself (ENV9). */
  done: ModelAction | null;
  /** Boxes of the target and the drop target in that node; null where they are not known. */
  box: Box | null;
  dropBox: Box | null;
  /** The recorded text was masked: `done` holds filler (ENV6). */
  masked: boolean;
};

export type Answer = {
  matched: boolean;
  /** The text was masked when it was recorded: any would have matched (ENV6). */
  unchecked: boolean;
  node: string;
  ended: boolean;
};

export class EnvironmentEnded extends Error {
  override readonly name = 'EnvironmentEnded';
}

/** How far a point may lie from the recorded one where no box is known (ENV4). */
const NEAR = 0.02;

export class TaskEnvironment {
  readonly #steps: readonly RecordedStep[];
  readonly #final: string;
  readonly #edges = new Map<string, number[]>();
  /** The step that would come next on the recorded way; also where to look first (ENV11). */
  #next = 0;
  #node = '';
  /** The list is open by a press of the agent's, or was chosen in by its typing (ENV15). */
  #choosing = false;
  #ended = false;

  /** `final` is the key of the node at the end of the recording. Throws RangeError without a step. */
  constructor(steps: readonly RecordedStep[], final: string) {
    if (!steps.some((step) => step.done !== null)) {
      throw new RangeError('a task without an action that an agent could do is no environment');
    }
    this.#steps = steps;
    this.#final = final;
    steps.forEach((step, index) => {
      const edges = this.#edges.get(step.from);
      if (edges) edges.push(index);
      else this.#edges.set(step.from, [index]);
    });
    this.#goTo(0);
  }

  get node(): string {
    return this.#node;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Half of ENV13: the checks of the card are its caller's. */
  get atFinalNode(): boolean {
    return this.#node === this.#final;
  }

  reset(): void {
    this.#ended = false;
    this.#goTo(0);
  }

  /** Throws EnvironmentEnded after the end (ENV14). */
  act(action: ModelAction): Answer {
    if (this.#ended) throw new EnvironmentEnded('the episode has ended; reset it to go on');
    if (action.kind === 'done') {
      this.#ended = true;
      return this.#answer(true, false);
    }
    const choosing = this.#choosing;
    this.#choosing = false;
    const edge = this.#matching(action);
    if (edge === null) {
      this.#choosing = this.#opensList(action);
      const closes = choosing && action.kind === 'keys' && same(action.keys, ['Enter']);
      return this.#answer(action.kind === 'wait' || this.#choosing || closes, false);
    }
    const step = this.#steps[edge] as RecordedStep;
    this.#choosing = step.done?.kind === 'select' && action.kind === 'type';
    this.#goTo(edge + 1);
    return this.#answer(true, step.masked);
  }

  #answer(matched: boolean, unchecked: boolean): Answer {
    return { matched, unchecked, node: this.#node, ended: this.#ended };
  }

  /** The node before step `index`, past all steps that follow by themselves. */
  #goTo(index: number): void {
    let next = index;
    while (this.#steps[next]?.done === null) next++;
    this.#next = next;
    this.#node = this.#steps[next]?.from ?? this.#final;
  }

  /** ENV15: a plain press in a list where a choice was recorded. */
  #opensList(action: ModelAction): boolean {
    if (action.kind !== 'click' || action.button !== 'left' || action.held.length > 0) return false;
    const edges = this.#edges.get(this.#node) ?? [];
    return edges.some((index) => {
      const { done, box } = this.#steps[index] as RecordedStep;
      return done?.kind === 'select' && hits(action.at, box, done.at ?? undefined);
    });
  }

  /** ENV11: the soonest after the last edge; else the earliest. */
  #matching(action: ModelAction): number | null {
    const edges = this.#edges.get(this.#node) ?? [];
    const fitting = edges.filter((index) => matches(action, this.#steps[index] as RecordedStep));
    return fitting.find((index) => index >= this.#next) ?? fitting[0] ?? null;
  }
}

function matches(action: ModelAction, { done, box, dropBox, masked }: RecordedStep): boolean {
  switch (done?.kind) {
    case 'click':
      return (
        action.kind === 'click' &&
        action.button === done.button &&
        action.count === done.count &&
        same(action.held, done.held) &&
        hits(action.at, box, done.at)
      );
    case 'drag':
      return (
        action.kind === 'drag' &&
        action.button === done.button &&
        same(action.held, done.held) &&
        hits(action.path[0], box, done.path[0]) &&
        hits(action.path.at(-1), dropBox, done.path.at(-1))
      );
    case 'move':
      return action.kind === 'move' && hits(action.at, box, done.at);
    case 'scroll':
      return action.kind === 'scroll' && direction(action) === direction(done);
    case 'type':
      return action.kind === 'type' && (masked ? action.text !== '' : action.text === done.text);
    case 'select': {
      if (action.kind !== 'select' && action.kind !== 'type') return false;
      // A dialect may leave out where the list is.
      const there = action.kind === 'type' || !action.at || hits(action.at, box, done.at ?? undefined);
      return there && (masked ? action.text !== '' : inOneLine(action.text) === inOneLine(done.text));
    }
    case 'keys':
      return action.kind === 'keys' && same(action.keys, done.keys);
    case 'wait':
      return action.kind === 'wait';
    default:
      return false;
  }
}

function hits(point: Point | undefined, box: Box | null, recorded: Point | undefined): boolean {
  if (!point || !recorded) return false;
  if (!(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1)) return false;
  if (box && box.width > 0 && box.height > 0) {
    const { x, y, width, height } = box;
    return point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height;
  }
  return Math.abs(point.x - recorded.x) <= NEAR && Math.abs(point.y - recorded.y) <= NEAR;
}

function direction({ dx, dy }: { dx: number; dy: number }): string {
  return Math.abs(dx) > Math.abs(dy) ? `x${Math.sign(dx)}` : `y${Math.sign(dy)}`;
}

/** As a list shows it: white space means nothing. */
function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The same keys, whatever their order and case. */
function same(some: readonly string[], others: readonly string[]): boolean {
  const spelled = (keys: readonly string[]) =>
    [...new Set(keys.map((key) => key.toLowerCase()))].sort().join('\n');
  return spelled(some) === spelled(others);
}
