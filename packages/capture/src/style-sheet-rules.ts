import type { DocumentMasker } from '@aboveboard/redact/structural-masker';

/** The rules of one sheet as they were written, to find what a script changed in it since. */
export type KnownRules = { rules: CSSRule[]; raw: string[]; masked: string[] };

/** Null: the browser does not let us read it (another origin's). */
export function readRules(sheet: CSSStyleSheet): CSSRule[] | null {
  if (sheet.disabled) return [];
  try {
    return Array.from(sheet.cssRules);
  } catch {
    return null;
  }
}

export function knownRules(rules: CSSRule[], mask: (raw: string) => string): KnownRules {
  const raw = rules.map(rawRule);
  return { rules, raw, masked: raw.map(mask) };
}

/** The same rule in CSS without imports: what they bring stands in their place. */
export function rawRule(rule: CSSRule): string {
  if (!('styleSheet' in rule)) return rule.cssText;
  const { styleSheet, media, layerName } = rule as CSSImportRule;
  const inner = styleSheet ? (readRules(styleSheet) ?? []).map(rawRule).join('\n') : '';
  const text = media.mediaText ? `@media ${media.mediaText}{${inner}}` : `@media all{${inner}}`;
  return layerName === null || layerName === undefined ? text : `@layer ${layerName}{${text}}`;
}

export type RulesChange = {
  known: KnownRules;
  /** Rules that were added at the end, as they were masked; null: the sheet has to be written whole. */
  appended: string[] | null;
};

/** What changed in the set of rules; null: nothing. Looks at identities, not into the rules. */
export function changedRules(
  known: KnownRules,
  rules: CSSRule[],
  mask: (raw: string) => string,
): RulesChange | null {
  const same = (i: number) => rules[i] === known.rules[i];
  let kept = 0;
  while (kept < known.rules.length && kept < rules.length && same(kept)) kept++;
  if (kept === known.rules.length && kept === rules.length) return null;
  const seen = new Map(known.rules.map((rule, i) => [rule, i]));
  const next: KnownRules = { rules, raw: [], masked: [] };
  for (const rule of rules) {
    const at = seen.get(rule);
    const raw = at === undefined ? rawRule(rule) : (known.raw[at] as string);
    next.raw.push(raw);
    next.masked.push(at === undefined ? mask(raw) : (known.masked[at] as string));
  }
  return { known: next, appended: kept === known.rules.length ? next.masked.slice(kept) : null };
}

/** Looks into rules from `from` on until `enough`; index of the first that changed, or where it stopped. */
export function editedRule(
  known: KnownRules,
  from: number,
  enough: () => boolean,
): { edited: boolean; at: number } {
  for (let at = from; at < known.rules.length; at++) {
    if (rawRule(known.rules[at] as CSSRule) !== known.raw[at]) return { edited: true, at };
    if ((at & 15) === 15 && enough()) return { edited: false, at: at + 1 };
  }
  return { edited: false, at: known.rules.length };
}

export function maskRuleWith(masker: DocumentMasker, count: (rule: string | undefined) => void) {
  return (raw: string): string => {
    const masked = masker.css(raw);
    count(masked.rule);
    return masked.value;
  };
}
