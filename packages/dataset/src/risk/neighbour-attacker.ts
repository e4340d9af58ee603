import { Drawing } from '@aboveboard/redact/movement/drawing';
import { shuffled } from './attack-splits.ts';
import type { Attacker, Example } from './attacker.ts';
import { seedKey } from './seed-key.ts';
import { REST, STROKE, STROKE_WIDTH, type Strokes } from './stroke.ts';
import { combined, type Views, weightsOf } from './view-weights.ts';

/** Kept of each person, and of all together; asked of each task. */
const MOST_KEPT = 400;
const KEPT_OF_ALL = 2000;
const ASKED = 32;

/** A segment: an action with the way to it and the one before. */
const WIDTH = 24;
/** Places lie before it, motion from it on. */
const PLACES = 10;

/**
 * Nearest neighbours of segments, person against person: whose segments come nearest to these? Places, motion, and both
 * together are three looks. Every person is shown by as many segments.
 */
export const neighbourAttacker: Attacker = {
  name: 'neighbours',
  train(examples, people, seed) {
    const weights = weightsOf(examples, people, (shown) => learn(shown, people, seed));
    const looks = learn(examples, people, seed);
    return (example) => combined(looks(example), weights);
  },
};

function learn(examples: readonly Example[], people: number, seed: number): Views {
  const draws = new Drawing(seedKey('neighbours', seed));
  const kept = Array.from({ length: people }, (_, p) => {
    const own = shuffled(
      examples.filter(({ person }) => person === p).flatMap(({ strokes }) => segmentsOf(strokes)),
      draws,
    );
    return own.slice(0, Math.min(MOST_KEPT, Math.ceil(KEPT_OF_ALL / people)));
  });
  const least = Math.max(1, Math.min(...kept.map(({ length }) => length)));
  const alike = kept.map((segments) => segments.slice(0, least));
  const { centre, scale } = standardOf(alike.flat());
  const shown = alike.map((segments) => flat(segments, centre, scale));
  return ({ strokes }) => {
    const asked = flat(evenly(segmentsOf(strokes), ASKED), centre, scale);
    const looks = [new Float64Array(people), new Float64Array(people), new Float64Array(people)];
    const root = Math.sqrt(Math.max(1, asked.length / WIDTH));
    for (let at = 0; at < asked.length; at += WIDTH) {
      for (let p = 0; p < people; p++) {
        const near = nearest(asked, at, shown[p] as Float32Array);
        for (const [look, distance] of near.entries()) {
          const scores = looks[look] as Float64Array;
          scores[p] = (scores[p] as number) - distance / root;
        }
      }
    }
    return looks;
  };
}

/** Of the two nearest: the logarithm of their mean squared distance, by places, by motion, by both. */
function nearest(asked: Float32Array, at: number, shown: Float32Array): [number, number, number] {
  let [place1, place2, motion1, motion2, both1, both2] = [1e9, 1e9, 1e9, 1e9, 1e9, 1e9];
  for (let other = 0; other < shown.length; other += WIDTH) {
    let place = 0;
    for (let i = 0; i < PLACES; i++) {
      const d = (asked[at + i] as number) - (shown[other + i] as number);
      place += d * d;
    }
    let motion = 0;
    for (let i = PLACES; i < WIDTH; i++) {
      const d = (asked[at + i] as number) - (shown[other + i] as number);
      motion += d * d;
    }
    if (place < place1) [place2, place1] = [place1, place];
    else if (place < place2) place2 = place;
    if (motion < motion1) [motion2, motion1] = [motion1, motion];
    else if (motion < motion2) motion2 = motion;
    const both = place + motion;
    if (both < both1) [both2, both1] = [both1, both];
    else if (both < both2) both2 = both;
  }
  return [away(place1 + place2, PLACES), away(motion1 + motion2, WIDTH - PLACES), away(both1 + both2, WIDTH)];
}

function away(two: number, width: number): number {
  return 0.5 * width * Math.log(two / 2 + 0.05);
}

function flat(segments: readonly Float32Array[], centre: Float64Array, scale: Float64Array): Float32Array {
  const out = new Float32Array(segments.length * WIDTH);
  for (const [n, segment] of segments.entries())
    for (let i = 0; i < WIDTH; i++)
      out[n * WIDTH + i] = ((segment[i] as number) - (centre[i] as number)) * (scale[i] as number);
  return out;
}

/** The same task is looked at in many splits. */
const known = new WeakMap<Strokes, Float32Array[]>();

function segmentsOf(strokes: Strokes): Float32Array[] {
  let segments = known.get(strokes);
  if (segments === undefined) {
    segments = segmentsIn(strokes);
    known.set(strokes, segments);
  }
  return segments;
}

function segmentsIn({ rows, length }: Strokes): Float32Array[] {
  const segments: Float32Array[] = [];
  let [beforeX, beforeY] = [0, 0];
  let [startX, startY] = [0, 0];
  for (let i = 0; i < length; i++) {
    const row = rows.subarray(i * STROKE_WIDTH, (i + 1) * STROKE_WIDTH);
    if (row[STROKE.kind] === REST) continue;
    const at = (column: number) => row[column] as number;
    const [x, y] = [at(STROKE.x1), at(STROKE.y1)];
    segments.push(
      Float32Array.of(
        x / 300,
        y / 300,
        startX / 300,
        startY / 300,
        beforeX / 600,
        beforeY / 600,
        at(STROKE.kind),
        Math.log2(1 + Math.hypot(x - startX, y - startY)),
        Math.cos(Math.atan2(y - startY, x - startX)),
        Math.sin(Math.atan2(y - startY, x - startX)),
        at(STROKE.inX) / 16,
        at(STROKE.inY) / 16,
        at(STROKE.duration),
        at(STROKE.straight),
        at(STROKE.peak),
        at(STROKE.speed),
        at(STROKE.peakAt),
        at(STROKE.turn),
        at(STROKE.hold),
        at(STROKE.gap),
        at(STROKE.step),
        at(STROKE.dwell),
        at(STROKE.turns),
        at(STROKE.dragged),
      ),
    );
    [beforeX, beforeY, startX, startY] = [startX, startY, x, y];
  }
  return segments;
}

function standardOf(segments: readonly Float32Array[]): { centre: Float64Array; scale: Float64Array } {
  const centre = new Float64Array(WIDTH);
  const scale = new Float64Array(WIDTH);
  for (const segment of segments)
    for (let i = 0; i < WIDTH; i++)
      centre[i] = (centre[i] as number) + (segment[i] as number) / segments.length;
  for (const segment of segments)
    for (let i = 0; i < WIDTH; i++)
      scale[i] =
        (scale[i] as number) + ((segment[i] as number) - (centre[i] as number)) ** 2 / segments.length;
  return { centre, scale: scale.map((value) => (value > 1e-9 ? 1 / Math.sqrt(value) : 0)) };
}

function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T);
}
