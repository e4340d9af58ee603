import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_META,
  type SerializedNode,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  type StateItem,
  type StyleDelta,
} from '@aboveboard/protocol/state';
import { attributeKind } from '@aboveboard/redact/attribute-table';
import { cssString, cssTokens, stringText } from '@aboveboard/redact/css-tokens';

/** What a text of a state becomes. Names (ids, classes, paths), numbers and styling are no texts. */
export type TextChange = (text: string) => string;

type IncrementalItem = Extract<StateItem['event'], { type: 3 }>;

/** Properties whose strings are shown (MASK11), and those that pages name themselves. */
const SHOWN = /^(?:content|quotes|symbols|prefix|suffix|list-style-type|text-emphasis|--.*)$/;

/**
 * Every place of a recording's states that holds text that somebody could read (MASK38): text nodes, labels in attributes,
 * values of fields, strings of style sheets. Lists what it visits; a place that masking opens must be here. One for
 * each recording, given its items in their order: what text of a style sheet is, only earlier items tell.
 */
export class StateTexts {
  readonly #styles = new Set<string>();

  change(item: StateItem, change: TextChange): StateItem {
    const { event } = item;
    if (event.type === RRWEB_META) return item;
    if (event.type === RRWEB_FULL_SNAPSHOT) {
      const node = this.#node(event.data.node, item.surface, false, change);
      return { ...item, event: { ...event, data: { ...event.data, node } } };
    }
    return { ...item, event: { ...event, data: this.#changed(event.data, item.surface, change) } };
  }

  /** The same places, looked at only. */
  see(item: StateItem, see: (text: string) => void): void {
    this.change(item, (text) => {
      see(text);
      return text;
    });
  }

  #changed(data: IncrementalItem['data'], surface: number, change: TextChange): IncrementalItem['data'] {
    switch (data.source) {
      case SOURCE_MUTATION:
        return {
          ...data,
          adds: data.adds.map((add) => ({
            ...add,
            node: this.#node(add.node, surface, this.#isStyle(surface, add.parentId), change),
          })),
          texts: data.texts.map(({ id, value }) => ({
            id,
            value: value === null ? null : this.#isStyle(surface, id) ? css(value, change) : change(value),
          })),
          attributes: data.attributes.map(({ id, attributes }) => ({
            id,
            attributes: changeAttributes(attributes, change),
          })),
        };
      case SOURCE_INPUT:
        return { ...data, text: change(data.text) };
      case SOURCE_STYLE_SHEET_RULE:
        return {
          ...data,
          ...(data.adds && { adds: data.adds.map((add) => ({ ...add, rule: css(add.rule, change) })) }),
          ...(data.replace !== undefined && { replace: css(data.replace, change) }),
          ...(data.replaceSync !== undefined && { replaceSync: css(data.replaceSync, change) }),
        };
      case SOURCE_STYLE_DECLARATION: {
        if (!data.set || data.set.value === null) return data;
        const { property, value } = data.set;
        return { ...data, set: { ...data.set, value: declared(property, value, change) } };
      }
      case SOURCE_ADOPTED_STYLE_SHEET: {
        if (!data.styles) return data;
        const styles = data.styles.map((sheet) => ({
          ...sheet,
          rules: sheet.rules.map((rule) => ({ ...rule, rule: css(rule.rule, change) })),
        }));
        return { ...data, styles };
      }
      default:
        return data;
    }
  }

  #isStyle(surface: number, id: number): boolean {
    return this.#styles.has(`${surface}:${id}`);
  }

  #node(node: SerializedNode, surface: number, inStyle: boolean, change: TextChange): SerializedNode {
    if (node.type === 1) return node;
    if (node.type === 3) {
      const isStyle = inStyle || node.isStyle === true;
      if (isStyle) this.#styles.add(`${surface}:${node.id}`);
      const textContent = isStyle ? css(node.textContent, change) : change(node.textContent);
      return { ...node, textContent };
    }
    const isStyle = node.type === 2 && node.tagName.toLowerCase() === 'style';
    if (isStyle) this.#styles.add(`${surface}:${node.id}`);
    const childNodes = node.childNodes.map((child) => this.#node(child, surface, isStyle, change));
    if (node.type === 0) return { ...node, childNodes };
    return { ...node, attributes: changeAttributes(node.attributes, change), childNodes };
  }
}

function changeAttributes<V extends string | number | true | null | StyleDelta>(
  attributes: Record<string, V>,
  change: TextChange,
): Record<string, V> {
  const changed: Record<string, V> = {};
  for (const [name, value] of Object.entries(attributes)) {
    changed[name] = value;
    if (typeof value === 'string') {
      if (name === 'style') changed[name] = css(value, change) as V;
      else if (name === 'value' || name === '_cssText' || attributeKind(name.toLowerCase()) === 'text') {
        changed[name] = (name === '_cssText' ? css(value, change) : change(value)) as V;
      }
    } else if (name === 'style' && value !== null && typeof value === 'object') {
      changed[name] = changeDelta(value, change) as V;
    }
  }
  return changed;
}

function changeDelta(delta: StyleDelta, change: TextChange): StyleDelta {
  const changed: StyleDelta = {};
  for (const [property, value] of Object.entries(delta)) {
    if (value === false) changed[property] = false;
    else if (typeof value === 'string') changed[property] = declared(property, value, change);
    else changed[property] = [declared(property, value[0], change), value[1]];
  }
  return changed;
}

function declared(property: string, value: string, change: TextChange): string {
  return SHOWN.test(property.toLowerCase()) && /["']/.test(value)
    ? cssTokens(value)
        .map((token) => (token.kind === 'string' ? shown(token.raw, change) : token.raw))
        .join('')
    : value;
}

/** Strings of declarations that show them; those of selectors and fonts are names. */
function css(text: string, change: TextChange): string {
  if (!/["']/.test(text)) return text;
  let property = '';
  let out = '';
  for (const { kind, raw } of cssTokens(text)) {
    if (raw === ';' || raw === '{' || raw === '}') property = '';
    else if (kind === 'ident' && property === '') property = raw.toLowerCase();
    out += kind === 'string' && SHOWN.test(property) ? shown(raw, change) : raw;
  }
  return out;
}

function shown(raw: string, change: TextChange): string {
  const text = stringText(raw);
  const changed = change(text);
  return changed === text ? raw : cssString(changed);
}
