/** `1:05`, `12:00`, `1:02:03`; tenths where `exact`. */
export function timeText(ticks: number, ticksPerSecond: number, exact = false): string {
  const seconds = Math.max(0, ticks / ticksPerSecond);
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tenths = exact ? `.${Math.floor((seconds - whole) * 10)}` : '';
  const padded = (n: number) => String(n).padStart(2, '0');
  return (h > 0 ? `${h}:${padded(m)}:${padded(s)}` : `${m}:${padded(s)}`) + tenths;
}

/** Decimal units, as file managers show them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
