import { DOWN, MOVE, type PointerTrack, UP } from '@aboveboard/redact/movement/pointer-sample';

/** What a stroke ends with: it rests, it presses and lets go, it drags, it scrolls. */
export const REST = 0;
export const CLICK = 1;
export const DRAG = 2;
export const SCROLL = 3;

/** The columns of a stroke. Times and lengths are logarithms to the base 2 of one more than they are. */
export const STROKE = {
  kind: 0,
  x0: 1,
  y0: 2,
  x1: 3,
  y1: 4,
  length: 5,
  angle: 6,
  duration: 7,
  straight: 8,
  peak: 9,
  speed: 10,
  peakAt: 11,
  turn: 12,
  hold: 13,
  gap: 14,
  inX: 15,
  inY: 16,
  turns: 17,
  step: 18,
  dragged: 19,
  dwell: 20,
} as const;
export const STROKE_WIDTH = 21;

/** Rows of STROKE columns, in order. */
export type Strokes = { length: number; rows: Float32Array };

const REST_MS = 400;
const SCROLL_MS = 1000;
const DRAG_PX = 6;
const CELL_PX = 48;

const log = (value: number) => Math.log2(1 + Math.max(0, value));

/** A task's way, cut where it rests, presses or scrolls: what attackers look at (RISK10). */
export function strokesOf(track: PointerTrack): Strokes {
  const { t, x, y, kind, length } = track;
  let rows = new Float32Array(64 * STROKE_WIDTH);
  let count = 0;
  let from = 0;
  let ended = t[0] ?? 0;
  const close = (to: number, what: number) => {
    if ((count + 1) * STROKE_WIDTH > rows.length) {
      const twice = new Float32Array(rows.length * 2);
      twice.set(rows);
      rows = twice;
    }
    const row = rows.subarray(count * STROKE_WIDTH, (count + 1) * STROKE_WIDTH);
    describe(track, from, to, row);
    row[STROKE.kind] = what;
    row[STROKE.gap] = log((t[from] as number) - ended);
    row[STROKE.dwell] = to > from ? log((t[to] as number) - (t[to - 1] as number)) : 0;
    count++;
    return row;
  };
  let scrolled = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    if (kind[i] === MOVE) {
      const previous = i > from && kind[i - 1] === MOVE;
      if (previous && (t[i] as number) - (t[i - 1] as number) > REST_MS) {
        if (i - from > 1) {
          close(i - 1, REST);
          ended = t[i - 1] as number;
        }
        from = i;
      }
    } else if (kind[i] === DOWN) {
      const row = close(i, CLICK);
      let up = i + 1;
      while (up < length && kind[up] === MOVE) up++;
      if (up < length && kind[up] === UP) {
        const dragged = Math.hypot(
          (x[up] as number) - (x[i] as number),
          (y[up] as number) - (y[i] as number),
        );
        row[STROKE.hold] = log((t[up] as number) - (t[i] as number));
        row[STROKE.dragged] = log(dragged);
        if (dragged > DRAG_PX) row[STROKE.kind] = DRAG;
        i = up;
      }
      ended = t[i] as number;
      from = i + 1;
    } else if (kind[i] === UP) {
      ended = t[i] as number;
      from = i + 1;
    } else {
      const at = t[i] as number;
      if (at - scrolled <= SCROLL_MS && count > 0) {
        const column = (count - 1) * STROKE_WIDTH + STROKE.turns;
        rows[column] = log(2 ** (rows[column] as number));
      } else close(i, SCROLL)[STROKE.turns] = 1;
      scrolled = at;
      ended = at;
      from = i + 1;
      continue;
    }
    if (kind[i] !== MOVE) scrolled = Number.NEGATIVE_INFINITY;
  }
  return { length: count, rows: rows.slice(0, count * STROKE_WIDTH) };
}

function describe({ t, x, y }: PointerTrack, from: number, to: number, row: Float32Array): void {
  const [x0, y0] = [x[from] as number, y[from] as number];
  const [x1, y1] = [x[to] as number, y[to] as number];
  let way = 0;
  let peak = 0;
  let peakAt = 0;
  let turned = 0;
  let turns = 0;
  let heading = Number.NaN;
  for (let i = from + 1; i <= to; i++) {
    const [dx, dy] = [(x[i] as number) - (x[i - 1] as number), (y[i] as number) - (y[i - 1] as number)];
    const dt = (t[i] as number) - (t[i - 1] as number);
    const step = Math.hypot(dx, dy);
    if (step === 0) continue;
    way += step;
    const speed = step / Math.max(1, dt);
    if (speed > peak) {
      peak = speed;
      peakAt = t[i] as number;
    }
    const angle = Math.atan2(dy, dx);
    if (!Number.isNaN(heading)) {
      let by = Math.abs(angle - heading);
      if (by > Math.PI) by = 2 * Math.PI - by;
      turned += by;
      turns++;
    }
    heading = angle;
  }
  const length = Math.hypot(x1 - x0, y1 - y0);
  const takes = (t[to] as number) - (t[from] as number);
  row[STROKE.x0] = x0;
  row[STROKE.y0] = y0;
  row[STROKE.x1] = x1;
  row[STROKE.y1] = y1;
  row[STROKE.length] = log(length);
  row[STROKE.angle] = Math.atan2(y1 - y0, x1 - x0);
  row[STROKE.duration] = log(takes);
  row[STROKE.straight] = way > 0 ? length / way : 1;
  row[STROKE.peak] = log(1000 * peak);
  row[STROKE.speed] = takes > 0 ? log((1000 * way) / takes) : 0;
  row[STROKE.peakAt] = takes > 0 ? (peakAt - (t[from] as number)) / takes : 0;
  row[STROKE.turn] = turns > 0 ? turned / turns : 0;
  row[STROKE.inX] = x1 - Math.floor(x1 / CELL_PX) * CELL_PX;
  row[STROKE.inY] = y1 - Math.floor(y1 / CELL_PX) * CELL_PX;
  row[STROKE.step] = to > from ? log(takes / (to - from)) : 0;
}
