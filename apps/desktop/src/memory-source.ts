import { fillBoxes, type Raster } from '@aboveboard/redact/frame/raster';
import type { AccessibleTree } from './accessible-tree.ts';
import type {
  CaptureSource,
  SourceHears,
  SourceInput,
  WatchedSignals,
  WindowId,
  WindowOwner,
  WindowPicture,
  WindowPlace,
} from './capture-source.ts';
import { isIn, relative } from './place.ts';

/** A display in memory, for tests of what stands on a source: the test moves its windows, pointer and keys. */
export class MemorySource implements CaptureSource {
  readonly #now: () => number;
  readonly #watched = new Map<WindowId, WatchedSignals>();
  /** From the lowest to the one on top. */
  readonly #windows: MemoryWindow[] = [];
  #hears: SourceHears | null = null;
  #next = 1;
  #pointer = { x: 0, y: 0 };
  #front: WindowId | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  async open(hears: SourceHears): Promise<void> {
    this.#hears = hears;
    hears.screen({ width: 1280, height: 800 });
    for (const { id, owner, place } of this.#windows) hears.opened(id, owner, place);
  }

  watch(window: WindowId, signals: WatchedSignals): void {
    this.#watched.set(window, signals);
  }

  unwatch(window: WindowId): void {
    this.#watched.delete(window);
  }

  async tree(window: WindowId): Promise<AccessibleTree | null> {
    return this.#watched.has(window) ? this.#window(window).tree : null;
  }

  async picture(window: WindowId): Promise<WindowPicture | null> {
    if (!this.#watched.get(window)?.frames) return null;
    const { place, colour, tree, paint } = this.#window(window);
    const raster: Raster = {
      width: place.width,
      height: place.height,
      data: new Uint8Array(place.width * place.height * 4),
    };
    new Uint32Array(raster.data.buffer).fill(colour);
    paint(raster);
    const above = this.#windows.slice(this.#windows.findIndex(({ id }) => id === window) + 1);
    fillBoxes(
      raster,
      above.map((other) => relative(other.place, place)),
    );
    return { raster, tree };
  }

  async close(): Promise<void> {
    this.#hears = null;
  }

  // What the test does to the display.

  addWindow(owner: WindowOwner, place: WindowPlace, looks: Partial<Looks> = {}) {
    const id = this.#next++;
    const { colour = 0xff_ff_ff_ff, tree = null, paint = () => undefined } = looks;
    this.#windows.push({ id, owner, place, colour, tree, paint });
    this.#hears?.opened(id, owner, place);
    return id;
  }

  removeWindow(window: WindowId): void {
    this.#windows.splice(this.#windows.indexOf(this.#window(window)), 1);
    this.unwatch(window);
    this.#hears?.closed(window);
  }

  moveWindow(window: WindowId, place: WindowPlace): void {
    this.#window(window).place = place;
    this.#hears?.moved(window, place);
  }

  setTree(window: WindowId, tree: AccessibleTree | null): void {
    this.#window(window).tree = tree;
    if (this.#watched.has(window)) this.#hears?.changed(window, 'tree');
  }

  repaint(window: WindowId, paint: Looks['paint']): void {
    this.#window(window).paint = paint;
    if (this.#watched.has(window)) this.#hears?.changed(window, 'pixels');
  }

  focus(window: WindowId | null): void {
    this.#front = window;
    this.#hears?.front(window);
  }

  movePointer(x: number, y: number): void {
    this.#pointer = { x, y };
    this.#point({ kind: 'move', x: 0, y: 0 });
  }

  press(button: number): void {
    this.#point({ kind: 'down', x: 0, y: 0, button, pointer: 'mouse' });
  }

  release(button: number): void {
    this.#point({ kind: 'up', x: 0, y: 0, button, pointer: 'mouse' });
  }

  key(input: Extract<SourceInput, { kind: 'keydown' | 'keyup' }>): void {
    if (this.#front !== null && this.#watched.get(this.#front)?.keys) {
      this.#hears?.input(this.#front, this.#now(), input);
    }
  }

  die(): void {
    const hears = this.#hears;
    this.#hears = null;
    hears?.lost('source-lost');
  }

  #point(input: Extract<SourceInput, { x: number }>): void {
    const { x, y } = this.#pointer;
    const window = this.#windows.findLast(({ place }) => isIn(place, x, y));
    if (!window || !this.#watched.get(window.id)?.pointer) return;
    const placed = { ...input, x: x - window.place.x, y: y - window.place.y };
    this.#hears?.input(window.id, this.#now(), placed);
  }

  #window(id: WindowId): MemoryWindow {
    const found = this.#windows.find((window) => window.id === id);
    if (!found) throw new RangeError('there is no such window');
    return found;
  }
}

type Looks = {
  /** As a pixel of a raster. */
  colour: number;
  tree: AccessibleTree | null;
  /** Over the colour, into a raster of the window's size. */
  paint: (raster: Raster) => void;
};

type MemoryWindow = Looks & { id: WindowId; owner: WindowOwner; place: WindowPlace };
