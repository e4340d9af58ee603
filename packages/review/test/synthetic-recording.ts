import type { RecordedEvent } from '@aboveboard/protocol/event';
import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  type SerializedNode,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_SCROLL,
  type StateChange,
  type StateItem,
} from '@aboveboard/protocol/state';
import type { ReviewAction } from '../src/review-action.ts';

/**
 * A made-up recording of somebody working in an expense list, for tests and benchmarks: the same seed gives
 * the same items. Ticks are milliseconds. Everything in it is filler or an interface word.
 */
export type SyntheticOptions = {
  seed: number;
  minutes: number;
  surfaces: number;
  /** Rows of the table that every page shows. */
  rows: number;
  /** Pointer positions a second. */
  pointerHz: number;
  /** Share of the steps that load a whole page; an application in one page seldom does. */
  loads: number;
};

export const SHORT: SyntheticOptions = {
  seed: 1,
  minutes: 1.5,
  surfaces: 2,
  rows: 30,
  pointerHz: 60,
  loads: 0.06,
};
export const ONE_HOUR: SyntheticOptions = {
  seed: 7,
  minutes: 60,
  surfaces: 3,
  rows: 200,
  pointerHz: 125,
  loads: 0.005,
};

export type Synthetic =
  | { of: 'event'; event: RecordedEvent }
  | { of: 'state'; item: StateItem }
  | { of: 'action'; action: ReviewAction };

const VIEW = { width: 1280, height: 800 };

/** In order of time; a state comes before the event that speaks of it. */
export function* synthetic(options: SyntheticOptions): Generator<Synthetic> {
  const random = seeded(options.seed);
  const pages: Page[] = [];
  let t = 0;
  let stateIndex = 0;
  let actionIndex = 0;
  let at = { x: 200, y: 200 };
  const event = (e: RecordedEvent): Synthetic => ({ of: 'event', event: e });
  function* change(page: Page, changes: StateChange[]): Generator<Synthetic> {
    for (const one of changes) {
      yield { of: 'state', item: { t, surface: page.surface, event: one } };
      yield event({ kind: 'state', t, surface: page.surface, index: stateIndex++, settled: false });
    }
  }
  function* moveTo(x: number, y: number, milliseconds: number): Generator<Synthetic> {
    const step = 1000 / options.pointerHz;
    const from = at;
    const steps = Math.max(1, Math.floor(milliseconds / step));
    for (let i = 1; i <= steps; i += 1) {
      const s = i / steps;
      const eased = s * s * (3 - 2 * s);
      t += Math.floor(i * step) - Math.floor((i - 1) * step);
      at = {
        x: Math.round((from.x + (x - from.x) * eased + Math.sin(s * 9) * 6) * 4) / 4,
        y: Math.round((from.y + (y - from.y) * eased) * 4) / 4,
      };
      yield event({ kind: 'move', t, ...at });
    }
  }

  yield event({ kind: 'task', t, phase: 'start', text: 'File the expenses of the trip' });
  for (let surface = 0; surface < options.surfaces; surface += 1) {
    const page = new Page(surface, options.rows, random);
    pages.push(page);
    yield event({ kind: 'surface', t, surface, phase: 'open', type: 'tab' });
    yield event(geometry(t, surface));
    yield event({
      kind: 'navigate',
      t,
      surface,
      origin: `https://app${surface}.example`,
      path: '/p1',
      cause: 'load',
    });
    if (surface === 0) yield* change(page, page.load());
  }
  yield event({ kind: 'focus', t, scope: 'surface', surface: 0 });

  const end = options.minutes * 60_000;
  let front = pages[0] as Page;
  while (t < end - 8_000) {
    const choice = random();
    const begin = t;
    const x = 40 + random() * 1100;
    const y = 60 + random() * 600;
    const act = (kind: ReviewAction['kind'], label: string, node?: number): Synthetic => ({
      of: 'action',
      action: {
        index: actionIndex++,
        kind,
        from: begin,
        to: t,
        surface: front.surface,
        x: at.x,
        y: at.y,
        label,
        ...(node === undefined ? {} : { node }),
      },
    });
    yield* moveTo(x, y, 400 + random() * 800);
    if (choice < 0.08 && pages.length > 1) {
      front = pages[Math.floor(random() * pages.length)] as Page;
      yield event({ kind: 'focus', t, scope: 'surface', surface: front.surface });
      if (!front.loaded) yield* change(front, front.load());
      yield act('other', 'Switch to another tab');
    } else if (choice < 0.08 + options.loads) {
      t += 120;
      yield event({
        kind: 'navigate',
        t,
        surface: front.surface,
        origin: `https://app${front.surface}.example`,
        path: `/p${Math.floor(random() * 9) + 1}`,
        cause: 'history',
      });
      yield* change(front, front.load());
      yield act('navigate', 'Open another page');
    } else if (choice < 0.4) {
      const node = front.field;
      yield event({ kind: 'focus', t, scope: 'element', surface: front.surface, node });
      for (let i = 0; i < 8; i += 1) {
        t += 90 + Math.floor(random() * 90);
        yield event({ kind: 'keydown', t, key: 'printable' });
        yield* change(front, front.typed());
        t += 40;
        yield event({ kind: 'keyup', t, key: 'printable' });
      }
      yield event({ kind: 'text', t, node, value: { open: false, length: 16, script: 'latin' } });
      yield act('type', 'Type into “Amount”', node);
    } else if (choice < 0.55) {
      for (let i = 0; i < 6; i += 1) {
        t += 60;
        yield event({ kind: 'wheel', t, ...at, dx: 0, dy: 60, mode: 'pixel' });
        yield* change(front, front.scrolled(60));
      }
      yield act('scroll', 'Scroll the list');
    } else {
      const node = front.someRow();
      yield event({ kind: 'down', t, ...at, button: 0, pointer: 'mouse', node });
      t += 80;
      yield event({ kind: 'up', t, ...at, button: 0, pointer: 'mouse', node });
      for (let i = 0; i < 10; i += 1) {
        t += 16;
        yield* change(front, front.reacted());
      }
      yield act('click', 'Click “Save”', node);
    }
    t += 300 + Math.floor(random() * 900);
    if (random() < 0.04) {
      const until = t + 12_000;
      yield event({ kind: 'gap', t, until, reason: 'not-allowed' });
      t = until;
    } else if (random() < 0.02) {
      yield event({ kind: 'pause', t, cause: 'contributor' });
      t += 15_000;
      yield event({ kind: 'resume', t });
    }
  }
  yield event({ kind: 'mask', t, rule: 'text.not-shipped', count: options.rows });
  yield event({ kind: 'mask', t, rule: 'value.closed', count: 3 });
  yield event({ kind: 'task', t, phase: 'end' });
}

function geometry(t: number, surface: number): RecordedEvent {
  return {
    kind: 'geometry',
    t,
    surface,
    viewport: VIEW,
    window: { x: 0, y: 0, width: 1280, height: 900 },
    screen: { width: 1920, height: 1080 },
    ratio: 1,
    zoom: 1,
  };
}

class Page {
  readonly surface: number;
  readonly #rows: number;
  readonly #random: () => number;
  #next = 1;
  #shown: { row: number; text: number }[] = [];
  #body = 0;
  #scroll = 0;
  #typed = 0;
  #status = 0;
  field = 0;
  loaded = false;

  constructor(surface: number, rows: number, random: () => number) {
    this.surface = surface;
    this.#rows = rows;
    this.#random = random;
  }

  load(): StateChange[] {
    this.loaded = true;
    this.#shown = [];
    this.#scroll = 0;
    this.#typed = 0;
    const style = this.#element('style', {}, [this.#text(SHEET)]);
    const head = this.#element('head', {}, [this.#element('meta', { charset: 'utf-8' }), style]);
    const input = this.#element('input', { type: 'text', class: 'c-field', rr_width: '220px' });
    this.field = input.id;
    const status = this.#text('xxxx xxxx');
    this.#status = status.id;
    const rows = Array.from({ length: this.#rows }, () => this.#row());
    const tbody = this.#element('tbody', {}, rows);
    this.#body = tbody.id;
    const main = this.#element('main', { class: 'c-main' }, [
      this.#element('h1', {}, [this.#text(`Expenses ${this.surface}`)]),
      this.#element('p', { class: 'c-status' }, [status]),
      this.#element('form', { class: 'c-form' }, [
        this.#element('label', {}, [this.#text('Amount'), input]),
        this.#element('button', { type: 'button', class: 'c-button' }, [this.#text('Save')]),
      ]),
      this.#element('div', { class: 'c-scroll' }, [this.#element('table', { class: 'c-table' }, [tbody])]),
    ]);
    const nav = this.#element(
      'nav',
      { class: 'c-nav' },
      ['Home', 'Expenses', 'Reports', 'Help'].map((word) =>
        this.#element('a', { href: '/p1', class: 'c-link' }, [this.#text(word)]),
      ),
    );
    const html = this.#element('html', { lang: 'en' }, [head, this.#element('body', {}, [nav, main])]);
    const doctype: SerializedNode = { type: 1, id: this.#next++, name: 'html', publicId: '', systemId: '' };
    const node: SerializedNode = { type: 0, id: this.#next++, childNodes: [doctype, html] };
    return [
      { type: RRWEB_META, data: { href: `https://app${this.surface}.example/p1`, ...VIEW } },
      { type: RRWEB_FULL_SNAPSHOT, data: { node, initialOffset: { top: 0, left: 0 } } },
    ];
  }

  typed(): StateChange[] {
    this.#typed += 1;
    const text = 'x'.repeat(this.#typed % 16);
    return [
      {
        type: RRWEB_INCREMENTAL,
        data: { source: SOURCE_INPUT, id: this.field, text, isChecked: false },
      },
    ];
  }

  scrolled(by: number): StateChange[] {
    this.#scroll = Math.min(this.#scroll + by, this.#rows * 20);
    // The scroller is the table's parent's parent; the document itself stands in for it here.
    return [
      { type: RRWEB_INCREMENTAL, data: { source: SOURCE_SCROLL, id: this.#body, x: 0, y: this.#scroll } },
    ];
  }

  someRow(): number {
    return this.#shown[Math.floor(this.#random() * this.#shown.length)]?.row ?? this.field;
  }

  reacted(): StateChange[] {
    const shown = this.#shown[Math.floor(this.#random() * this.#shown.length)];
    const choice = this.#random();
    if (!shown) return [];
    const data = { source: SOURCE_MUTATION, texts: [], attributes: [], removes: [], adds: [] } as const;
    if (choice < 0.3) {
      const texts = [
        { id: shown.text, value: 'xxxx '.repeat(1 + Math.floor(this.#random() * 4)) },
        { id: this.#status, value: `xxxx ${'x'.repeat(Math.floor(this.#random() * 8))}` },
      ];
      return [{ type: RRWEB_INCREMENTAL, data: { ...data, texts, attributes: [], removes: [], adds: [] } }];
    }
    if (choice < 0.6) {
      const attributes = [
        { id: shown.row, attributes: { class: this.#random() < 0.5 ? 'c-row c-on' : 'c-row' } },
      ];
      return [{ type: RRWEB_INCREMENTAL, data: { ...data, attributes, texts: [], removes: [], adds: [] } }];
    }
    // A row goes and another comes in its place.
    const index = this.#shown.indexOf(shown);
    const next = this.#shown[index + 1]?.row ?? null;
    const before = this.#shown.length;
    const node = this.#row();
    const added = this.#shown.splice(before, 1)[0];
    if (added) this.#shown.splice(index, 1, added);
    return [
      {
        type: RRWEB_INCREMENTAL,
        data: {
          ...data,
          texts: [],
          attributes: [],
          removes: [{ parentId: this.#body, id: shown.row }],
          adds: flat(this.#body, next, node),
        },
      },
    ];
  }

  #row(): SerializedNode {
    const text = this.#text('xxxx xxxx');
    const cells = [text, ...['xxxx', 'xxxxxxxx', 'xxxx', 'Open'].map((t) => this.#text(t))].map((t) =>
      this.#element('td', { class: 'c-cell' }, [t]),
    );
    const row = this.#element('tr', { class: 'c-row' }, cells);
    this.#shown.push({ row: row.id, text: text.id });
    return row;
  }

  #element(tagName: string, attributes: Record<string, string>, childNodes: SerializedNode[] = []) {
    return { type: 2, id: this.#next++, tagName, attributes, childNodes } satisfies SerializedNode;
  }

  #text(textContent: string) {
    return { type: 3, id: this.#next++, textContent } satisfies SerializedNode;
  }
}

/** As a recorder writes an addition: one entry a node, parents first, later siblings first. */
function flat(
  parentId: number,
  nextId: number | null,
  node: SerializedNode,
): { parentId: number; nextId: number | null; node: SerializedNode }[] {
  const children = 'childNodes' in node ? node.childNodes : [];
  const alone = 'childNodes' in node ? { ...node, childNodes: [] } : node;
  const list = [{ parentId, nextId, node: alone as SerializedNode }];
  let next: number | null = null;
  for (const child of [...children].reverse()) {
    list.push(...flat(node.id, next, child));
    next = child.id;
  }
  return list;
}

const SHEET = [
  'body { margin: 0; font: 16px/1.5 sans-serif; display: grid; grid-template-columns: 200px 1fr; }',
  '.c-nav { background: #eef1f4; padding: 16px; display: grid; gap: 8px; align-content: start; }',
  '.c-link { color: #124a7a; } .c-link:hover { background: #cfe0ee; }',
  '.c-main { padding: 16px 24px; } .c-form { display: flex; gap: 12px; margin-bottom: 12px; }',
  '.c-field { padding: 8px; } .c-button { padding: 8px 16px; background: #124a7a; color: #fff; border: 0; }',
  '.c-scroll { height: 560px; overflow: auto; border: 1px solid #ccd; }',
  '.c-table { border-collapse: collapse; width: 100%; } .c-cell { border-bottom: 1px solid #dde; padding: 6px; }',
  '.c-on { background: #fff3cf; }',
  ...Array.from(
    { length: 300 },
    (_, i) => `.u-${i} { margin: ${i % 9}px; padding: ${i % 5}px; color: #12${(i % 90) + 10}56; }`,
  ),
].join('\n');

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}
