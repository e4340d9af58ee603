/** A name, and what else the same thing is called. */
export type Named = string | { name: string; also: readonly string[] };

/**
 * The names most alike a mistyped one, best first. Two measures, halved: shared pairs of letters (Dice), which
 * forgives words in another order, and letters to change, drop, add or swap (Damerau), which forgives slips of a
 * finger. Case, punctuation and a model's owner do not count. Each thing comes once, by its name, under whichever
 * of its names is nearest; ties go by name.
 */
export function nearNames(wanted: string, names: Iterable<Named>, most = 5): string[] {
  const targets = formsOf(wanted);
  const best = (forms: readonly Form[], of: (a: Form, b: Form) => number) =>
    Math.max(0, ...forms.flatMap((form) => targets.map((target) => of(target, form))));
  // Pairs are cheap and pick who is looked at letter by letter: this runs while somebody types.
  const likely = [...names]
    .map((entry) => (typeof entry === 'string' ? { name: entry, also: [] } : entry))
    .map(({ name, also }) => ({ name, forms: [name, ...also].flatMap(formsOf) }))
    .map((entry) => ({ ...entry, shared: best(entry.forms, shared) }))
    .sort((a, b) => b.shared - a.shared)
    .slice(0, 4 * most);
  const scores = new Map<string, number>();
  for (const { name, forms } of likely) {
    const score = best(forms, alike);
    if (score > leastAlike) scores.set(name, Math.max(score, scores.get(name) ?? 0));
  }
  return [...scores]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([name]) => name);
}

const leastAlike = 0.3;
/** Longer names are cut: nobody mistypes past it, and the work is the product of both lengths. */
const mostLetters = 64;

type Form = { text: string; pairs: Map<string, number> };

/** A name whole, and without its owner. */
function formsOf(name: string): Form[] {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '')
      .slice(0, mostLetters);
  const texts = new Set([plain(name), plain(name.split('/').at(-1) ?? '')]);
  return [...texts].filter(Boolean).map((text) => ({ text, pairs: pairsOf(text) }));
}

function alike(a: Form, b: Form): number {
  const changed = changes(a.text, b.text) / Math.max(a.text.length, b.text.length);
  return (shared(a, b) + 1 - changed) / 2;
}

function pairsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + 1 < text.length; i++) {
    const pair = text.slice(i, i + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/** Dice's coefficient of two names' pairs of letters. */
function shared(a: Form, b: Form): number {
  const total = a.text.length + b.text.length - 2;
  if (total <= 0) return 0;
  let both = 0;
  for (const [pair, count] of a.pairs) both += Math.min(count, b.pairs.get(pair) ?? 0);
  return (2 * both) / total;
}

/** Letters to change, drop, add or swap with a neighbour (optimal string alignment). */
function changes(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
