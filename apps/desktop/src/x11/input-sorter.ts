import { type SourceInput, STALE_INPUT } from '../capture-source.ts';
import type { FocusWatch } from './focus-watch.ts';
import type { DeviceEvent } from './input-record.ts';
import { type Keyboard, keyClass } from './key-names.ts';
import type { ServerClock } from './server-clock.ts';
import type { WindowStack } from './window-stack.ts';

export type InputTell = (window: number, at: number, input: SourceInput) => void;

/** How long an event waits, so that a change of focus or place that the server made before it is known. */
export const SETTLE = 80;

/** Later than this after it was due, what the server said meanwhile is not read yet. */
const STOOD_STILL = 250;

type Waiting = {
  at: number;
  due: number;
  window: number;
  input: SourceInput;
  /** Keycode of a key. */
  code?: number;
  /** Still true when it is due? */
  holds: () => boolean;
};

/** A key that is down; `lost`: the press was for nobody, and so is its release. */
type Press = { window: number; input: SourceInput; lost: boolean };

/** Presses of the pointer in one row belong to where the first was (the server's own implicit grab). */
type Drag = {
  window: number | null;
  place: { x: number; y: number };
  buttons: Set<number>;
  holds: () => boolean;
};

/**
 * Whom an input is for (DSK41-DSK44): the window under the pointer, or with the focus, if it was so when the event came
 * and still is a moment later. What raced with a change belongs to nobody and is dropped.
 */
export class InputSorter {
  readonly #given: { clock: ServerClock; stack: WindowStack; focus: FocusWatch; tell: InputTell };
  #keyboard: Keyboard;
  #waiting: Waiting[] = [];
  readonly #held = new Map<number, Press>();
  #drag: Drag | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(given: {
    clock: ServerClock;
    keyboard: Keyboard;
    stack: WindowStack;
    focus: FocusWatch;
    tell: InputTell;
  }) {
    this.#given = given;
    this.#keyboard = given.keyboard;
  }

  layout(keyboard: Keyboard): void {
    this.#keyboard = keyboard;
  }

  hear(event: DeviceEvent): void {
    const at = this.#given.clock.at(event.time);
    if (this.#given.clock.age(at) > STALE_INPUT) {
      this.#miss(event);
      return;
    }
    const waiting =
      event.what === 'keydown' || event.what === 'keyup' ? this.#key(event, at) : this.#pointed(event, at);
    if (!waiting) return;
    this.#waiting.push({ ...waiting, at, due: performance.now() + SETTLE });
    this.#schedule();
  }

  /** Of what is dropped only this counts: which keys and buttons are down, and that they are nobody's. */
  #miss({ what, detail }: DeviceEvent): void {
    if (what === 'keyup') this.#held.delete(detail);
    if (what !== 'down' && what !== 'up') return;
    if (WHEEL[detail]) return;
    if (what === 'down') {
      this.#drag ??= nobodys();
      this.#drag.window = null;
      this.#drag.buttons.add(detail);
      return;
    }
    this.#drag?.buttons.delete(detail);
    if (this.#drag?.buttons.size === 0) this.#drag = null;
  }

  /** What waits for this window is not told. */
  drop(window: number): void {
    this.#waiting = this.#waiting.filter((one) => one.window !== window);
    for (const [code, held] of this.#held) if (held.window === window) this.#held.delete(code);
    if (this.#drag?.window === window) this.#drag.window = null;
  }

  close(): void {
    this.#waiting = [];
    this.#held.clear();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #key({ what, detail, state }: DeviceEvent, at: number): Omit<Waiting, 'at' | 'due'> | null {
    const { focus } = this.#given;
    if (what === 'keyup') {
      // Said of the window that heard the press, wherever the focus is now: else a key would seem to be held.
      const held = this.#held.get(detail);
      this.#held.delete(detail);
      if (!held) return null;
      const { repeat: _, ...pressed } = held.input as Extract<SourceInput, { kind: 'keydown' | 'keyup' }>;
      const input: SourceInput = { ...pressed, kind: 'keyup' };
      return { window: held.window, code: detail, input, holds: () => !held.lost };
    }
    const window = focus.front;
    if (window === null) return null;
    const repeats = this.#takeBackRelease(detail, at) || this.#held.has(detail);
    const input: SourceInput = {
      kind: 'keydown',
      ...keyClass(this.#keyboard, detail, state),
      ...(repeats ? { repeat: true } : {}),
    };
    const press: Press = { window, input, lost: false };
    this.#held.set(detail, press);
    const turns = focus.turns;
    return {
      window,
      code: detail,
      input,
      holds: () => {
        press.lost = focus.turns !== turns || focus.front !== window;
        return !press.lost;
      },
    };
  }

  /** A server that repeats a key says release and press at one instant. */
  #takeBackRelease(code: number, at: number): boolean {
    const last = this.#waiting.findLastIndex((one) => one.code === code);
    const release = this.#waiting[last];
    if (release?.input.kind !== 'keyup' || at - release.at > 1) return false;
    this.#waiting.splice(last, 1);
    return true;
  }

  #pointed(event: DeviceEvent, _at: number): Omit<Waiting, 'at' | 'due'> | null {
    const wheel = event.what !== 'move' ? WHEEL[event.detail] : undefined;
    if (wheel && event.what === 'up') return null;
    const isButton = !wheel && event.what !== 'move';
    const drag = this.#drag ?? this.#grabAt(event);
    if (isButton && event.what === 'down') {
      drag.buttons.add(event.detail);
      this.#drag = drag;
    } else if (isButton) {
      drag.buttons.delete(event.detail);
      if (drag.buttons.size === 0) this.#drag = null;
    }
    if (drag.window === null) return null;
    const { window, holds } = drag;
    const x = event.x - drag.place.x;
    const y = event.y - drag.place.y;
    if (wheel) return { window, holds, input: { kind: 'wheel', x, y, ...wheel, mode: 'line' } };
    if (event.what === 'move') return { window, holds, input: { kind: 'move', x, y } };
    const button = BUTTONS[event.detail];
    if (button === undefined) return null;
    return { window, holds, input: { kind: event.what as 'down' | 'up', x, y, button, pointer: 'mouse' } };
  }

  #grabAt({ x, y }: DeviceEvent): Drag {
    const { stack } = this.#given;
    const client = stack.topAt(x, y)?.client;
    if (!client) return nobodys();
    const { place } = client;
    const inside = x >= place.x && y >= place.y && x < place.x + place.width && y < place.y + place.height;
    if (!inside) return nobodys();
    let judged: boolean | null = null;
    // Judged once: a press that was for nobody takes its row of moves and its release along.
    const holds = () => {
      judged ??= stack.topAt(x, y)?.client?.id === client.id && samePlace(stack, client.id, place);
      return judged;
    };
    return { window: client.id, place, buttons: new Set(), holds };
  }

  #schedule(): void {
    const first = this.#waiting[0];
    if (this.#timer || !first) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#flush();
        this.#schedule();
      },
      Math.max(1, first.due - performance.now()),
    );
  }

  #flush(): void {
    const now = performance.now();
    if (this.#waiting[0] && now - this.#waiting[0].due > STOOD_STILL) {
      for (const one of this.#waiting) one.due = now + SETTLE;
      return;
    }
    while (this.#waiting[0] && this.#waiting[0].due <= now) {
      // Whom a key is for is not known while the server is being asked; what came after it waits with it.
      if (this.#waiting[0].code !== undefined && this.#given.focus.isAsking) return;
      const one = this.#waiting.shift() as Waiting;
      if (one.holds()) this.#given.tell(one.window, one.at, one.input);
    }
  }
}

function nobodys(): Drag {
  return { window: null, place: { x: 0, y: 0 }, buttons: new Set(), holds: () => false };
}

function samePlace(stack: WindowStack, window: number, place: { x: number; y: number }): boolean {
  const now = stack.withClient(window)?.client?.place;
  return now !== undefined && now.x === place.x && now.y === place.y;
}

const WHEEL: Readonly<Record<number, { dx: number; dy: number }>> = {
  4: { dx: 0, dy: -1 },
  5: { dx: 0, dy: 1 },
  6: { dx: -1, dy: 0 },
  7: { dx: 1, dy: 0 },
};
/** As the DOM numbers them. */
const BUTTONS: Readonly<Record<number, number>> = { 1: 0, 2: 1, 3: 2, 8: 3, 9: 4 };
