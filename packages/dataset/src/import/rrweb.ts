import type { RecordedEvent } from '@aboveboard/protocol/event';
import { RRWEB_META, type StateChange } from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import { IdentityFilter } from './identity-filter.ts';
import { ImportAccount, type Importer, type ImportItem, type ImportSource } from './import-account.ts';
import { ImportClock } from './import-clock.ts';
import { incrementalChange, metaChange, snapshotChange } from './rrweb-change.ts';
import { ForeignNodes, isId } from './rrweb-node.ts';
import { elementsOf, objectOf } from './source-text.ts';

type Data = Record<string, unknown>;

/** A batch of pointer positions reaches back at most this far (rrweb: 500 ms), and so does what we hold. */
const HOLD_MS = 1000;
/** Nothing changed for so long: the page had settled. */
const SETTLE_MS = 500;
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

/**
 * rrweb events, as a JSON array or one a line (spec/dataset-formats.md, IMP30-IMP35). One tab, surface 0;
 * times are milliseconds.
 */
export const rrweb: Importer = {
  format: 'rrweb',
  tickMicroseconds: 1000,
  async *read(source, account) {
    const secondary = await secondaryPresses(source);
    const bytes = source.open('events.json');
    if (bytes === null) return account.fault('IMP4', 'events.json', 'is missing');
    const page = new Page(account, secondary);
    for await (const piece of elementsOf('events.json', bytes, account)) {
      const at = `events.json item ${piece.number}`;
      const event = objectOf(piece, at, account);
      if (event === null) continue;
      page.take(event, at);
      yield* page.release(false);
    }
    if (!page.began) account.fault('IMP4', 'events.json', 'holds no events');
    page.end();
    yield* page.release(true);
  },
};

type Held = { ms: number; order: number; item: ImportItem; change?: true };

/** Puts what happened in order of time, and says of states when they settled. */
class Page {
  began = false;
  readonly #account: ImportAccount;
  readonly #secondary: ReadonlySet<number>;
  readonly #nodes = new ForeignNodes(new IdentityFilter());
  readonly #clock = new ImportClock(1000);
  readonly #paths = new Map<string, string>();
  readonly #tree = new StateTree({ onFault: () => this.#contradictions++ });
  #contradictions = 0;
  #held: Held[] = [];
  #order = 0;
  #now = 0;
  #states = 0;
  #changed: number | null = null;
  #presses = 0;
  #touches = 0;

  constructor(account: ImportAccount, secondary: ReadonlySet<number>) {
    this.#account = account;
    this.#secondary = secondary;
  }

  take(source: Data, at: string): void {
    const { type, timestamp } = source;
    const data = source['data'];
    if (typeof timestamp !== 'number' || !(Math.abs(timestamp) < 1e15)) {
      return this.#account.fault('IMP6', at, 'timestamp is not a number of milliseconds');
    }
    if (typeof type !== 'number') return this.#account.fault('IMP6', at, 'type is not a number');
    if (!this.began) {
      this.#now = timestamp;
      this.#clock.tick(timestamp, at, this.#account);
      this.#add(timestamp, { kind: 'surface', t: 0, surface: 0, phase: 'open', type: 'tab' });
      this.#add(timestamp, { kind: 'focus', t: 0, scope: 'surface', surface: 0 });
      this.began = true;
    }
    this.#now = Math.max(this.#now, timestamp);
    const rule = Object.hasOwn(EVENT_RULES, type) ? EVENT_RULES[type] : undefined;
    if (rule) return this.#account.reduce(rule);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return this.#account.fault('IMP6', at, 'data is not an object');
    }
    if (type === 2) return this.#change(timestamp, snapshotChange(data as Data, this.#nodes), at);
    if (type === 3) return this.#incremental(data as Data, timestamp, at);
    if (type === 4) return this.#meta(data as Data, timestamp, at);
    this.#account.reduce('event-unknown');
  }

  end(): void {
    this.#settle(Number.POSITIVE_INFINITY);
  }

  *release(all: boolean): Iterable<ImportItem> {
    this.#settle(this.#now);
    const until = all || this.#held.length > MOST_HELD ? Number.POSITIVE_INFINITY : this.#now - HOLD_MS;
    if (this.#held.every((held) => held.ms > until)) return;
    this.#held.sort((a, b) => a.ms - b.ms || a.order - b.order);
    let count = 0;
    for (const { ms, item } of this.#held) {
      if (ms > until) break;
      count++;
      const t = this.#clock.tick(ms, 'events.json', this.#account);
      if (t === null) continue;
      const gap = this.#clock.takeGap();
      if (gap) yield { event: gap };
      if ('state' in item) yield { state: { ...item.state, t } };
      else yield { event: { ...item.event, t } };
    }
    this.#held.splice(0, count);
  }

  #add(ms: number, event: RecordedEvent): void {
    this.#held.push({ ms, order: this.#order++, item: { event } });
  }

  #change(ms: number, change: StateChange | string, at: string): void {
    if (typeof change === 'string') return this.#account.fault('IMP31', at, change);
    if (this.#put(ms, change)) this.#account.kept++;
    else this.#account.reduce('before-first-state');
  }

  /**
   * What contradicts the page as it is (a node that is there already, a neighbour elsewhere) a player leaves
   * out; the recording holds the page that came of it instead (IMP35).
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
    this.#states += changes.length - 1;
    this.#add(ms, { kind: 'state', t: 0, surface: 0, index: this.#states++, settled: false });
    this.#changed = ms;
    return true;
  }

  /** Says that the page settled, once, when nothing has changed for long enough before `ms`. */
  #settle(ms: number): void {
    if (this.#changed === null || ms - this.#changed < SETTLE_MS) return;
    const settled = Math.min(this.#changed + SETTLE_MS, Math.max(this.#now, this.#changed));
    this.#add(settled, { kind: 'state', t: 0, surface: 0, index: this.#states - 1, settled: true });
    this.#changed = null;
  }

  #meta(data: Data, ms: number, at: string): void {
    const change = metaChange(data);
    if (typeof change === 'string') return this.#account.fault('IMP31', at, change);
    if (change.type !== RRWEB_META) return;
    const { width, height } = change.data;
    const { origin, path } = this.#place(data['href']);
    this.#account.kept++;
    this.#geometry(ms, width, height);
    this.#add(ms, { kind: 'navigate', t: 0, surface: 0, origin, path, cause: 'load' });
    this.#put(ms, change);
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

  /** Of an address the origin stays, unless it names a machine; the path is numbered (IMP33). */
  #place(href: unknown): { origin: string; path: string } {
    const url = typeof href === 'string' ? URL.parse(href) : null;
    const web = url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
    if (!web) return { origin: 'page://foreign', path: '/' };
    const { hostname, pathname, search, hash } = url;
    const machine =
      !hostname.includes('.') ||
      hostname.startsWith('[') ||
      /\.(local|lan|home|internal)$|^[\d.]+$/i.test(hostname);
    const key = `${pathname}${search}${hash}`;
    const path = this.#paths.get(key) ?? `/p${this.#paths.size + 1}`;
    if (this.#paths.size < 10_000) this.#paths.set(key, path);
    return { origin: machine ? 'https://host.invalid' : url.origin, path };
  }

  #incremental(data: Data, ms: number, at: string): void {
    const source = data['source'];
    if (typeof source !== 'number') return this.#account.fault('IMP6', at, 'source is not a number');
    const rule = Object.hasOwn(SOURCE_RULES, source) ? SOURCE_RULES[source] : undefined;
    if (rule) return this.#account.reduce(rule);
    switch (source) {
      case 1:
      case 6:
      case 12:
        return this.#moves(data, ms, at);
      case 2:
        return this.#interaction(data, ms, at);
      case 0:
        return this.#change(ms, incrementalChange(data, this.#nodes), at);
      case 3:
      case 4:
      case 5: {
        const change = incrementalChange(data, this.#nodes);
        if (typeof change === 'string') return this.#account.fault('IMP31', at, change);
        this.#account.kept++;
        this.#put(ms, change);
        return this.#beside(data, ms);
      }
      default:
        return this.#account.reduce('source-unknown');
    }
  }

  /** What a change of scroll, size or value is as an event. The numbers were checked with the change. */
  #beside(data: Data, ms: number): void {
    const id = data['id'] as number;
    if (data['source'] === 4) this.#geometry(ms, data['width'] as number, data['height'] as number);
    else if (data['source'] === 3) {
      const [x, y] = [onGrid(data['x'] as number), onGrid(data['y'] as number)];
      this.#add(ms, { kind: 'scroll', t: 0, surface: 0, node: id, x, y });
    } else {
      const text = data['text'] as string;
      const length = textBucket(text.length);
      const script = /^\d+$/.test(text)
        ? 'digits'
        : /^[\p{Script=Latin}\p{P}\p{Z}\d]*$/u.test(text)
          ? 'latin'
          : 'other';
      this.#add(ms, { kind: 'text', t: 0, node: id, value: { open: false, length, script } });
    }
  }

  #moves(data: Data, ms: number, at: string): void {
    const { positions } = data;
    if (!Array.isArray(positions)) return this.#account.fault('IMP6', at, 'positions is not a list');
    for (const position of positions as Data[]) {
      const { x, y, timeOffset } = position ?? {};
      if (!isPlace(x) || !isPlace(y) || typeof timeOffset !== 'number' || !(Math.abs(timeOffset) < 1e9)) {
        return this.#account.fault('IMP6', at, 'a position is not a place and an offset in time');
      }
      const when = ms + Math.min(0, Math.max(timeOffset, -HOLD_MS));
      this.#add(when, { kind: 'move', t: 0, x: onGrid(x), y: onGrid(y) });
    }
    this.#account.kept++;
  }

  #interaction(data: Data, ms: number, at: string): void {
    const { type, id, x, y, pointerType } = data;
    if (!isId(id) || typeof type !== 'number')
      return this.#account.fault('IMP6', at, 'an interaction has no id or type');
    const rule = {
      2: 'click-told-by-press',
      3: 'menu-told-by-press',
      4: 'click-told-by-press',
      6: 'blur',
      8: 'touch-move-start',
      10: 'touch-cancel',
    }[type];
    if (rule) return this.#account.reduce(rule);
    if (type === 5) {
      this.#account.kept++;
      return this.#add(ms, { kind: 'focus', t: 0, scope: 'element', surface: 0, node: id });
    }
    const down = type === 1 || type === 7;
    if (!down && type !== 0 && type !== 9) return this.#account.reduce('interaction-unknown');
    if (!isPlace(x) || !isPlace(y)) return this.#account.fault('IMP6', at, 'a press has no place');
    const touch = type === 7 || type === 9 || pointerType === 2;
    // A touch makes mouse events after it; the touch is what happened.
    if (touch && type >= 7) this.#touches = ms;
    else if (ms - this.#touches < 1000) return this.#account.reduce('mouse-after-touch');
    if (type === 1) this.#presses++;
    const button = type < 7 && this.#secondary.has(this.#presses) ? 2 : 0;
    this.#account.kept++;
    this.#add(ms, {
      kind: down ? 'down' : 'up',
      t: 0,
      x: onGrid(x),
      y: onGrid(y),
      button,
      pointer: touch ? 'touch' : pointerType === 1 ? 'pen' : 'mouse',
      node: id,
    });
  }
}

/**
 * rrweb does not say which button was pressed; a context menu that follows tells the secondary one (IMP34).
 * Gives the numbers, from 1, of such mouse presses.
 */
async function secondaryPresses(source: ImportSource): Promise<Set<number>> {
  const secondary = new Set<number>();
  const bytes = source.open('events.json');
  if (bytes === null) return secondary;
  let presses = 0;
  // Faults are told by the pass that follows.
  const silent = new ImportAccount();
  for await (const piece of elementsOf('events.json', bytes, silent)) {
    if (piece.text === null || !/"source"\s*:\s*2[,}\s]/.test(piece.text)) continue;
    const data = objectOf(piece, '', silent)?.['data'] as Data | undefined;
    if (data?.['source'] !== 2) continue;
    if (data['type'] === 1) presses++;
    else if (data['type'] === 3 && secondary.size < 1_000_000) secondary.add(presses);
  }
  return secondary;
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= FARTHEST;
}

function onGrid(value: number): number {
  return Math.round(value * 256) / 256 + 0;
}
