import type { ElementBox } from './element-boxes.ts';

const MOST = 200_000;
const FURTHEST = 1_000_000;

/** Boxes as JSON; they may come from anywhere. Throws RangeError with the number of the first that is none. */
export function parseElements(text: string): ElementBox[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError('it is not JSON');
  }
  if (!Array.isArray(value)) throw new RangeError('it is not a list');
  if (value.length > MOST) throw new RangeError(`it holds more than ${MOST} boxes`);
  return value.map((one, i) => {
    const box = boxOf(one);
    if (box === null) throw new RangeError(`item ${i} is no box`);
    return box;
  });
}

function boxOf(value: unknown): ElementBox | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, x, y, width, height, place = 'atomic' } = value as Record<string, unknown>;
  if (!isWhole(id) || !isPlace(x) || !isPlace(y) || !isPlace(width) || !isPlace(height)) return null;
  if (width <= 0 || height <= 0 || (place !== 'atomic' && place !== 'kept')) return null;
  return { id, x, y, width, height, place };
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2 ** 30;
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= FURTHEST;
}
