import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { StateChange } from '@aboveboard/protocol/state';
import { ChromePage } from './chrome-page.ts';
import { type ChromeElement, type ChromeStep, chromeStep } from './chrome-step.ts';
import { closedText } from './closed-text.ts';
import { pynputName } from './dom-key.ts';
import { ForeignAddresses } from './foreign-address.ts';
import { IdentityFilter } from './identity-filter.ts';
import type { Importer, ImportItem } from './import-account.ts';
import { PynputKeyboard } from './pynput-keyboard.ts';
import { wholeObject } from './source-text.ts';

const FILE = 'flow.json';
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_STEPS = 20_000;
const MOST_TARGETS = 64;
/** A flow tells no times: steps stand so far apart that none runs into the next (IMP41). */
const STEP_TICKS = 1000;
const BETWEEN_CLICKS = 100;
/** A flow tells no places either: outside of every picture (IMP42). */
const NOWHERE = { x: -1, y: -1 };
/** The title that the recorder gives by itself is the time of the start. */
const OWN_TITLE = /^Recording \d/;

/**
 * A flow of the Chrome DevTools Recorder as it exports JSON (spec/dataset-formats.md, IMP40-IMP46). Read
 * whole, within 16 MiB.
 */
export const chromeRecorder: Importer = {
  format: 'chrome-recorder',
  tickMicroseconds: 1000,
  async *read(source, account) {
    const bytes = source.open(FILE);
    if (bytes === null) account.fault('IMP4', FILE, 'is missing');
    const flow = await wholeObject(FILE, bytes, account, MOST_BYTES);
    if (flow === null) return;
    const { title, steps } = flow;
    if (typeof title !== 'string') account.fault('IMP6', FILE, 'title is not a text');
    if (!Array.isArray(steps) || steps.length === 0) {
      account.fault('IMP4', FILE, 'holds no steps');
      return;
    }
    if (steps.length > MOST_STEPS) {
      account.fault('IMP5', FILE, `more than ${MOST_STEPS} steps`);
      return;
    }
    const filter = new IdentityFilter();
    if (typeof title === 'string' && !OWN_TITLE.test(title)) {
      account.task = filter.clear(title.toWellFormed()).slice(0, 4000).toWellFormed();
    }
    const flowing = new Flow(filter);
    for (const [index, one] of steps.entries()) {
      const at = `${FILE} step ${index + 1}`;
      const step = chromeStep(one, (message) => account.fault('IMP6', at, message));
      if (step === null) continue;
      if (step.kind === 'left-out') {
        account.reduce(step.rule);
        // It may have led somewhere nevertheless.
        yield* flowing.land(step);
      } else if (flowing.isTooMany(step)) {
        account.fault('IMP5', at, `more than ${MOST_TARGETS} targets`);
        return;
      } else {
        account.kept++;
        yield* flowing.take(step);
      }
    }
  },
};

/** The steps of a flow one after the other, as events and states of the surfaces that they name. */
class Flow {
  readonly #filter: IdentityFilter;
  readonly #addresses = new ForeignAddresses();
  /** A flow does not say which system it was made on. */
  readonly #keyboard = new PynputKeyboard(null);
  readonly #open = new Map<string, ChromePage>();
  #surfaces = 0;
  #front: ChromePage | null = null;
  #states = 0;
  #t = -STEP_TICKS;

  constructor(filter: IdentityFilter) {
    this.#filter = filter;
  }

  isTooMany({ target }: ChromeStep): boolean {
    return this.#surfaces >= MOST_TARGETS && !this.#open.has(target);
  }

  *take(step: ChromeStep): Iterable<ImportItem> {
    this.#t += STEP_TICKS;
    const page = yield* this.#bringToFront(step.target);
    yield* this.#act(step, page);
    yield* this.#arrive(step, page);
  }

  *land(step: ChromeStep): Iterable<ImportItem> {
    const page = this.#open.get(step.target);
    if (page) yield* this.#arrive(step, page);
  }

  *#bringToFront(target: string): Generator<ImportItem, ChromePage> {
    let page = this.#open.get(target);
    const t = this.#t;
    if (!page) {
      page = new ChromePage(this.#surfaces++, this.#filter);
      this.#open.set(target, page);
      const { surface } = page;
      yield { event: { kind: 'surface', t, surface, phase: 'open', type: 'tab' } };
    }
    if (page !== this.#front) {
      yield { event: { kind: 'focus', t, scope: 'surface', surface: page.surface } };
    }
    this.#front = page;
    return page;
  }

  *#act(step: ChromeStep, page: ChromePage): Iterable<ImportItem> {
    const { surface } = page;
    const t = this.#t;
    switch (step.kind) {
      case 'viewport': {
        const size = { width: onGrid(step.width), height: onGrid(step.height) };
        page.size = { width: Math.round(size.width), height: Math.round(size.height) };
        const window = { x: 0, y: 0, ...size };
        const { ratio } = step;
        const shape = { viewport: { ...size }, window, screen: { ...size }, ratio, zoom: 1 };
        yield { event: { kind: 'geometry', t, surface, ...shape } };
        return;
      }
      case 'navigate':
        yield* this.#navigate(step.url, page);
        return;
      case 'press': {
        const node = yield* this.#find(step.element, page);
        const { button, pointer } = step;
        // Both halves of a pair keep the step's own second.
        const held = Math.min(Math.round(step.ms), step.times === 2 ? BETWEEN_CLICKS / 2 : Infinity);
        for (let click = 0; click < step.times; click++) {
          const down = this.#t;
          const place = { ...NOWHERE, button, pointer, node };
          yield { event: { kind: 'down', t: down, ...place } };
          yield { event: { kind: 'up', t: down + held, ...place } };
          this.#t = down + Math.max(held, step.times === 2 ? BETWEEN_CLICKS : 0);
        }
        return;
      }
      case 'change': {
        const node = yield* this.#find(step.element, page);
        yield { event: { kind: 'text', t, node, value: closedText(step.value) } };
        return;
      }
      case 'key': {
        const name = pynputName(step.key);
        yield { event: step.down ? this.#keyboard.press(name, t) : this.#keyboard.release(name, t) };
        return;
      }
      case 'scroll': {
        if (step.element === null && page.root === 0) yield* this.#show(page.begin(), page);
        const node = step.element === null ? page.root : yield* this.#find(step.element, page);
        yield { event: { kind: 'scroll', t, surface, node, x: onGrid(step.x), y: onGrid(step.y) } };
        return;
      }
      case 'close':
        yield { event: { kind: 'surface', t, surface, phase: 'close', type: 'tab' } };
        this.#open.delete(step.target);
        this.#front = null;
    }
  }

  *#find(element: ChromeElement, page: ChromePage): Generator<ImportItem, number> {
    const { node, changes } = page.find(element);
    yield* this.#show(changes, page);
    return node;
  }

  *#arrive({ landed, target }: ChromeStep, page: ChromePage): Iterable<ImportItem> {
    if (!this.#open.has(target)) return;
    for (const url of landed) yield* this.#navigate(url, page);
  }

  *#navigate(url: string, page: ChromePage): Iterable<ImportItem> {
    const place = this.#addresses.place(url);
    const { surface } = page;
    yield { event: { kind: 'navigate', t: this.#t, surface, ...place, cause: 'load' } };
    yield* this.#show(page.begin(), page);
  }

  *#show(changes: readonly StateChange[], { surface }: ChromePage): Iterable<ImportItem> {
    if (changes.length === 0) return;
    const t = this.#t;
    for (const event of changes) yield { state: { t, surface, event } };
    this.#states += changes.length;
    const told: RecordedEvent = { kind: 'state', t, surface, index: this.#states - 1, settled: false };
    yield { event: told };
  }
}

function onGrid(value: number): number {
  return Math.round(value * 256) / 256 + 0;
}
