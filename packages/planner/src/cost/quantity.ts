import type { Problem } from '../problem.ts';

/** A figure with its range; `currency` where it is an amount of money. */
export type Quantity = { low: number; typical: number; high: number; currency?: string; source?: string };

/** `7`, `[5, 7, 9]`, or the whole record. */
export type QuantityGiven = number | readonly number[] | Partial<Quantity> | null;

/** Reads a figure; `money` figures are brought into the scenario's currency. */
export function readQuantity(
  given: QuantityGiven | undefined,
  at: string,
  limits: { least: number; most: number; money?: boolean },
  money: { currency: string; rates: Readonly<Record<string, number>> },
  problems: Problem[],
): Quantity | undefined {
  if (given === undefined || given === null) return undefined;
  const quantity =
    typeof given === 'number'
      ? flat(given)
      : isList(given)
        ? fromList(given)
        : fromRecord(given as Partial<Quantity>);
  const values = [quantity.low, quantity.typical, quantity.high];
  if (!values.every((value) => typeof value === 'number' && Number.isFinite(value))) {
    problems.push({
      code: 'impossible',
      at,
      message: 'is not a number or a range',
      right: 'a number, or [low, typical, high]',
    });
    return undefined;
  }
  if (quantity.low > quantity.typical || quantity.typical > quantity.high) {
    problems.push({
      code: 'impossible',
      at,
      message: `${values.join(', ')} is not in order`,
      right: 'low <= typical <= high',
    });
    return undefined;
  }
  if (quantity.low < limits.least || quantity.high > limits.most) {
    problems.push({
      code: 'impossible',
      at,
      message: `cannot be ${values.join(', ')}`,
      right: `from ${limits.least} to ${limits.most}`,
    });
    return undefined;
  }
  if (!limits.money || !quantity.currency || quantity.currency === money.currency) return quantity;
  const rate = money.rates[quantity.currency];
  if (rate === undefined || !(rate > 0)) {
    problems.push({
      code: 'currency',
      at,
      message: `is in ${quantity.currency}, the plan is in ${money.currency}`,
      right: `rates.${quantity.currency}: how many ${money.currency} one ${quantity.currency} is`,
    });
    return undefined;
  }
  return {
    ...quantity,
    low: quantity.low * rate,
    typical: quantity.typical * rate,
    high: quantity.high * rate,
    currency: money.currency,
  };
}

const isList = (given: QuantityGiven): given is readonly number[] => Array.isArray(given);
const flat = (value: number): Quantity => ({ low: value, typical: value, high: value });

function fromList(list: readonly number[]): Quantity {
  if (list.length === 2)
    return {
      low: list[0] ?? Number.NaN,
      typical: ((list[0] ?? 0) + (list[1] ?? 0)) / 2,
      high: list[1] ?? Number.NaN,
    };
  return { low: list[0] ?? Number.NaN, typical: list[1] ?? Number.NaN, high: list[2] ?? Number.NaN };
}

function fromRecord(given: Partial<Quantity>): Quantity {
  const typical = given.typical ?? ((given.low ?? Number.NaN) + (given.high ?? Number.NaN)) / 2;
  return { ...given, low: given.low ?? typical, typical, high: given.high ?? typical };
}

/** A draw from the triangular distribution of the range, by its inverse; `u` in [0, 1). */
export function draw(quantity: Quantity, u: number): number {
  const { low, typical, high } = quantity;
  if (high <= low) return typical;
  const turn = (typical - low) / (high - low);
  return u < turn
    ? low + Math.sqrt(u * (high - low) * (typical - low))
    : high - Math.sqrt((1 - u) * (high - low) * (high - typical));
}
