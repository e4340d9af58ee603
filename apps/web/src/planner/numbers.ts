const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const exact = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

/** Three figures that count: `12.3`, `1,840`, `0.0042`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  return Math.abs(value) >= 1000 ? whole.format(value) : exact.format(value);
}

/** `1.89M` for axes, labels and totals. */
export const compact = (value: number): string => short.format(value);

export const money = (value: number, currency: string): string =>
  Math.abs(value) >= 10_000 ? `${currency} ${compact(value)}` : `${currency} ${figure(value)}`;

export const share = (value: number): string => `${exact.format(Math.round(value * 1000) / 10)} %`;

export const gib = (bytes: number): number => bytes / 2 ** 30;
