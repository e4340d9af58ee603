/**
 * Least squares with coefficients of at least zero (Lawson and Hanson 1974, by coordinate descent on the normal
 * equations), with a weight for each row and a ridge towards `prior`. Deterministic; small problems only.
 */
export function nonNegative(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  options: { weights?: readonly number[]; ridge?: number; prior?: readonly number[]; rounds?: number } = {},
): number[] {
  const size = rows[0]?.length ?? 0;
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const right = new Float64Array(size);
  rows.forEach((row, i) => {
    const weight = options.weights?.[i] ?? 1;
    const target = targets[i] ?? 0;
    for (let a = 0; a < size; a++) {
      const x = (row[a] ?? 0) * weight;
      if (x === 0) continue;
      right[a] = (right[a] ?? 0) + x * target;
      const line = gram[a];
      if (line) for (let b = 0; b < size; b++) line[b] = (line[b] ?? 0) + x * (row[b] ?? 0);
    }
  });
  for (let a = 0; a < size; a++) {
    const line = gram[a];
    const penalty = (options.ridge ?? 1e-9) * (line?.[a] ?? 0);
    if (line) line[a] = (line[a] ?? 0) + penalty;
    right[a] = (right[a] ?? 0) + penalty * (options.prior?.[a] ?? 0);
  }
  const x = new Float64Array(size);
  for (let round = 0; round < (options.rounds ?? 2000); round++) {
    let moved = 0;
    for (let a = 0; a < size; a++) {
      const line = gram[a];
      const own = line?.[a] ?? 0;
      if (!line || own <= 0) continue;
      let residual = right[a] ?? 0;
      for (let b = 0; b < size; b++) residual -= (line[b] ?? 0) * (x[b] ?? 0);
      const before = x[a] ?? 0;
      const next = Math.max(0, before + residual / own);
      x[a] = next;
      moved = Math.max(moved, Math.abs(next - before) / (Math.abs(next) + 1e-12));
    }
    if (moved < 1e-9) break;
  }
  return [...x];
}

/** `nonNegative` on relative errors, re-weighted towards the median (least absolute relative deviation). */
export function nonNegativeRelative(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  options: {
    ridge?: number;
    prior?: readonly number[];
    passes?: number;
    importance?: readonly number[];
  } = {},
): number[] {
  let robust = targets.map(() => 1);
  let solution: number[] = [];
  for (let pass = 0; pass < (options.passes ?? 8); pass++) {
    solution = nonNegative(rows, targets, {
      weights: targets.map((t, i) => ((robust[i] ?? 1) * (options.importance?.[i] ?? 1)) / (t * t)),
      ...(options.ridge === undefined ? {} : { ridge: options.ridge }),
      ...(options.prior ? { prior: options.prior } : {}),
    });
    robust = targets.map((t, i) => {
      const planned = (rows[i] ?? []).reduce((sum, value, a) => sum + value * (solution[a] ?? 0), 0);
      return 1 / Math.max(0.05, Math.abs(planned / t - 1));
    });
  }
  return solution;
}
