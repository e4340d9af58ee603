import fc from 'fast-check';
import { GAP_REASONS, KEY_NAMES, type RecordedEvent } from '../src/event.ts';
import { TEXT_BUCKETS } from '../src/text-bucket.ts';

/** Any legal list of events (REC20-REC36), with the shapes that real ones have: runs of moves, some others. */
const units = (most: number, least = -most) =>
  fc.integer({ min: least * 256, max: most * 256 }).map((n) => n / 256 + 0);
const place = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3000, max: 5000 }) },
  { weight: 2, arbitrary: units(4000) },
  { weight: 1, arbitrary: units(4_194_304) },
);
const id = fc.oneof(
  { weight: 9, arbitrary: fc.nat(5000) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 48 }) },
);
const text = fc.string({ unit: 'binary', maxLength: 40 });
const size = fc.record({ width: units(2 ** 20, 0), height: units(2 ** 20, 0) });
const factor = fc.double({ min: 0.01, max: 64, noNaN: true });
const t = fc.constant(0);

const keyed = fc.oneof(
  fc.record({ key: fc.constantFrom('printable' as const, 'space' as const) }),
  ...(['delete', 'navigation', 'modifier'] as const).map((key) =>
    fc.record({ key: fc.constant(key), name: fc.constantFrom(...KEY_NAMES[key]) }, { requiredKeys: ['key'] }),
  ),
  fc.record(
    {
      key: fc.constant('shortcut' as const),
      name: fc
        .tuple(
          fc
            .subarray(['ctrl', 'alt', 'shift', 'meta'])
            .filter((held) => held.some((name) => name !== 'shift')),
          fc.constantFrom('a', 's', '+', 'é', '1', 'Enter', 'F5', 'Space'),
        )
        .map(([held, key]) => [...held, key].join('+')),
    },
    { requiredKeys: ['key'] },
  ),
);

const value = fc.oneof(
  fc.record({ open: fc.constant(true as const), text }),
  fc.record({
    open: fc.constant(false as const),
    length: fc.constantFrom(...TEXT_BUCKETS),
    script: fc.constantFrom('latin' as const, 'digits' as const, 'other' as const),
  }),
);

const kinds: Record<RecordedEvent['kind'], fc.Arbitrary<RecordedEvent>> = {
  move: fc.record({ kind: fc.constant('move'), t, x: place, y: place }),
  down: pressed('down'),
  up: pressed('up'),
  wheel: fc.record({
    kind: fc.constant('wheel'),
    t,
    x: place,
    y: place,
    dx: place,
    dy: place,
    mode: fc.constantFrom('pixel', 'line', 'page'),
  }),
  keydown: key('keydown'),
  keyup: key('keyup'),
  text: fc.record(
    { kind: fc.constant('text'), t, node: id, value },
    { requiredKeys: ['kind', 't', 'value'] },
  ),
  select: fc.record(
    { kind: fc.constant('select'), t, node: id, option: id, value },
    { requiredKeys: ['kind', 't', 'value'] },
  ),
  focus: fc.record(
    {
      kind: fc.constant('focus'),
      t,
      scope: fc.constantFrom('window', 'surface', 'element'),
      surface: id,
      node: id,
    },
    { requiredKeys: ['kind', 't', 'scope', 'surface'] },
  ),
  navigate: fc.record({
    kind: fc.constant('navigate'),
    t,
    surface: id,
    origin: fc.constantFrom('https://books.example', 'http://localhost:8080', 'file://'),
    path: text.map((rest) => `/${rest}`),
    cause: fc.constantFrom('load', 'history', 'hash'),
  }),
  scroll: fc.record({
    kind: fc.constant('scroll'),
    t,
    surface: id,
    node: id,
    x: units(2 ** 26),
    y: units(2 ** 26),
  }),
  geometry: fc.record({
    kind: fc.constant('geometry'),
    t,
    surface: id,
    viewport: size,
    window: fc.record({
      x: units(2 ** 20),
      y: units(2 ** 20),
      width: units(2 ** 20, 0),
      height: units(2 ** 20, 0),
    }),
    screen: size,
    ratio: factor,
    zoom: factor,
  }),
  surface: fc.record({
    kind: fc.constant('surface'),
    t,
    surface: id,
    phase: fc.constantFrom('open', 'close'),
    type: fc.constantFrom('tab', 'popup', 'window', 'display'),
  }),
  state: fc.record({ kind: fc.constant('state'), t, surface: id, index: id, settled: fc.boolean() }),
  frame: fc.record({ kind: fc.constant('frame'), t, surface: id, index: id }),
  pause: fc.record({
    kind: fc.constant('pause'),
    t,
    cause: fc.constantFrom('contributor', 'gate', 'budget', 'lock'),
  }),
  resume: fc.record({ kind: fc.constant('resume'), t }),
  task: fc.record(
    { kind: fc.constant('task'), t, phase: fc.constantFrom('start', 'subgoal', 'end'), text },
    { requiredKeys: ['kind', 't', 'phase'] },
  ),
  mask: fc.record({
    kind: fc.constant('mask'),
    t,
    rule: fc.constantFrom('text.not-shipped', 'a'),
    count: id,
  }),
  gap: fc.record({
    kind: fc.constant('gap'),
    t,
    until: fc.nat(1000),
    reason: fc.constantFrom(...GAP_REASONS),
  }),
} as Record<RecordedEvent['kind'], fc.Arbitrary<RecordedEvent>>;

function pressed(kind: 'down' | 'up'): fc.Arbitrary<RecordedEvent> {
  return fc.record(
    {
      kind: fc.constant(kind),
      t,
      x: place,
      y: place,
      button: fc.integer({ min: 0, max: 31 }),
      pointer: fc.constantFrom('mouse' as const, 'pen' as const, 'touch' as const),
      node: id,
    },
    { requiredKeys: ['kind', 't', 'x', 'y', 'button', 'pointer'] },
  ) as fc.Arbitrary<RecordedEvent>;
}

function key(kind: 'keydown' | 'keyup'): fc.Arbitrary<RecordedEvent> {
  return fc
    .tuple(keyed, fc.boolean())
    .map(([rest, repeat]) => ({ kind, t: 0, ...rest, ...(repeat ? { repeat } : {}) }) as RecordedEvent);
}

const anyEvent = fc.oneof(
  { weight: 20, arbitrary: kinds.move },
  ...Object.values(kinds).map((arbitrary) => ({ weight: 1, arbitrary })),
);
const step = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 75, max: 85 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(1_000_000) },
);

export function eventList(maxLength = 120): fc.Arbitrary<RecordedEvent[]> {
  return fc.array(fc.tuple(anyEvent, step), { maxLength }).map((pairs) => {
    let now = 0;
    return pairs.map(([event, gap]) => {
      now += gap;
      return event.kind === 'gap' ? { ...event, t: now, until: now + event.until } : { ...event, t: now };
    });
  });
}
