import type { XEvent } from 'x11';
import type { AccessibleTree } from '../accessible-tree.ts';
import type {
  CaptureSource,
  SourceHears,
  WatchedSignals,
  WindowId,
  WindowOwner,
  WindowPicture,
  WindowPlace,
} from '../capture-source.ts';
import { XDisplay } from './display.ts';
import { FocusWatch } from './focus-watch.ts';
import { recordInput } from './input-record.ts';
import { InputSorter } from './input-sorter.ts';
import { type Keyboard, keyboardOf } from './key-names.ts';
import { ServerClock } from './server-clock.ts';
import { WindowOwners } from './window-owner.ts';
import { takePixels } from './window-pixels.ts';
import { type TopLevel, WindowStack } from './window-stack.ts';

/** What reads interfaces; the accessibility bus, or nothing. */
export type InterfaceReader = {
  watch(window: WindowId, pid: number, changed: () => void): void;
  unwatch(window: WindowId): void;
  /** `outer`: with what a window manager draws around it; toolkits say the one or the other. */
  tree(window: WindowId, place: WindowPlace, outer: WindowPlace): Promise<AccessibleTree | null>;
  close(): void;
};

type Known = { id: WindowId; xid: number; owner: WindowOwner & { pid: number }; damage: number | null };

type Damage = {
  Create(damage: number, drawable: number, level: number): void;
  Subtract(damage: number, repair: number, parts: number): void;
  Destroy(damage: number): void;
  ReportLevel: { NonEmpty: number };
};

/** The desktop of an X11 server on this computer (DSK40-DSK49). */
export class X11Source implements CaptureSource {
  readonly #given: { display: string | undefined; now: () => number; reader: InterfaceReader | null };
  readonly #known = new Map<number, Known>();
  readonly #byId = new Map<WindowId, Known>();
  /** With the time from which on it counts: input comes on a connection of its own, and may be older than the watch. */
  readonly #watched = new Map<WindowId, WatchedSignals & { since: number }>();
  #hears: SourceHears | null = null;
  #display: XDisplay | null = null;
  #data: XDisplay | null = null;
  #owners: WindowOwners | null = null;
  #stack: WindowStack | null = null;
  #damage: Damage | null = null;
  #focus: FocusWatch | null = null;
  #sorter: InputSorter | null = null;
  #stopRecord: () => void = () => undefined;
  #next = 1;

  constructor(given: { display: string | undefined; now: () => number; reader: InterfaceReader | null }) {
    this.#given = given;
  }

  async open(hears: SourceHears): Promise<void> {
    this.#hears = hears;
    const { display: name, now } = this.#given;
    const display = await XDisplay.connect(name, () => this.#lost());
    this.#display = display;
    this.#data = await XDisplay.connect(name, () => this.#lost());
    this.#owners = await WindowOwners.of(display);
    this.#damage = await display.extension<Damage>('damage');
    const stack = new WindowStack(display, {
      change: (top) => void this.#changed(top),
      gone: (top) => top.client && this.#gone(top.client.id),
    });
    this.#stack = stack;
    this.#focus = new FocusWatch(display, (xid) => {
      this.#hears?.front(xid === null ? null : (this.#known.get(xid)?.id ?? null));
    });
    this.#sorter = new InputSorter({
      clock: new ServerClock(now),
      keyboard: await readKeyboard(display),
      stack,
      focus: this.#focus,
      tell: (xid, at, input) => {
        const known = this.#known.get(xid);
        const signals = known && this.#watched.get(known.id);
        if (!known || !signals || at < signals.since) return;
        if (!('x' in input ? signals.pointer : signals.keys)) return;
        this.#hears?.input(known.id, at, input);
      },
    });
    display.client.on('event', (event) => this.#event(event));
    const { SubstructureNotify, StructureNotify, PropertyChange } = display.client.eventMask;
    display.client.ChangeWindowAttributes(display.root, {
      eventMask: (SubstructureNotify ?? 0) | (StructureNotify ?? 0) | (PropertyChange ?? 0),
    });
    await this.#measureScreen();
    await this.#focus.begin();
    await stack.begin();
    const sorter = this.#sorter;
    this.#stopRecord = await recordInput(display, this.#data, (event) => sorter.hear(event));
    await this.#focus.ask();
  }

  watch(window: WindowId, signals: WatchedSignals): void {
    const known = this.#byId.get(window);
    const display = this.#display;
    if (!known || !display) return;
    this.unwatch(window);
    this.#watched.set(window, { ...signals, since: this.#given.now() + CLOCK_ERROR });
    if (this.#given.reader && (signals.states || signals.keys || signals.frames)) {
      this.#given.reader.watch(window, known.owner.pid, () => {
        if (this.#watched.has(window)) this.#hears?.changed(window, 'tree');
      });
    }
    if (!signals.frames || !this.#damage) return;
    known.damage = display.client.AllocID();
    this.#damage.Create(known.damage, known.xid, this.#damage.ReportLevel.NonEmpty);
  }

  unwatch(window: WindowId): void {
    if (!this.#watched.delete(window)) return;
    const known = this.#byId.get(window);
    this.#given.reader?.unwatch(window);
    if (!known) return;
    this.#sorter?.drop(known.xid);
    if (known.damage !== null) this.#damage?.Destroy(known.damage);
    known.damage = null;
  }

  async tree(window: WindowId): Promise<AccessibleTree | null> {
    const known = this.#byId.get(window);
    const top = known && this.#stack?.withClient(known.xid);
    if (!top?.client || !this.#watched.has(window)) return null;
    return (await this.#given.reader?.tree(window, top.client.place, top.place)) ?? null;
  }

  async picture(window: WindowId): Promise<WindowPicture | null> {
    const known = this.#byId.get(window);
    const [display, stack] = [this.#display, this.#stack];
    if (!known || !display || !stack || !this.#watched.get(window)?.frames) return null;
    if (known.damage !== null) this.#damage?.Subtract(known.damage, 0, 0);
    const before = await this.tree(window);
    const raster = await takePixels(display, stack, known.xid);
    if (!raster) return null;
    const after = await this.tree(window);
    // What stood where is known only if it stood there before and after.
    const stood = JSON.stringify(before, plain) === JSON.stringify(after, plain);
    return stood ? { raster, tree: after } : null;
  }

  async close(): Promise<void> {
    this.#hears = null;
    this.#sorter?.close();
    this.#given.reader?.close();
    this.#stopRecord();
    this.#data?.close();
    this.#display?.close();
  }

  #event(event: XEvent): void {
    this.#stack?.hear(event);
    this.#focus?.hear(event);
    if (event.name === 'DamageNotify') {
      const known = this.#known.get(event.drawable ?? 0);
      if (known) this.#hears?.changed(known.id, 'pixels');
    } else if (event.name === 'MappingNotify' && event.request !== POINTER_MAPPING) {
      if (this.#display) void readKeyboard(this.#display).then((read) => this.#sorter?.layout(read));
    } else if (event.name === 'ConfigureNotify' && event.wid1 === this.#display?.root) {
      this.#hears?.screen({ width: event.width ?? 0, height: event.height ?? 0 });
    }
  }

  async #changed(top: TopLevel): Promise<void> {
    const { client } = top;
    if (!client) {
      for (const known of [...this.#known.values()])
        if (!this.#stack?.withClient(known.xid)) this.#gone(known.xid);
      return;
    }
    const known = this.#known.get(client.id);
    if (known) {
      this.#hears?.moved(known.id, client.place);
      return;
    }
    this.#focus?.watch(client.id);
    const owner = await this.#owners?.of(client.id);
    const place = this.#stack?.withClient(client.id)?.client?.place;
    if (!owner || !place || this.#known.has(client.id) || !this.#hears) return;
    const id = this.#next++;
    const made: Known = { id, xid: client.id, owner, damage: null };
    this.#known.set(client.id, made);
    this.#byId.set(id, made);
    const { executable, windowClass } = owner;
    this.#hears.opened(id, { executable, windowClass }, place);
    this.#focus?.known(client.id);
  }

  #gone(xid: number): void {
    const known = this.#known.get(xid);
    if (!known) return;
    known.damage = null;
    this.unwatch(known.id);
    this.#known.delete(xid);
    this.#byId.delete(known.id);
    this.#hears?.closed(known.id);
  }

  async #measureScreen(): Promise<void> {
    const display = this.#display as XDisplay;
    const size = await display.ask<{ width: number; height: number }>((done) =>
      display.client.GetGeometry(display.root, done as never),
    );
    if (size) this.#hears?.screen({ width: size.width, height: size.height });
  }

  #lost(): void {
    const hears = this.#hears;
    this.#hears = null;
    this.#sorter?.close();
    this.#given.reader?.close();
    hears?.lost('source-lost');
  }
}

/** Milliseconds by which the time of an event may be taken for later than it was. */
const CLOCK_ERROR = 2;
const POINTER_MAPPING = 2;

async function readKeyboard(display: XDisplay): Promise<Keyboard> {
  const { client, keycodes } = display;
  const [keysyms, modifiers] = await Promise.all([
    display.ask<number[][]>((done) =>
      client.GetKeyboardMapping(keycodes.min, keycodes.max - keycodes.min + 1, done),
    ),
    display.ask<number[][]>((done) => client.GetModifierMapping(done)),
  ]);
  return keyboardOf(keycodes.min, keysyms ?? [], modifiers ?? []);
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}
