import { type CostRow, costRows } from '../catalogue/cost.ts';
import type { Checked } from '../problem.ts';
import type { Quantity } from './quantity.ts';

const tariffs = ['non-household', 'household'] as const;

/**
 * A published electricity tariff, only where the user names a country that the catalogue has: nobody's contract is a
 * country's mean, and a mean of another country is no answer. The range of the EU's mean is that of its dearest and
 * cheapest member; a country's own mean has no published range, and its source says so.
 */
export function tariffOf(
  country: string | null | undefined,
  asked: string | null | undefined,
  own: readonly CostRow[],
): Checked<Quantity> {
  const rows = [...own, ...costRows].filter((row) => row.category === 'electricity');
  const kind = asked ?? 'non-household';
  if (!tariffs.includes(kind as (typeof tariffs)[number])) {
    const message = `no tariff is called ${JSON.stringify(asked)}`;
    return {
      ok: false,
      problems: [{ code: 'unknown-name', at: 'tariff', message, right: tariffs.join(', ') }],
    };
  }
  const has = (tariff: string) =>
    [...new Set(rows.flatMap((row) => (row.country && row.tariff === tariff ? [row.country] : [])))].join(
      ', ',
    );
  const right = `a price a kWh from your contract, as a number or [low, typical, high]; or country: ${has('non-household')}, or with tariff household: ${has('household')}`;
  if (!country)
    return {
      ok: false,
      problems: [{ code: 'missing', at: 'figures.electricity', message: 'is missing (a kWh)', right }],
    };
  const wanted = country.trim().toUpperCase();
  const row = rows.find((r) => r.country === wanted && r.tariff === kind);
  if (!row) {
    const message = `the catalogue has no ${kind} tariff of ${JSON.stringify(country)}`;
    return { ok: false, problems: [{ code: 'unknown-name', at: 'country', message, right }] };
  }
  const currency = /^(USD|EUR|GBP|CHF|JPY)/.exec(row.unit)?.[0];
  const members = rows.filter(
    (r) => r.country && r.country !== 'EU' && r.tariff === kind && r.unit === row.unit,
  );
  const spread = row.country === 'EU' && row.low === row.high && members.length > 1;
  const said = `${row.source} (${row.date}, ${row.confidence})`;
  return {
    ok: true,
    value: {
      low: spread ? Math.min(row.low, ...members.map((r) => r.low)) : row.low,
      typical: row.typical,
      high: spread ? Math.max(row.high, ...members.map((r) => r.high)) : row.high,
      source: spread
        ? `${said}; range: lowest and highest member of the catalogue, ${members[0]?.date}`
        : row.low === row.high
          ? `${said}; one published mean without a range: give your contract's`
          : said,
      ...(currency ? { currency } : {}),
    },
  };
}
