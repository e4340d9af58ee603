const scales: Record<string, number> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };
/** Commas, spaces and underscores only between groups of three: `0,5` is refused, and not read as 5. */
const WRITTEN = /^([-+]?)(\d{1,3}(?:[,\s_]\d{3})+|\d*)(\.\d+)?(e[-+]?\d{1,3})?\s?([kKMG]?)$/;
const LONGEST = 40;

/** A number as people write it: `10,000`, `1 500`, `2.5M`, `1e9`. Undefined: not a number. */
export function readNumber(written: string): number | undefined {
  const trimmed = written.trim();
  if (trimmed.length > LONGEST) return undefined;
  const match = WRITTEN.exec(trimmed);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '', unit = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const value = Number(`${sign}${whole.replace(/[,\s_]/g, '')}${fraction}${power}`) * (scales[unit] ?? 1);
  return Number.isFinite(value) ? value : undefined;
}

/** `7` or `low / typical / high`. Undefined: neither. */
export function readRange(written: string): number | number[] | undefined {
  const parts = written.split('/').map(readNumber);
  if (parts.length > 3 || parts.some((part) => part === undefined)) return undefined;
  const numbers = parts as number[];
  return numbers.length === 1 ? numbers[0] : numbers;
}

/** The shortest writing that reads back to the same number. */
export function writeNumber(value: number): string {
  for (const [unit, scale] of [
    ['G', 1e9],
    ['M', 1e6],
  ] as const) {
    const scaled = value / scale;
    if (Math.abs(scaled) >= 1 && Number(scaled.toPrecision(6)) === scaled && String(scaled).length <= 6)
      return `${scaled}${unit}`;
  }
  return String(value);
}

export function writeRange(value: number | readonly number[]): string {
  return typeof value === 'number' ? writeNumber(value) : value.map(writeNumber).join(' / ');
}
