import { scatter } from './piece.ts';

const POOL = 0.5;
const SELF = 12;
const BACK = 5;

/** Chains of symbols, up to two before: one model for each person, leaning on that of all where it has seen little. */
export class MarkovModel {
  readonly #people: number;
  readonly #pool = new Map<number, number>();
  #pooled = 0;
  readonly #own: Map<number, number>[];
  readonly #order: number;

  constructor(people: number, order: number) {
    this.#people = people;
    this.#order = order;
    this.#own = Array.from({ length: people }, () => new Map());
  }

  learn(person: number, symbols: readonly number[]): void {
    const own = this.#own[person] as Map<number, number>;
    for (const [i, symbol] of symbols.entries()) {
      count(this.#pool, symbol);
      this.#pooled++;
      for (let order = 0; order <= this.#order && order <= i; order++) {
        const context = contextOf(symbols, i, order);
        count(own, context);
        count(own, pair(context, symbol));
      }
    }
  }

  /** For each person the logarithm of how likely she makes these; over the root of their number, as they hang together. */
  score(symbols: readonly number[]): Float64Array {
    const scores = new Float64Array(this.#people);
    const kinds = this.#pool.size + 1;
    for (const [i, symbol] of symbols.entries()) {
      const pool = ((this.#pool.get(symbol) ?? 0) + POOL) / (this.#pooled + POOL * kinds);
      const contexts = [];
      for (let order = 0; order <= this.#order && order <= i; order++)
        contexts.push(contextOf(symbols, i, order));
      for (let p = 0; p < this.#people; p++) {
        const own = this.#own[p] as Map<number, number>;
        let chance = pool;
        for (const [order, context] of contexts.entries()) {
          const lean = order === 0 ? SELF : BACK;
          chance = ((own.get(pair(context, symbol)) ?? 0) + lean * chance) / ((own.get(context) ?? 0) + lean);
        }
        scores[p] = (scores[p] as number) + Math.log(chance);
      }
    }
    const root = Math.sqrt(Math.max(1, symbols.length));
    return scores.map((value) => value / root);
  }
}

/** A number for the symbols before; below 2^31, so that a pair stays exact. */
function contextOf(symbols: readonly number[], i: number, order: number): number {
  let context = order + 1;
  for (let k = 1; k <= order; k++) context = scatter(context * 31 + (symbols[i - k] as number) + 7);
  return -1 - (context >>> 1);
}

function pair(context: number, symbol: number): number {
  return context * 0x20_0000 - symbol;
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
