import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_MUTATION,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  type StateChange,
  type StyleDelta,
} from '@aboveboard/protocol/state';
import type { StateTree } from '@aboveboard/protocol/state-tree';
import { effectiveRules, type RuleChange } from './effective-rules.ts';

/**
 * The present of a tree with nothing of its past in it (spec/review.md, REV12). A tree keeps what was written
 * to styles as it was written: a declaration that was overridden, a rule that was deleted, a sheet that no
 * longer applies still stand in StateTree.snapshot(). After a cut they would be what was cut.
 *
 * Where the effect can't be computed without a browser, the declaration or rule is dropped: the look may
 * suffer, the cut may not.
 */
export function collapsedState(tree: StateTree): StateChange[] {
  const changes = tree.snapshot();
  const adopted = new Set<number>();
  const rules = new Map<string, RuleChange[]>();
  const deltas = new Map<number, StyleDelta>();
  for (const change of changes) {
    if (change.type !== RRWEB_INCREMENTAL) continue;
    const { data } = change;
    if (data.source === SOURCE_ADOPTED_STYLE_SHEET) for (const id of data.styleIds) adopted.add(id);
    if (isRuleChange(data)) rules.set(sheetOf(data), [...(rules.get(sheetOf(data)) ?? []), data]);
    if (data.source === SOURCE_MUTATION) {
      for (const { id, attributes } of data.attributes) {
        const { style } = attributes as { style?: StyleDelta };
        if (style) deltas.set(id, style);
      }
    }
  }
  const collapsed: StateChange[] = [];
  for (const change of changes) {
    if (change.type === RRWEB_FULL_SNAPSHOT) {
      restyle(change.data.node, deltas);
      collapsed.push(change);
      continue;
    }
    if (change.type !== RRWEB_INCREMENTAL) {
      collapsed.push(change);
      continue;
    }
    const { data } = change;
    if (data.source === SOURCE_MUTATION) {
      for (const add of data.adds) restyle(add.node, deltas);
      const attributes = data.attributes.map(({ id, attributes: { style } }) => ({
        id,
        attributes: { style: setOnly(style as StyleDelta) },
      }));
      collapsed.push({ type: RRWEB_INCREMENTAL, data: { ...data, attributes } });
    } else if (data.source === SOURCE_ADOPTED_STYLE_SHEET) {
      // A sheet that applies nowhere now keeps its number, because a later change may name it.
      const styles = data.styles?.map((sheet) =>
        adopted.has(sheet.styleId) && !isRewritten(rules.get(`sheet ${sheet.styleId}`))
          ? sheet
          : { styleId: sheet.styleId, rules: [] },
      );
      collapsed.push({ type: RRWEB_INCREMENTAL, data: { ...data, ...(styles ? { styles } : {}) } });
    } else if (isRuleChange(data)) {
      const of = sheetOf(data);
      if (data.styleId === undefined || adopted.has(data.styleId)) {
        for (const effective of effectiveRules(rules.get(of) ?? [])) {
          collapsed.push({ type: RRWEB_INCREMENTAL, data: effective });
        }
      }
      rules.delete(of);
    } else collapsed.push(change);
  }
  return collapsed;
}

function isRuleChange(data: object & { source: number }): data is RuleChange {
  return data.source === SOURCE_STYLE_SHEET_RULE || data.source === SOURCE_STYLE_DECLARATION;
}

function sheetOf(data: RuleChange): string {
  return data.styleId === undefined ? `node ${data.id}` : `sheet ${data.styleId}`;
}

/** Rules that a sheet was defined with are gone once all of its text was replaced or a rule was deleted. */
function isRewritten(changes: readonly RuleChange[] | undefined): boolean {
  return (changes ?? []).some(
    (data) =>
      data.source === SOURCE_STYLE_SHEET_RULE &&
      (data.replace !== undefined || data.replaceSync !== undefined || (data.removes?.length ?? 0) > 0),
  );
}

function setOnly(delta: StyleDelta): StyleDelta {
  return Object.fromEntries(Object.entries(delta).filter(([, value]) => value !== false));
}

/** Takes out of style attributes what a later single property may have overridden. The nodes are copies. */
function restyle(node: SerializedNode, deltas: ReadonlyMap<number, StyleDelta>): void {
  if (node.type !== 0 && node.type !== 2) return;
  const delta = node.type === 2 ? deltas.get(node.id) : undefined;
  if (delta && node.type === 2) {
    const { style } = node.attributes as { style?: unknown };
    if (typeof style === 'string') {
      const kept = declarationsWithout(style, Object.keys(delta));
      node.attributes = { ...node.attributes, style: kept };
    }
  }
  for (const child of node.childNodes) restyle(child, deltas);
}

function declarationsWithout(style: string, properties: readonly string[]): string {
  // Strings, escapes and brackets may hold a `;`: then nothing is certain, and nothing stays.
  if (/["'\\{}()]/.test(style)) return '';
  return style
    .split(';')
    .map((declaration) => declaration.trim())
    .filter((declaration) => {
      const property = declaration.split(':')[0]?.trim().toLowerCase() ?? '';
      return property !== '' && !properties.some((changed) => areRelated(property, changed.toLowerCase()));
    })
    .join('; ');
}

/** The same property, or one the shorthand of the other, as far as names tell. */
function areRelated(a: string, b: string): boolean {
  const [first, second] = [a.split('-')[0], b.split('-')[0]];
  return a === b || a === 'all' || b === 'all' || (first !== '' && first === second);
}
