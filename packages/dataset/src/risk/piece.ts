import { REST, STROKE, STROKE_WIDTH, type Strokes } from './stroke.ts';

/** A stretch of a task that one example is made of, and what an attacker knows of it. */
export type Piece = { person: number; features: Float32Array };

/** A column, cut into `bins` equal parts from `low` to `high`. */
type Cut = { column: number; low: number; high: number; bins: number; of: 'all' | 'actions' };

const MOTION: readonly Cut[] = [
  { column: STROKE.duration, low: 4, high: 12, bins: 10, of: 'all' },
  { column: STROKE.straight, low: 0.3, high: 1, bins: 7, of: 'all' },
  { column: STROKE.peak, low: 6, high: 14, bins: 10, of: 'all' },
  { column: STROKE.speed, low: 5, high: 12, bins: 10, of: 'all' },
  { column: STROKE.peakAt, low: 0, high: 1, bins: 5, of: 'all' },
  { column: STROKE.turn, low: 0, high: 1.6, bins: 8, of: 'all' },
  { column: STROKE.hold, low: 4, high: 10, bins: 12, of: 'actions' },
  { column: STROKE.gap, low: 2, high: 14, bins: 12, of: 'all' },
  { column: STROKE.step, low: 2, high: 9, bins: 14, of: 'all' },
  { column: STROKE.dwell, low: 0, high: 12, bins: 12, of: 'actions' },
];
const PLACE: readonly Cut[] = [
  { column: STROKE.length, low: 2, high: 11, bins: 9, of: 'all' },
  { column: STROKE.length, low: 2, high: 11, bins: 9, of: 'actions' },
  { column: STROKE.angle, low: -Math.PI, high: Math.PI, bins: 8, of: 'all' },
  { column: STROKE.x1, low: 0, high: 1920, bins: 20, of: 'actions' },
  { column: STROKE.y1, low: 0, high: 1152, bins: 12, of: 'actions' },
  { column: STROKE.inX, low: 0, high: 48, bins: 6, of: 'actions' },
  { column: STROKE.inY, low: 0, high: 48, bins: 6, of: 'actions' },
  { column: STROKE.turns, low: 1, high: 6, bins: 6, of: 'actions' },
  { column: STROKE.dragged, low: 0, high: 10, bins: 8, of: 'actions' },
];
const CUTS = [...MOTION, ...PLACE];
const KINDS = 4;
const LENGTHS = 3;
const DIRECTIONS = 8;
const COARSE = { columns: 12, rows: 7, px: 160 };
const CELLS = 192;
const PAIRS = 96;
const TOKENS = 96;
const EXTENTS = 6;

const AT = (() => {
  let at = CUTS.reduce((sum, { bins }) => sum + bins, 0);
  const block = (size: number) => {
    const from = at;
    at += size;
    return from;
  };
  return {
    kinds: block(KINDS),
    follows: block(KINDS * KINDS),
    ways: block(LENGTHS * DIRECTIONS),
    waysOfActions: block(LENGTHS * DIRECTIONS),
    coarse: block(COARSE.columns * COARSE.rows),
    rests: block(COARSE.columns * COARSE.rows),
    cells: block(CELLS),
    pairs: block(PAIRS),
    tokens: block(TOKENS),
    extents: block(EXTENTS),
    width: at,
  };
})();

export const FEATURES = AT.width;

/** What is known of the strokes from `from` to before `to`: shares of each channel, square roots taken. */
export function featuresOf(
  { rows }: Strokes,
  from: number,
  to: number,
  tokens: readonly string[] = [],
): Float32Array {
  const f = new Float32Array(FEATURES);
  let before = -1;
  let place = -1;
  let [right, bottom, actions] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const row = rows.subarray(i * STROKE_WIDTH, (i + 1) * STROKE_WIDTH);
    const kind = row[STROKE.kind] as number;
    const acts = kind !== REST;
    let at = 0;
    for (const { column, low, high, bins, of } of CUTS) {
      if (of === 'all' || acts) add(f, at + bin(row[column] as number, low, high, bins));
      at += bins;
    }
    add(f, AT.kinds + kind);
    if (before >= 0) add(f, AT.follows + before * KINDS + kind);
    before = kind;
    const way = wayOf(row);
    const [x, y] = [row[STROKE.x1] as number, row[STROKE.y1] as number];
    add(f, AT.ways + way);
    add(f, (acts ? AT.coarse : AT.rests) + coarseOf(x, y));
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
    if (!acts) continue;
    actions++;
    add(f, AT.waysOfActions + way);
    const cell = cellOf(x, y);
    add(f, AT.cells + (scatter(cell * 4 + kind) % CELLS));
    if (place >= 0) add(f, AT.pairs + (scatter(place * 65_537 + coarseOf(x, y)) % PAIRS));
    place = coarseOf(x, y);
  }
  for (const token of tokens) add(f, AT.tokens + (tokenHash(token) % TOKENS));
  let at = 0;
  for (const { bins } of CUTS) {
    shares(f, at, bins);
    at += bins;
  }
  const blocks = Object.values(AT);
  for (let b = 0; b + 2 < blocks.length; b++) {
    shares(f, blocks[b] as number, (blocks[b + 1] as number) - (blocks[b] as number));
  }
  const extents = [
    right / 2000,
    bottom / 1200,
    actions / Math.max(1, to - from),
    Math.log2(1 + to - from) / 8,
  ];
  f.set(extents, AT.extents);
  return f;
}

/** Three lengths by eight directions. */
export function wayOf(row: Float32Array): number {
  const length = row[STROKE.length] as number;
  const direction = bin(row[STROKE.angle] as number, -Math.PI, Math.PI, DIRECTIONS);
  return (length < 6.5 ? 0 : length < 8.5 ? 1 : 2) * DIRECTIONS + direction;
}

/** Number of the 48-px square. */
export function cellOf(x: number, y: number): number {
  return Math.max(0, Math.floor(y / 48)) * 256 + Math.max(0, Math.floor(x / 48));
}

export function coarseOf(x: number, y: number): number {
  const column = Math.max(0, Math.min(COARSE.columns - 1, Math.floor(x / COARSE.px)));
  const row = Math.max(0, Math.min(COARSE.rows - 1, Math.floor(y / COARSE.px)));
  return row * COARSE.columns + column;
}

export function bin(value: number, low: number, high: number, bins: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)));
}

export function tokenHash(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return scatter(hash);
}

/** So that neighbours do not fall together. */
export function scatter(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

function add(f: Float32Array, at: number): void {
  f[at] = (f[at] as number) + 1;
}

function shares(f: Float32Array, from: number, size: number): void {
  let sum = 0;
  for (let i = from; i < from + size; i++) sum += f[i] as number;
  if (sum > 0) for (let i = from; i < from + size; i++) f[i] = Math.sqrt((f[i] as number) / sum);
}
