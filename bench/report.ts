/** A target of a benchmark; `metric` is a key of the run's metrics. */
export type Target = { metric: string; op: '<=' | '>='; value: number; unit: string };

/** What one run measured. `peers`: the same metrics for each peer or floor, taken in the same run. */
export type Measured = {
  metrics: Record<string, number>;
  peers: Record<string, Record<string, number>>;
  /** Facts that a reader needs to trust the figures: sizes, seeds, what was left out. */
  notes?: string[];
};

export type Benchmark = { targets: readonly Target[]; run: () => Promise<Measured> };

/** The targets that the run missed; a metric that was not measured is missed. */
export function missed(targets: readonly Target[], measured: Measured): Target[] {
  return targets.filter((target) => {
    const value = measured.metrics[target.metric];
    if (value === undefined || Number.isNaN(value)) return true;
    return target.op === '<=' ? value > target.value : value < target.value;
  });
}

/** A plain-text table: one row a metric, the target beside it, one column a peer. */
export function table(targets: readonly Target[], measured: Measured): string {
  const peers = Object.keys(measured.peers);
  const names = new Set([
    ...Object.keys(measured.metrics),
    ...peers.flatMap((peer) => Object.keys(measured.peers[peer] ?? {})),
  ]);
  const rows = [['metric', 'aboveboard', 'target', ...peers]];
  for (const name of names) {
    const target = targets.find((t) => t.metric === name);
    rows.push([
      target ? `${name} (${target.unit})` : name,
      figure(measured.metrics[name]),
      target ? `${target.op} ${target.value}` : '',
      ...peers.map((peer) => figure(measured.peers[peer]?.[name])),
    ]);
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function figure(value: number | undefined): string {
  if (value === undefined) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(4)));
}
