/** The names most alike a mistyped one, best first: by shared pairs of letters (Dice's coefficient). */
export function nearNames(wanted: string, names: Iterable<string>, most = 5): string[] {
  const target = pairs(wanted);
  const scored: { name: string; score: number }[] = [];
  for (const name of names) {
    const score = Math.max(dice(target, pairs(name)), dice(target, pairs(name.split('/').at(-1) ?? name)));
    if (score > 0.25) scored.push({ name, score });
  }
  scored.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, most).map((entry) => entry.name);
}

function pairs(text: string): Map<string, number> {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, '');
  const counts = new Map<string, number>();
  for (let i = 0; i + 1 < plain.length; i++) {
    const pair = plain.slice(i, i + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

function dice(a: Map<string, number>, b: Map<string, number>): number {
  let shared = 0;
  let total = 0;
  for (const [pair, count] of a) {
    shared += Math.min(count, b.get(pair) ?? 0);
    total += count;
  }
  for (const count of b.values()) total += count;
  return total === 0 ? 0 : (2 * shared) / total;
}
