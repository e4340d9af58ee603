import type { RecordedEvent } from '@aboveboard/protocol/event';
import { RRWEB_META, type StateChange } from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import { closedText } from './closed-text.ts';
import { ForeignAddresses } from './foreign-address.ts';
import { IdentityFilter } from './identity-filter.ts';
import type { ImportAccount, ImportItem } from './import-account.ts';
import { ImportClock } from './import-clock.ts';
import { incrementalChange, metaChange, snapshotChange } from './rrweb-change.ts';
import { ForeignNodes, isId } from './rrweb-node.ts';

type Data = Record<string, unknown>;

/** What became of one item of the source. */
type Verdict = 'kept' | { reduced: string } | { fault: string; rule?: string };

/** A batch of pointer positions reaches back at most this far (rrweb: 500 ms), and so does what we hold. */
const HOLD_MS = 1000;
/** Nothing changed for so long: the page had settled. */
const SETTLE_MS = 500;
/** Mouse events that a touch brings about come within. */
const AFTER_TOUCH_MS = 1000;
const MOST_HELD = 100_000;
const FARTHEST = 100_000;

const EVENT_RULES: Readonly<Record<number, string>> = {
  0: 'page-load-mark',
  1: 'page-load-mark',
  5: 'custom',
  6: 'plugin',
  7: 'asset',
};
const SOURCE_RULES: Readonly<Record<number, string>> = {
  7: 'media',
  8: 'style-rules',
  9: 'canvas',
  10: 'font',
  11: 'console',
  13: 'style-rules',
  14: 'selection',
  15: 'style-rules',
  16: 'custom-element',
};
const INTERACTION_RULES: Readonly<Record<number, string>> = {
  2: 'click-told-by-press',
  3: 'menu-told-by-press',
  4: 'click-told-by-press',
  6: 'blur',
  8: 'touch-move-start',
  10: 'touch-cancel',
};

/** A page as rrweb tells of it: puts what happened in order of time, and says when states settled. */
export class ForeignPage {
  readonly #account: ImportAccount;
  readonly #secondary: ReadonlySet<number>;
  readonly #nodes = new ForeignNodes(new IdentityFilter());
  readonly #clock = new ImportClock(1000);
  readonly #addresses = new ForeignAddresses();
  #contradictions = 0;
  readonly #tree = new StateTree({ onFault: () => this.#contradictions++ });
  #held: { ms: number; order: number; item: ImportItem }[] = [];
  #order = 0;
  /** The latest time of any item. */
  #now: number | null = null;
  #states = 0;
  #changed: number | null = null;
  #presses = 0;
  #touched = Number.NEGATIVE_INFINITY;

  /** `secondary`: numbers, from 1, of mouse presses with the secondary button. */
  constructor(account: ImportAccount, secondary: ReadonlySet<number>) {
    this.#account = account;
    this.#secondary = secondary;
  }

  take(source: Data, at: string): void {
    const verdict = this.#event(source);
    if (verdict === 'kept') this.#account.kept++;
    else if ('reduced' in verdict) this.#account.reduce(verdict.reduced);
    else this.#account.fault(verdict.rule ?? 'IMP6', at, verdict.fault);
  }

  /** What nothing earlier can come before any more. */
  *release(): Iterable<ImportItem> {
    if (this.#now === null) return;
    this.#settle(this.#now);
    yield* this.#until(this.#held.length > MOST_HELD ? Number.POSITIVE_INFINITY : this.#now - HOLD_MS);
  }

  *end(): Iterable<ImportItem> {
    this.#settle(Number.POSITIVE_INFINITY);
    yield* this.#until(Number.POSITIVE_INFINITY);
  }

  *#until(ms: number): Iterable<ImportItem> {
    if (this.#held.every((held) => held.ms > ms)) return;
    this.#held.sort((a, b) => a.ms - b.ms || a.order - b.order);
    const later = this.#held.findIndex((held) => held.ms > ms);
    for (const held of this.#held.splice(0, later === -1 ? this.#held.length : later)) {
      const t = this.#clock.tick(held.ms, 'events.json', this.#account);
      if (t === null) continue;
      const gap = this.#clock.takeGap();
      if (gap) yield { event: gap };
      const { item } = held;
      if ('state' in item) yield { state: { ...item.state, t } };
      else yield { event: { ...item.event, t } };
    }
  }

  #event({ type, timestamp, data }: Data): Verdict {
    if (typeof timestamp !== 'number' || !(Math.abs(timestamp) < 1e15)) {
      return { fault: 'timestamp is not a number of milliseconds' };
    }
    if (typeof type !== 'number') return { fault: 'type is not a number' };
    if (this.#now === null) this.#begin(timestamp);
    this.#now = Math.max(this.#now ?? timestamp, timestamp);
    const rule = Object.hasOwn(EVENT_RULES, type) ? EVENT_RULES[type] : undefined;
    if (rule) return { reduced: rule };
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return { fault: 'data is not an object' };
    }
    switch (type) {
      case 2:
        return this.#change(timestamp, snapshotChange(data as Data, this.#nodes));
      case 3:
        return this.#incremental(data as Data, timestamp);
      case 4:
        return this.#meta(data as Data, timestamp);
      default:
        return { reduced: 'event-unknown' };
    }
  }

  #begin(ms: number): void {
    this.#add(ms, { kind: 'surface', t: 0, surface: 0, phase: 'open', type: 'tab' });
    this.#add(ms, { kind: 'focus', t: 0, scope: 'surface', surface: 0 });
  }

  #add(ms: number, event: RecordedEvent): void {
    this.#held.push({ ms, order: this.#order++, item: { event } });
  }

  #change(ms: number, change: StateChange | string): Verdict {
    if (typeof change === 'string') return { fault: change, rule: 'IMP31' };
    return this.#put(ms, change) ? 'kept' : { reduced: 'before-first-state' };
  }

  /**
   * What contradicts the page as it is (a node that is there already, a neighbour elsewhere) a player leaves
   * out; the recording holds the page that came of it instead (IMP35). False: there is no page yet.
   */
  #put(ms: number, change: StateChange): boolean {
    this.#settle(ms);
    const before = this.#contradictions;
    this.#tree.apply(change);
    const changes = this.#contradictions === before ? [change] : this.#tree.snapshot();
    if (changes.length === 0) return false;
    for (const event of changes) {
      this.#held.push({ ms, order: this.#order++, item: { state: { t: 0, surface: 0, event } } });
    }
    this.#states += changes.length;
    this.#add(ms, { kind: 'state', t: 0, surface: 0, index: this.#states - 1, settled: false });
    this.#changed = ms;
    return true;
  }

  /** Says that the page settled, once, when nothing has changed for long enough before `ms` (IMP36). */
  #settle(ms: number): void {
    if (this.#changed === null || ms - this.#changed < SETTLE_MS) return;
    const settled = Math.min(this.#changed + SETTLE_MS, Math.max(this.#now ?? 0, this.#changed));
    this.#add(settled, { kind: 'state', t: 0, surface: 0, index: this.#states - 1, settled: true });
    this.#changed = null;
  }

  #meta(data: Data, ms: number): Verdict {
    const change = metaChange(data);
    if (typeof change === 'string' || change.type !== RRWEB_META) {
      return { fault: 'the size of the page is not a size', rule: 'IMP31' };
    }
    const { origin, path } = this.#addresses.place(data['href']);
    this.#geometry(ms, change.data.width, change.data.height);
    this.#add(ms, { kind: 'navigate', t: 0, surface: 0, origin, path, cause: 'load' });
    this.#put(ms, change);
    return 'kept';
  }

  #geometry(ms: number, width: number, height: number): void {
    const size = { width: onGrid(width), height: onGrid(height) };
    this.#add(ms, {
      kind: 'geometry',
      t: 0,
      surface: 0,
      viewport: size,
      window: { x: 0, y: 0, ...size },
      screen: size,
      ratio: 1,
      zoom: 1,
    });
  }

  #incremental(data: Data, ms: number): Verdict {
    const { source } = data;
    if (typeof source !== 'number') return { fault: 'source is not a number' };
    const rule = Object.hasOwn(SOURCE_RULES, source) ? SOURCE_RULES[source] : undefined;
    if (rule) return { reduced: rule };
    switch (source) {
      case 1:
      case 6:
      case 12:
        return this.#moves(data, ms);
      case 2:
        return this.#interaction(data, ms);
      case 0:
        return this.#change(ms, incrementalChange(data, this.#nodes));
      case 3:
      case 4:
      case 5: {
        const change = incrementalChange(data, this.#nodes);
        if (typeof change === 'string') return { fault: change, rule: 'IMP31' };
        this.#put(ms, change);
        this.#beside(data, ms);
        return 'kept';
      }
      default:
        return { reduced: 'source-unknown' };
    }
  }

  /** What a change of scroll, size or value is as an event. The numbers were checked with the change. */
  #beside(data: Data, ms: number): void {
    if (data['source'] === 4) {
      this.#geometry(ms, data['width'] as number, data['height'] as number);
      return;
    }
    const node = data['id'] as number;
    if (data['source'] === 3) {
      const [x, y] = [onGrid(data['x'] as number), onGrid(data['y'] as number)];
      this.#add(ms, { kind: 'scroll', t: 0, surface: 0, node, x, y });
      return;
    }
    const text = data['text'] as string;
    const value = closedText(text);
    const content = this.#tree.node(node)?.content;
    const isList = content?.type === 2 && content.tagName.toLowerCase() === 'select';
    this.#add(ms, { kind: isList ? 'select' : 'text', t: 0, node, value });
  }

  #moves({ positions }: Data, ms: number): Verdict {
    if (!Array.isArray(positions)) return { fault: 'positions is not a list' };
    for (const position of positions as (Data | null)[]) {
      const { x, y, timeOffset } = position ?? {};
      if (!isPlace(x) || !isPlace(y) || typeof timeOffset !== 'number' || !(Math.abs(timeOffset) < 1e9)) {
        return { fault: 'a position is not a place and an offset in time' };
      }
      const when = ms + Math.min(0, Math.max(timeOffset, -HOLD_MS));
      this.#add(when, { kind: 'move', t: 0, x: onGrid(x), y: onGrid(y) });
    }
    return 'kept';
  }

  #interaction({ type, id, x, y, pointerType }: Data, ms: number): Verdict {
    if (!isId(id) || typeof type !== 'number') return { fault: 'an interaction has no id or type' };
    const rule = Object.hasOwn(INTERACTION_RULES, type) ? INTERACTION_RULES[type] : undefined;
    if (rule) return { reduced: rule };
    if (type === 5) {
      this.#add(ms, { kind: 'focus', t: 0, scope: 'element', surface: 0, node: id });
      return 'kept';
    }
    const isTouch = type === 7 || type === 9;
    if (!isTouch && type !== 0 && type !== 1) return { reduced: 'interaction-unknown' };
    if (!isPlace(x) || !isPlace(y)) return { fault: 'a press has no place' };
    if (type === 1) this.#presses++;
    if (isTouch) this.#touched = ms;
    else if (ms - this.#touched < AFTER_TOUCH_MS) return { reduced: 'mouse-after-touch' };
    this.#add(ms, {
      kind: type === 1 || type === 7 ? 'down' : 'up',
      t: 0,
      x: onGrid(x),
      y: onGrid(y),
      button: !isTouch && this.#secondary.has(this.#presses) ? 2 : 0,
      pointer: isTouch || pointerType === 2 ? 'touch' : pointerType === 1 ? 'pen' : 'mouse',
      node: id,
    });
    return 'kept';
  }
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= FARTHEST;
}

function onGrid(value: number): number {
  return Math.round(value * 256) / 256 + 0;
}
