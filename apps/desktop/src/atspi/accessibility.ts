import type { AccessibleTree } from '../accessible-tree.ts';
import type { WindowId, WindowPlace } from '../capture-source.ts';
import { DBusConnection, type DBusSignal } from '../dbus/connection.ts';
import { DBusFault, DBusSilence } from '../dbus/values.ts';
import type { InterfaceReader } from '../x11/x11-source.ts';
import { type Bus, type BusObject, readWindowTree } from './window-tree-reader.ts';

const REGISTRY = 'org.a11y.atspi.Registry';
const ROOT = '/org/a11y/atspi/accessible/root';
const ACCESSIBLE = 'org.a11y.atspi.Accessible';

/** What applications are asked to say of changes; text that is typed is not among them. */
const EVENTS = [
  'object:state-changed:focused',
  'object:state-changed:showing',
  'object:children-changed',
  'object:property-change:accessible-name',
];
/** What is not read by then is not: an application answers each of thousands of questions as late as it likes. */
const READ_WITHIN = 2_000;
/** Several changes close together are one. */
const SETTLE = 60;

type Watched = { pid: number; changed: () => void; timer: ReturnType<typeof setTimeout> | null };

/**
 * Interfaces as applications say them over the accessibility bus (DSK20-DSK24). Only applications with a window that is
 * watched are asked anything; of the others no more is known than that the bus has a name for them (T18).
 */
export class AccessibilityReader implements InterfaceReader {
  readonly #bus: DBusConnection;
  readonly #watched = new Map<WindowId, Watched>();
  /** Names on the bus, by process. */
  readonly #names = new Map<number, string>();
  readonly #listening = new Set<string>();

  private constructor(bus: DBusConnection) {
    this.#bus = bus;
  }

  /** Rejects with DBusFault where there is no such bus. `onEnd`: it is gone; every tree is null from then on. */
  static async connect(
    sessionAddress: string,
    onEnd: () => void = () => undefined,
  ): Promise<AccessibilityReader> {
    const session = await DBusConnection.connect(sessionAddress, { patience: 5_000 });
    const [address] = await session
      .call({
        destination: 'org.a11y.Bus',
        path: '/org/a11y/bus',
        interface: 'org.a11y.Bus',
        member: 'GetAddress',
      })
      .finally(() => session.close());
    let heard: (signal: DBusSignal) => void = () => undefined;
    let ended = onEnd;
    const bus = await DBusConnection.connect(`${address}`, {
      onSignal: (signal) => heard(signal),
      onEnd: () => ended(),
    });
    const reader = new AccessibilityReader(bus);
    heard = (signal) => reader.#heard(signal);
    ended = () => {
      // The trees that were read say nothing of what comes now (DSK101).
      for (const { changed } of reader.#watched.values()) changed();
      onEnd();
    };
    return reader;
  }

  watch(window: WindowId, pid: number, changed: () => void): void {
    this.#watched.set(window, { pid, changed, timer: null });
  }

  unwatch(window: WindowId): void {
    const known = this.#watched.get(window);
    this.#watched.delete(window);
    if (!known) return;
    if (known.timer) clearTimeout(known.timer);
    if ([...this.#watched.values()].some(({ pid }) => pid === known.pid)) return;
    const name = this.#names.get(known.pid);
    this.#names.delete(known.pid);
    if (name && this.#listening.delete(name)) void this.#bus.leave(ruleOf(name));
  }

  async tree(window: WindowId, place: WindowPlace, outer: WindowPlace): Promise<AccessibleTree | null> {
    const known = this.#watched.get(window);
    if (!known) return null;
    try {
      const name = await this.#nameOf(known.pid);
      if (name === null || !this.#watched.has(window)) return null;
      await this.#listen(name);
      return await readWindowTree(
        this.#until(performance.now() + READ_WITHIN),
        { name, path: ROOT },
        place,
        outer,
      );
    } catch (error) {
      // It hangs, has gone, or says what can't be read: it has no tree (DSK22).
      if (error instanceof DBusFault || error instanceof RangeError) return null;
      throw error;
    }
  }

  close(): void {
    for (const { timer } of this.#watched.values()) if (timer) clearTimeout(timer);
    this.#watched.clear();
    this.#bus.close();
  }

  #until(end: number): Bus {
    const late = () => Promise.reject(new DBusSilence('not read in time'));
    return { call: (call) => (performance.now() > end ? late() : this.#bus.call(call)) };
  }

  #heard({ sender }: DBusSignal): void {
    for (const known of this.#watched.values()) {
      if (this.#names.get(known.pid) !== sender || known.timer) continue;
      // At once for what waits on the old tree, and again when it has settled.
      known.changed();
      known.timer = setTimeout(() => {
        known.timer = null;
        known.changed();
      }, SETTLE);
    }
  }

  /** The bus says which process has which name; an application is not asked for it. */
  async #nameOf(pid: number): Promise<string | null> {
    const known = this.#names.get(pid);
    if (known) return known;
    const [children] = (await this.#bus.call({
      destination: REGISTRY,
      path: ROOT,
      interface: ACCESSIBLE,
      member: 'GetChildren',
    })) as [BusObject[]];
    for (const [name] of children ?? []) {
      const process = await this.#bus.processOf(name).catch(() => null);
      if (process !== pid) continue;
      this.#names.set(pid, name);
      return name;
    }
    return null;
  }

  async #listen(name: string): Promise<void> {
    if (this.#listening.has(name)) return;
    this.#listening.add(name);
    await this.#bus.hear(ruleOf(name));
    const call = { destination: REGISTRY, path: '/org/a11y/atspi/registry', interface: REGISTRY };
    for (const event of EVENTS) {
      await this.#bus
        .call({ ...call, member: 'RegisterEvent', signature: 'sass', body: [event, [], name] })
        // Older registries know no application in it.
        .catch(() => this.#bus.call({ ...call, member: 'RegisterEvent', signature: 's', body: [event] }))
        .catch(() => undefined);
    }
  }
}

function ruleOf(name: string): string {
  return `type='signal',sender='${name}',interface='org.a11y.atspi.Event.Object'`;
}
