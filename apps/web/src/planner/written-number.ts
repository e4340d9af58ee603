const scales: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9 };

/** A number as people write it: `10,000`, `1 500`, `2.5M`, `1e9`. Undefined: not a number. */
export function readNumber(written: string): number | undefined {
  const match = /^([-+]?[\d.,\s_]*\d[\d.,\s_]*(?:e[-+]?\d+)?)\s*([kMG]?)$/i.exec(written.trim());
  if (!match) return undefined;
  const plain = (match[1] ?? '').replace(/[,\s_]/g, '');
  const scale = match[2]
    ? (scales[match[2]] ?? scales[match[2].toUpperCase()] ?? scales[match[2].toLowerCase()])
    : 1;
  const value = Number(plain) * (scale ?? Number.NaN);
  return plain !== '' && Number.isFinite(value) ? value : undefined;
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
