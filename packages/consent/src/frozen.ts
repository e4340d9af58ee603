/**
 * A value that nobody can change any more, all the way down. What was verified is relied on at every decision
 * that follows; whoever holds it may not widen it (AGR43).
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
