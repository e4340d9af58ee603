import { SOURCE_ADOPTED_STYLE_SHEET, SOURCE_STYLE_SHEET_RULE } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import {
  changedRules,
  editedRule,
  type KnownRules,
  knownRules,
  maskRuleWith,
  rawRule,
  readRules,
} from './style-sheet-rules.ts';

/**
 * Style sheets as text, and what scripts change in them (AGT20-AGT24). A page's own calls of `insertRule`
 * or on `adoptedStyleSheets` can't be seen from an isolated world, so they are found by looking.
 */
export type StyleWatch = {
  isStyleSheet(element: Element): boolean;
  /** The masked text of a style or link element's sheet. */
  text(element: Element): string;
  /** Text or attributes of a style or link element changed. */
  touched(element: Element): void;
  /** A root whose adopted sheets are to be watched from now on. */
  root(root: Document | ShadowRoot): void;
  /** Compares for a millisecond or two. */
  poll(): void;
  /** Masks rules ahead of time, a few a step, so that the first state need not. */
  preparation(): Iterator<void>;
  forget(): void;
};

const POLL_MILLISECONDS = 1.5;
/** A sheet's whole text instead of more rules than these. */
const APPEND_LIMIT = 200;

export function createStyleWatch(run: AgentRun, changedText: (element: Element) => void): StyleWatch {
  const { access, mirror, document } = run;
  const mask = maskRuleWith(run.masker, run.count);
  const elements = new Map<Element, { sheet: CSSStyleSheet | null; known: KnownRules }>();
  const adopted = new Map<CSSStyleSheet, { id: number; known: KnownRules }>();
  const roots = new Map<Document | ShadowRoot, CSSStyleSheet[]>();
  let turn = 0;
  let within = 0;

  function isStyleSheet(element: Element): boolean {
    const tag = access.localName(element);
    if (tag === 'style') return true;
    return tag === 'link' && /\bstylesheet\b/i.test(access.attribute(element, 'rel') ?? '');
  }

  function read(sheet: CSSStyleSheet | null): KnownRules {
    const rules = sheet ? readRules(sheet) : [];
    if (rules === null) run.count('css.unreadable');
    return knownRules(rules ?? [], mask);
  }

  function text(element: Element): string {
    const sheet = access.sheet(element);
    const known = read(sheet);
    elements.set(element, { sheet, known });
    return known.masked.join('\n');
  }

  function put(data: Parameters<typeof incremental>[0]): void {
    run.put({ at: run.now(), item: 'state', change: incremental(data) });
  }

  function checkElement(element: Element): boolean {
    const entry = elements.get(element);
    if (!entry) return false;
    if (!access.connected(element)) {
      elements.delete(element);
      return false;
    }
    const sheet = access.sheet(element);
    if (sheet !== entry.sheet) {
      changedText(element);
      return true;
    }
    const rules = sheet ? readRules(sheet) : [];
    const change = rules && changedRules(entry.known, rules, mask);
    if (!change) return false;
    if (change.appended === null || change.appended.length > APPEND_LIMIT || !mirror.has(element)) {
      changedText(element);
      return true;
    }
    const before = entry.known.masked.filter((rule) => rule !== '').length;
    entry.known = change.known;
    const adds = change.appended
      .filter((rule) => rule !== '')
      .map((rule, i) => ({ rule, index: before + i }));
    if (adds.length > 0) put({ source: SOURCE_STYLE_SHEET_RULE, id: mirror.id(element), adds });
    return true;
  }

  function checkAdopted(sheet: CSSStyleSheet): boolean {
    const entry = adopted.get(sheet);
    const rules = readRules(sheet);
    const change = entry && rules && changedRules(entry.known, rules, mask);
    if (!entry || !change) return false;
    rewrite(sheet, change.known);
    return true;
  }

  function rewrite(sheet: CSSStyleSheet, known: KnownRules): void {
    const entry = adopted.get(sheet);
    if (!entry) return;
    entry.known = known;
    put({ source: SOURCE_STYLE_SHEET_RULE, styleId: entry.id, replaceSync: known.masked.join('\n') });
  }

  function checkRoot(root: Document | ShadowRoot): void {
    if (root !== document && !access.connected(root)) {
      roots.delete(root);
      return;
    }
    const now = Array.from(access.adoptedSheets(root));
    const before = roots.get(root) ?? [];
    if (now.length === before.length && now.every((sheet, i) => sheet === before[i])) return;
    const owner = root === document ? root : access.host(root);
    if (!mirror.has(owner)) return;
    roots.set(root, now);
    const styles: { styleId: number; rules: { rule: string; index?: number }[] }[] = [];
    const styleIds = now.map((sheet) => {
      let entry = adopted.get(sheet);
      if (!entry) {
        entry = { id: mirror.fresh(), known: read(sheet) };
        adopted.set(sheet, entry);
        const rules = entry.known.masked.filter((rule) => rule !== '');
        styles.push({ styleId: entry.id, rules: rules.map((rule, index) => ({ rule, index })) });
      }
      return entry.id;
    });
    put({
      source: SOURCE_ADOPTED_STYLE_SHEET,
      id: mirror.id(owner),
      styleIds,
      ...(styles.length > 0 ? { styles } : {}),
    });
  }

  /** Goes on where the last look ended, through the rules of all sheets in turn. */
  function lookInside(until: number): void {
    const sheets = [...elements.keys(), ...adopted.keys()];
    for (let n = 0; n <= sheets.length && run.now() < until; n++) {
      const target = sheets[turn % sheets.length];
      if (!target) return;
      const known = (elements.get(target as Element) ?? adopted.get(target as CSSStyleSheet))?.known;
      const { edited, at } = known
        ? editedRule(known, within, () => run.now() >= until)
        : { edited: false, at: 0 };
      if (edited && elements.has(target as Element)) changedText(target as Element);
      else if (edited) rewrite(target as CSSStyleSheet, read(target as CSSStyleSheet));
      if (known && !edited && at < known.rules.length) within = at;
      else {
        within = 0;
        turn = (turn + 1) % sheets.length;
      }
    }
  }

  return {
    isStyleSheet,
    text,
    touched(element) {
      if (isStyleSheet(element)) changedText(element);
    },
    root(root) {
      if (roots.has(root)) return;
      roots.set(root, []);
      checkRoot(root);
    },
    poll() {
      const until = run.now() + POLL_MILLISECONDS;
      for (const root of roots.keys()) checkRoot(root);
      for (const element of elements.keys()) checkElement(element);
      for (const sheet of adopted.keys()) checkAdopted(sheet);
      lookInside(until);
    },
    *preparation() {
      for (const element of access.select(document, 'style, link[rel~="stylesheet" i]')) {
        const sheet = access.sheet(element);
        for (const rule of (sheet && readRules(sheet)) ?? []) {
          run.masker.css(rawRule(rule));
          yield;
        }
      }
    },
    forget() {
      elements.clear();
      adopted.clear();
      roots.clear();
    },
  };
}

type StyleData = Extract<
  Extract<Parameters<AgentRun['put']>[0], { item: 'state' }>['change'],
  { type: 3 }
>['data'];
function incremental(data: StyleData) {
  return { type: 3 as const, data };
}
