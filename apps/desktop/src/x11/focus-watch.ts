import type { XEvent } from 'x11';
import type { XDisplay } from './display.ts';

const GRAB = 1;
const WHILE_GRABBED = 3;
const ASYNCHRONOUS = 1;
const GRANTED = 0;

/**
 * Which window keys go to (DSK43). Each window that has an owner is asked to say when it gets and loses the focus; then the
 * server is asked. While somebody has the whole keyboard to himself (a lock screen, a prompt for a password, a window
 * manager's shortcut) keys go to nobody.
 */
export class FocusWatch {
  readonly #display: XDisplay;
  readonly #onFront: (window: number | null) => void;
  readonly #windows = new Set<number>();
  #front: number | null = null;
  #grabbed = false;
  #asking = 0;
  #turns = 0;

  constructor(display: XDisplay, onFront: (window: number | null) => void) {
    this.#display = display;
    this.#onFront = onFront;
  }

  get front(): number | null {
    return this.#grabbed ? null : this.#front;
  }

  /** The server is being asked: what `front` says may be of before. */
  get isAsking(): boolean {
    return this.#asking > 0;
  }

  /** Another number: the focus, or a grab, has changed in between. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Before anything is watched: a keyboard that somebody has already is said by no event. The server tells who asks for it himself,
   * and what it was asked for is given back at once.
   */
  async begin(): Promise<void> {
    const { client, root } = this.#display;
    const status = await this.#display.ask<number>((done) => {
      client.GrabKeyboard(root, true, 0, ASYNCHRONOUS, ASYNCHRONOUS, done);
      client.UngrabKeyboard(0);
    });
    this.#grabbed = status !== GRANTED;
  }

  /** From here on this client's window says when it has the focus. */
  watch(window: number): void {
    if (this.#windows.has(window)) return;
    this.#windows.add(window);
    const { FocusChange, StructureNotify } = this.#display.client.eventMask;
    this.#display.client.ChangeWindowAttributes(window, {
      eventMask: (FocusChange ?? 0) | (StructureNotify ?? 0),
    });
  }

  hear(event: XEvent): void {
    if (event.name === 'DestroyNotify') this.#windows.delete(event.wid);
    if (event.name !== 'FocusIn' && event.name !== 'FocusOut') return;
    this.#turns += 1;
    // The focus also moves under a grab that began while nothing of ours had it: then this is all that is said of the grab.
    this.#grabbed = event.mode === GRAB || event.mode === WHILE_GRABBED;
    void this.ask();
  }

  /** Who owns the window is known now: if it has the focus, that was told when nobody could know whose it is. */
  known(window: number): void {
    if (window === this.#front) this.#onFront(window);
    else void this.ask();
  }

  async ask(): Promise<void> {
    this.#asking += 1;
    const window = await this.#focused();
    this.#asking -= 1;
    if (this.#asking > 0 || window === this.#front) return;
    this.#front = window;
    this.#turns += 1;
    this.#onFront(window);
  }

  async #focused(): Promise<number | null> {
    const { client, root } = this.#display;
    const found = await this.#display.ask<{ focus: number }>((done) => client.GetInputFocus(done));
    let at = found?.focus ?? 0;
    // The focus may be on a window deep in an application's own.
    for (let depth = 0; depth < 16 && at > 1 && at !== root; depth++) {
      if (this.#windows.has(at)) return at;
      const tree = await this.#display.ask<{ parent: number }>((done) => client.QueryTree(at, done as never));
      at = tree?.parent ?? 0;
    }
    return null;
  }
}
