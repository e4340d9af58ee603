import {
  type IncrementalData,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
} from '@aboveboard/protocol/state';

export type RuleChange = Extract<
  IncrementalData,
  { source: typeof SOURCE_STYLE_SHEET_RULE | typeof SOURCE_STYLE_DECLARATION }
>;
type SheetChange = Extract<RuleChange, { source: typeof SOURCE_STYLE_SHEET_RULE }>;

/**
 * The changes of one sheet without those that later ones undid: a rule that was added and deleted again is
 * in none of them. Only whole rules at the top of a sheet are followed. Where rules within rules or single
 * declarations were changed, the rules that were there at the start stay and every change is dropped.
 */
export function effectiveRules(changes: readonly RuleChange[]): RuleChange[] {
  const first = changes[0];
  if (!first) return [];
  const target = first.styleId === undefined ? { id: first.id as number } : { styleId: first.styleId };
  const rows = new Rows();
  let replaced: SheetChange | null = null;
  for (const change of changes) {
    if (change.source === SOURCE_STYLE_DECLARATION) return [];
    if (change.replace !== undefined || change.replaceSync !== undefined) {
      // The last whole text counts; what was added or deleted before it is gone.
      replaced = change;
      rows.restart();
      continue;
    }
    for (const { index, rule } of change.adds ?? []) {
      if (Array.isArray(index)) return [];
      rows.add(index ?? 0, rule);
    }
    for (const { index } of change.removes ?? []) {
      if (Array.isArray(index)) return [];
      rows.remove(index);
    }
  }
  const { removes, adds } = rows;
  const start: RuleChange[] = replaced ? [onlyText(replaced, target)] : [];
  if (replaced && removes.length > 0) return [];
  if (removes.length === 0 && adds.length === 0) return start;
  return [
    ...start,
    // Two changes: rrweb adds before it removes within one.
    ...(removes.length > 0 ? [{ source: SOURCE_STYLE_SHEET_RULE, ...target, removes } as RuleChange] : []),
    ...(adds.length > 0 ? [{ source: SOURCE_STYLE_SHEET_RULE, ...target, adds } as RuleChange] : []),
  ];
}

function onlyText(change: SheetChange, target: { id: number } | { styleId: number }): RuleChange {
  const text = change.replaceSync ?? change.replace ?? '';
  return { source: SOURCE_STYLE_SHEET_RULE, ...target, replaceSync: text };
}

/** A sheet as a row of rules: those of its text, of which only the place is known, and those added since. */
class Rows {
  /** Numbers stand for runs of the sheet's own rules; the last run has no end. */
  #row: ({ rule: string } | { own: number; first: number })[] = [{ own: Number.POSITIVE_INFINITY, first: 0 }];
  #removed: number[] = [];

  restart(): void {
    this.#row = [{ own: Number.POSITIVE_INFINITY, first: 0 }];
    this.#removed = [];
  }

  add(index: number, rule: string): void {
    this.#row.splice(this.#split(index), 0, { rule });
  }

  remove(index: number): void {
    const at = this.#split(index);
    const entry = this.#row[at];
    if (!entry) return;
    if ('rule' in entry) this.#row.splice(at, 1);
    else {
      this.#removed.push(entry.first);
      entry.first += 1;
      entry.own -= 1;
      if (entry.own === 0) this.#row.splice(at, 1);
    }
  }

  /** Deletions of the sheet's own rules, from the back: none moves the next. */
  get removes(): { index: number }[] {
    return this.#removed.sort((a, b) => b - a).map((index) => ({ index }));
  }

  /** Additions from the front, after the deletions. */
  get adds(): { rule: string; index: number }[] {
    const adds: { rule: string; index: number }[] = [];
    let index = 0;
    for (const entry of this.#row) {
      if ('rule' in entry) adds.push({ rule: entry.rule, index: index++ });
      else index += entry.own;
    }
    return adds;
  }

  /** Makes an entry begin at `index` and gives its place in the row. */
  #split(index: number): number {
    let at = 0;
    let before = 0;
    for (const entry of this.#row) {
      const length = 'rule' in entry ? 1 : entry.own;
      if (index < before + length) {
        if ('rule' in entry || index === before) return at;
        const head = index - before;
        this.#row.splice(
          at,
          1,
          { own: head, first: entry.first },
          { own: entry.own - head, first: entry.first + head },
        );
        return at + 1;
      }
      before += length;
      at += 1;
    }
    return at;
  }
}
