import { apiPrices } from '../catalogue/cost.ts';
import { nearNames } from '../catalogue/near.ts';
import type { Checked } from '../problem.ts';
import type { Quantity } from './quantity.ts';

/** The list prices of an API's model, by its name or title. What a contract says is not in any catalogue. */
export function apiOf(wanted: string): Checked<{ apiIn: Quantity; apiOut: Quantity; apiCached?: Quantity }> {
  const target = wanted.trim().toLowerCase();
  const priced = apiPrices.filter(({ price }) => price.input !== undefined && price.output !== undefined);
  const row = priced.find(({ name, title }) => [name, title].some((one) => one.toLowerCase() === target));
  if (!row) {
    const near = nearNames(
      wanted,
      priced.map(({ name, title }) => ({ name, also: [title] })),
    );
    const message = `no API of the catalogue has a model called ${JSON.stringify(wanted)}`;
    return { ok: false, problems: [{ code: 'unknown-name', at: 'api', message, near }] };
  }
  const at = (typical: number): Quantity => ({
    low: typical,
    typical,
    high: typical,
    currency: 'USD',
    source: `${row.title}: ${row.source} (${row.date}, ${row.confidence}), list price`,
  });
  const { input, output, cached } = row.price;
  return {
    ok: true,
    value: {
      apiIn: at(input ?? 0),
      apiOut: at(output ?? 0),
      ...(cached === undefined ? {} : { apiCached: at(cached) }),
    },
  };
}
