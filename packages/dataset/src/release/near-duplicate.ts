import type { ModelAction } from '../export/model-action.ts';

/**
 * Which tasks are nearly the same doing (REL32): runs of three steps are compared, by kind, square of the picture and
 * text. Least values of hashes estimate the share of runs that two have in common.
 */
const RUN = 3;
const HASHES = 64;
const SQUARES = 32;

export function sketchOf(actions: readonly ModelAction[]): number[] {
  const least = new Array<number>(HASHES).fill(0xffff_ffff);
  const words = actions.map(wordOf);
  for (let i = 0; i < Math.max(1, words.length - RUN + 1); i++) {
    const run = hashOf(words.slice(i, i + RUN).join('\u0001'));
    for (let h = 0; h < HASHES; h++) {
      const value = scattered(run ^ Math.imul(h + 1, 0x9e3779b1));
      if (value < (least[h] as number)) least[h] = value;
    }
  }
  return least;
}

/** Estimated share of runs in common, 0 to 1. */
export function likeness(a: readonly number[], b: readonly number[]): number {
  let same = 0;
  for (let h = 0; h < HASHES; h++) if (a[h] === b[h]) same++;
  return same / HASHES;
}

/**
 * Numbers of those that are nearly one that comes before them. Those are compared that agree in a band of four values,
 * so that many tasks do not take the square of their time.
 */
export function nearDuplicates(sketches: readonly (readonly number[])[], least: number): Set<number> {
  const bands = new Map<string, number[]>();
  const out = new Set<number>();
  for (const [i, sketch] of sketches.entries()) {
    const keys: string[] = [];
    for (let at = 0; at < HASHES; at += 4) keys.push(`${at}:${sketch.slice(at, at + 4).join(',')}`);
    const seen = new Set<number>();
    for (const key of keys) for (const other of bands.get(key) ?? []) seen.add(other);
    if ([...seen].some((other) => likeness(sketch, sketches[other] as readonly number[]) >= least)) {
      out.add(i);
      continue;
    }
    for (const key of keys) {
      const there = bands.get(key);
      if (there) there.push(i);
      else bands.set(key, [i]);
    }
  }
  return out;
}

function wordOf(action: ModelAction): string {
  const square = ({ x, y }: { x: number; y: number }) =>
    `${Math.floor(x * SQUARES)},${Math.floor(y * SQUARES)}`;
  switch (action.kind) {
    case 'click':
      return `click ${action.button} ${action.count} ${square(action.at)}`;
    case 'move':
    case 'scroll':
      return `${action.kind} ${square(action.at)}`;
    case 'drag':
      return `drag ${[action.path[0], action.path.at(-1)].map((at) => (at ? square(at) : '')).join(' ')}`;
    case 'type':
    case 'select':
      return `${action.kind} ${action.text}`;
    case 'keys':
      return `keys ${action.keys.join(' ')}`;
    default:
      return action.kind;
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return scattered(hash);
}

function scattered(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
