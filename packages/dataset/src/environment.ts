import type { Action, Place } from './action.ts';

/**
 * A recorded task as an environment for agents (spec/environment.md). Pure: it knows nodes by key and
 * recorded actions with the boxes of their targets; pictures and trees are its caller's.
 */

/** Fractions of the viewport, 0 to 1. */
export type Point = { x: number; y: number };
export type Box = { x: number; y: number; width: number; height: number };

/** What an agent does. `name` as in a recording: `Enter`, `ctrl+s`. */
export type AgentAction =
  | ({ kind: 'click' | 'double-click' | 'triple-click' | 'right-click' | 'middle-click' | 'hover' } & Point)
  | ({ kind: 'drag'; to: Point } & Point)
  | { kind: 'scroll'; dx: number; dy: number }
  | { kind: 'type'; text: string }
  | { kind: 'key'; name: string }
  | { kind: 'navigate'; origin: string; path: string }
  | { kind: 'wait' }
  | { kind: 'done' };

/** One recorded action, the key of the node that it starts from, and its targets' boxes there. */
export type RecordedStep = { from: string; action: Action; box: Box | null; dropBox: Box | null };

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
  #node: string;
  #last = -1;
  #ended = false;

  /** `final` is the key of the node at the end of the recording. Throws RangeError without a step. */
  constructor(steps: readonly RecordedStep[], final: string) {
    const first = steps[0];
    if (!first) throw new RangeError('a task without an action is no environment');
    this.#steps = steps;
    this.#final = final;
    this.#node = first.from;
    steps.forEach((step, index) => {
      const edges = this.#edges.get(step.from);
      if (edges) edges.push(index);
      else this.#edges.set(step.from, [index]);
    });
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
    this.#node = this.#steps[0]?.from ?? this.#final;
    this.#last = -1;
    this.#ended = false;
  }

  /** Throws EnvironmentEnded after the end (ENV14). */
  act(action: AgentAction): Answer {
    if (this.#ended) throw new EnvironmentEnded('the episode has ended; reset it to go on');
    if (action.kind === 'done') {
      this.#ended = true;
      return this.#answer(true, false);
    }
    const edge = this.#matching(action);
    if (edge === null) return this.#answer(action.kind === 'wait', false);
    const { action: recorded } = this.#steps[edge] as RecordedStep;
    this.#last = edge;
    this.#node = this.#steps[edge + 1]?.from ?? this.#final;
    return this.#answer(true, recorded.kind === 'type' && recorded.value?.open !== true);
  }

  #answer(matched: boolean, unchecked: boolean): Answer {
    return { matched, unchecked, node: this.#node, ended: this.#ended };
  }

  /** ENV11: the soonest after the last edge; else the earliest. */
  #matching(action: AgentAction): number | null {
    const edges = this.#edges.get(this.#node) ?? [];
    const fitting = edges.filter((index) => matches(action, this.#steps[index] as RecordedStep));
    return fitting.find((index) => index > this.#last) ?? fitting[0] ?? null;
  }
}

function matches(action: AgentAction, step: RecordedStep): boolean {
  const { action: recorded, box, dropBox } = step;
  switch (recorded.kind) {
    case 'click':
    case 'double-click':
    case 'triple-click':
    case 'right-click':
    case 'middle-click':
    case 'hover':
      return action.kind === recorded.kind && hits(action, box, recorded.at);
    case 'drag':
      return (
        action.kind === 'drag' && hits(action, box, recorded.at) && hits(action.to, dropBox, recorded.to)
      );
    case 'scroll':
      return action.kind === 'scroll' && direction(action) === direction(recorded);
    case 'type':
      if (action.kind !== 'type') return false;
      return recorded.value?.open === true ? action.text === recorded.value.text : action.text !== '';
    case 'key':
    case 'shortcut':
      return (
        action.kind === 'key' &&
        recorded.name !== null &&
        keys(action.name) === keys([...recorded.modifiers, recorded.name].join('+'))
      );
    case 'navigate':
      return action.kind === 'navigate' && action.origin === recorded.origin && action.path === recorded.path;
    case 'wait':
      return action.kind === 'wait';
  }
}

function hits(point: Point, box: Box | null, recorded: Place): boolean {
  if (!(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1)) return false;
  if (box && box.width > 0 && box.height > 0) {
    return (
      point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height
    );
  }
  if (recorded.nx === null || recorded.ny === null) return false;
  return Math.abs(point.x - recorded.nx) <= NEAR && Math.abs(point.y - recorded.ny) <= NEAR;
}

function direction({ dx, dy }: { dx: number; dy: number }): string {
  return Math.abs(dx) > Math.abs(dy) ? `x${Math.sign(dx)}` : `y${Math.sign(dy)}`;
}

const KEY_WORDS: Readonly<Record<string, string>> = {
  control: 'ctrl',
  command: 'meta',
  cmd: 'meta',
  super: 'meta',
  win: 'meta',
  option: 'alt',
  return: 'enter',
  esc: 'escape',
  del: 'delete',
};

/** `Ctrl+Shift+S` and `shift+control+s` are the same keys (ENV7). */
function keys(name: string): string {
  const parts = name.toLowerCase().split('+');
  // A last empty part is the plus key itself: `ctrl++`.
  if (parts.at(-1) === '') parts.splice(-2, 2, 'plus');
  return [...new Set(parts.map((part) => KEY_WORDS[part] ?? part))].sort().join('+');
}
