import type { XEvent } from 'x11';
import type { WindowPlace } from '../capture-source.ts';
import { isIn } from '../place.ts';
import type { XDisplay } from './display.ts';

/** A child of the root: what a window manager made around a window, or a window that it leaves alone. */
export type TopLevel = {
  readonly id: number;
  /** With its border, in pixels of the screen. */
  place: WindowPlace;
  mapped: boolean;
  /** Takes input, shows nothing. */
  unseen: boolean;
  /** The application's own window in it. Undefined: not looked at yet, or something in it has changed since. */
  client: ClientWindow | null | undefined;
};

export type ClientWindow = { readonly id: number; place: WindowPlace; depth: number };

/**
 * Which windows there are, where, and in which order, as the server's own events say it (DSK40). Events and answers
 * come in one order on a connection: what this says after an answer is what was true when the server answered.
 */
export class WindowStack {
  readonly #display: XDisplay;
  readonly #onChange: (top: TopLevel) => void;
  readonly #onGone: (top: TopLevel) => void;
  /** From the lowest to the one on top. */
  #tops: TopLevel[] = [];
  #turns = 0;

  constructor(display: XDisplay, on: { change: (top: TopLevel) => void; gone: (top: TopLevel) => void }) {
    this.#display = display;
    this.#onChange = on.change;
    this.#onGone = on.gone;
  }

  /** Another number means that something moved, came, went or changed places in between. */
  get turns(): number {
    return this.#turns;
  }

  async begin(): Promise<void> {
    const { client, root } = this.#display;
    const tree = await this.#display.ask<{ children: number[] }>((done) => client.QueryTree(root, done));
    for (const id of tree?.children ?? []) await this.#add(id);
  }

  /** What covers the point; null: nothing. */
  topAt(x: number, y: number): TopLevel | null {
    return this.#tops.findLast((top) => top.mapped && !top.unseen && isIn(top.place, x, y)) ?? null;
  }

  above(top: TopLevel): TopLevel[] {
    return this.#tops.slice(this.#tops.indexOf(top) + 1).filter((one) => one.mapped && !one.unseen);
  }

  withClient(window: number): TopLevel | undefined {
    return this.#tops.find((top) => top.client?.id === window);
  }

  hear(event: XEvent): void {
    const { root } = this.#display;
    const id = event.wid1 ?? event.wid;
    switch (event.name) {
      case 'CreateNotify':
        if (event.parent === root) void this.#add(id, madeAt(event));
        break;
      case 'DestroyNotify':
      case 'ReparentNotify': {
        const top = this.#find(id);
        if (event.name === 'ReparentNotify' && event.parent === root) {
          if (!top) void this.#add(id);
        } else if (top) this.#remove(top);
        // A window manager has put a window into one of its own.
        const into = event.name === 'ReparentNotify' ? this.#find(event.parent ?? 0) : undefined;
        if (into) this.#lookAgain(into);
        break;
      }
      case 'MapNotify':
      case 'UnmapNotify':
        this.#mapped(id, event.name === 'MapNotify');
        break;
      case 'ConfigureNotify':
        this.#configured(id, event);
        break;
      case 'CirculateNotify': {
        const top = this.#find(id);
        if (top) this.#restack(top, event.place === 0 ? this.#tops.length : 0);
        break;
      }
    }
  }

  /** `made`: where it was made, which is before it can be seen. */
  async #add(id: number, made?: WindowPlace): Promise<void> {
    this.#turns += 1;
    const { client } = this.#display;
    // Where nothing is known of it yet, it covers everything that it could cover.
    const place = made ?? EVERYWHERE;
    const top: TopLevel = { id, place, mapped: made === undefined, unseen: false, client: undefined };
    this.#tops.push(top);
    const [geometry, attributes] = await Promise.all([
      this.#display.ask<Geometry>((done) => client.GetGeometry(id, done)),
      this.#display.ask<{ klass: number; mapState: number }>((done) => client.GetWindowAttributes(id, done)),
    ]);
    this.#turns += 1;
    if (!geometry || !attributes) {
      this.#remove(top);
      return;
    }
    if (top.place === EVERYWHERE) top.place = withBorder(geometry.xPos, geometry.yPos, geometry);
    if (made === undefined) top.mapped = attributes.mapState !== 0;
    top.unseen = attributes.klass === INPUT_ONLY;
    await this.#lookAgain(top);
  }

  #remove(top: TopLevel): void {
    const at = this.#tops.indexOf(top);
    if (at === -1) return;
    this.#turns += 1;
    this.#tops.splice(at, 1);
    this.#onGone(top);
  }

  #mapped(id: number, mapped: boolean): void {
    const top = this.#find(id);
    if (!top) {
      const around = this.withClient(id);
      if (around) this.#lookAgain(around);
      return;
    }
    this.#turns += 1;
    top.mapped = mapped;
    this.#lookAgain(top);
  }

  #configured(
    id: number,
    { x = 0, y = 0, width = 0, height = 0, borderWidth = 0, aboveSibling = 0 }: XEvent,
  ): void {
    const top = this.#find(id);
    if (!top) {
      const around = this.withClient(id);
      if (around) this.#lookAgain(around);
      return;
    }
    const place = withBorder(x, y, { width, height, borderWidth });
    const sibling = aboveSibling === 0 ? -1 : this.#tops.findIndex((one) => one.id === aboveSibling);
    this.#restack(top, sibling === -1 && aboveSibling !== 0 ? this.#tops.length : sibling + 1);
    const same = place.width === top.place.width && place.height === top.place.height;
    const { client } = top;
    if (same && client) {
      // Only moved: what is in it moved with it.
      const moved = { x: client.place.x + place.x - top.place.x, y: client.place.y + place.y - top.place.y };
      top.client = { ...client, place: { ...client.place, ...moved } };
    }
    top.place = place;
    if (same && client) this.#onChange(top);
    this.#lookAgain(top);
  }

  #restack(top: TopLevel, to: number): void {
    this.#turns += 1;
    const from = this.#tops.indexOf(top);
    this.#tops.splice(from, 1);
    this.#tops.splice(to > from ? to - 1 : to, 0, top);
  }

  /** Finds the application's window in it anew; until then a change of size leaves it unknown. */
  async #lookAgain(top: TopLevel): Promise<void> {
    const turn = ++this.#turns;
    const found = await this.#clientOf(top);
    if (this.#find(top.id) !== top) return;
    // It changed meanwhile: another look is under way.
    if (turn !== this.#turns && found && top.client && found.id === top.client.id) return;
    top.client = found;
    this.#onChange(top);
  }

  async #clientOf(top: TopLevel): Promise<ClientWindow | null> {
    if (!top.mapped || top.unseen) return null;
    const id = await this.#applicationWindow(top.id, 0);
    if (id === null) return null;
    const { client, root } = this.#display;
    const [geometry, corner] = await Promise.all([
      this.#display.ask<Geometry>((done) => client.GetGeometry(id, done)),
      this.#display.ask<{ destX: number; destY: number }>((done) =>
        client.TranslateCoordinates(id, root, 0, 0, done),
      ),
    ]);
    if (!geometry || !corner) return null;
    const { width, height, depth } = geometry;
    return { id, depth, place: { x: corner.destX, y: corner.destY, width, height } };
  }

  /** The one that the window manager marks as an application's, or that has a class. */
  async #applicationWindow(id: number, depth: number): Promise<number | null> {
    const [marked, named] = await Promise.all([
      this.#display.property(id, 'WM_STATE'),
      this.#display.property(id, 'WM_CLASS'),
    ]);
    if (marked || named) return id;
    if (depth === DEEPEST) return null;
    const { client } = this.#display;
    const tree = await this.#display.ask<{ children: number[] }>((done) => client.QueryTree(id, done));
    for (const child of tree?.children ?? []) {
      const found = await this.#applicationWindow(child, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }

  #find(id: number): TopLevel | undefined {
    return this.#tops.find((top) => top.id === id);
  }
}

type Geometry = {
  depth: number;
  xPos: number;
  yPos: number;
  width: number;
  height: number;
  borderWidth: number;
};

const INPUT_ONLY = 2;
const DEEPEST = 2;
const EVERYWHERE: WindowPlace = { x: -32_768, y: -32_768, width: 65_536, height: 65_536 };

function madeAt({ x = 0, y = 0, width = 0, height = 0, borderWidth = 0 }: XEvent): WindowPlace {
  return withBorder(x, y, { width, height, borderWidth });
}

function withBorder(
  x: number,
  y: number,
  { width, height, borderWidth }: { width: number; height: number; borderWidth: number },
): WindowPlace {
  return { x, y, width: width + 2 * borderWidth, height: height + 2 * borderWidth };
}
