import {
  type IncrementalData,
  type MutationData,
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
import { inertCss, isEmbedded, isLocal } from './inert-css.ts';

type Addition = MutationData['adds'][number];

/**
 * Makes the states of one surface inert before a player sees them (spec/review.md, REV30-REV33). The
 * recorded page chose every name and value in them, so each node is built anew from the known fields:
 * nothing that runs, loads, navigates or submits is carried over. The sandbox and the policy of the stage
 * hold without this; this holds without them.
 *
 * One instance a replay, fed in order: it remembers which nodes are style sheets, so that their text is read
 * as such. What it returns is always fresh, because rrweb changes what it is given.
 */
export class InertState {
  readonly #styles = new Set<number>();
  readonly #styleTexts = new Set<number>();
  /** Of a sheet whose whole text stood in its element: its text nodes in the player. */
  readonly #sheetTexts = new Map<number, number[]>();
  readonly #css: CssCache;

  constructor(css: CssCache = new CssCache()) {
    this.#css = css;
  }

  change(change: StateChange): StateChange {
    if (change.type === RRWEB_FULL_SNAPSHOT) {
      this.#styles.clear();
      this.#styleTexts.clear();
      this.#sheetTexts.clear();
      const { node, initialOffset } = change.data;
      return {
        type: RRWEB_FULL_SNAPSHOT,
        data: { node: this.#node(node, false, 0), initialOffset: { ...initialOffset } },
      };
    }
    if (change.type === RRWEB_INCREMENTAL) {
      return { type: RRWEB_INCREMENTAL, data: this.#incremental(change.data) };
    }
    // The address is not used: rrweb reads only the size.
    return { type: change.type, data: { href: '', width: change.data.width, height: change.data.height } };
  }

  #incremental(data: IncrementalData): IncrementalData {
    if (data.source === SOURCE_MUTATION) {
      // An addition may come before that of its parent: which are sheets must be known first.
      for (const { node } of data.adds) if (isSheet(node)) this.#styles.add(node.id);
      return {
        source: SOURCE_MUTATION,
        removes: data.removes.map((removed) => ({ ...removed })),
        adds: data.adds.flatMap((added) => this.#added(added)),
        texts: [
          ...data.texts.map(({ id, value }) => ({
            id,
            value: value !== null && this.#styleTexts.has(id) ? this.#css.inert(value) : value,
          })),
          ...data.attributes.flatMap(({ id, attributes }) => this.#changedSheet(id, attributes)),
        ],
        attributes: data.attributes.map(({ id, attributes }) => ({
          id,
          attributes: this.#changedAttributes(attributes),
        })),
        ...(data.isAttachIframe ? { isAttachIframe: true as const } : {}),
      };
    }
    if (data.source === SOURCE_STYLE_SHEET_RULE) {
      const { adds, replace, replaceSync } = data;
      return {
        ...data,
        ...(adds ? { adds: adds.map((add) => ({ ...add, rule: this.#css.inert(add.rule) })) } : {}),
        ...(replace === undefined ? {} : { replace: this.#css.inert(replace) }),
        ...(replaceSync === undefined ? {} : { replaceSync: this.#css.inert(replaceSync) }),
      };
    }
    if (data.source === SOURCE_STYLE_DECLARATION) {
      if (!data.set) return { ...data };
      const value = data.set.value === null ? null : this.#css.inert(data.set.value);
      return { ...data, set: { ...data.set, value } };
    }
    if (data.source === SOURCE_ADOPTED_STYLE_SHEET) {
      if (!data.styles) return { ...data };
      const styles = data.styles.map((style) => ({
        styleId: style.styleId,
        rules: style.rules.map((rule) => ({ ...rule, rule: this.#css.inert(rule.rule) })),
      }));
      return { ...data, styles };
    }
    return { ...data };
  }

  /** rrweb builds an added element without its children: the text that a sheet got here is added beside it. */
  #added({ parentId, nextId, node: added }: Addition): Addition[] {
    const node = this.#node(added, this.#styles.has(parentId), 0);
    const own = node.type === 2 ? node.childNodes.filter(({ id }) => id === playersOwn(node.id)) : [];
    return [
      { parentId, nextId, node },
      ...own.map((text) => ({ parentId: node.id, nextId: null, node: text })),
    ];
  }

  #node(node: SerializedNode, inStyle: boolean, depth: number): SerializedNode {
    if (node.type === 0) {
      return {
        type: 0,
        id: node.id,
        ...rooted(node),
        ...(node.compatMode === undefined ? {} : { compatMode: node.compatMode }),
        childNodes: this.#children(node.childNodes, false, depth),
      };
    }
    if (node.type === 1) {
      return { type: 1, id: node.id, ...rooted(node), name: node.name, publicId: '', systemId: '' };
    }
    if (node.type === 2) {
      const tag = node.tagName.toLowerCase();
      const { _cssText: sheet } = node.attributes as { _cssText?: unknown };
      const style = isSheet(node);
      if (style) this.#styles.add(node.id);
      const children = this.#children(node.childNodes, style, depth);
      return {
        type: 2,
        id: node.id,
        ...rooted(node),
        tagName: style ? 'style' : INERT_TAGS.has(tag) ? 'noscript' : safeTag(node.tagName),
        attributes: this.#attributes(tag, node.attributes),
        childNodes: style ? this.#sheet(node.id, sheet, children) : children,
        ...(node.isSVG ? { isSVG: true as const } : {}),
        ...(node.isShadowHost && MAY_HOST.test(tag) ? { isShadowHost: true } : {}),
        ...(node.isShadow === undefined ? {} : { isShadow: node.isShadow }),
      };
    }
    if (inStyle) this.#styleTexts.add(node.id);
    return {
      type: 3,
      id: node.id,
      ...rooted(node),
      textContent: inStyle || node.isStyle ? this.#css.inert(node.textContent) : node.textContent,
      ...(node.isShadow === undefined ? {} : { isShadow: node.isShadow }),
    };
  }

  /**
   * A sheet's whole text may stand in its element, where rrweb would parse it anew on every seek. It is put
   * into the sheet's first text node here, or into one that only the player has (a negative id).
   */
  #sheet(id: number, text: unknown, children: SerializedNode[]): SerializedNode[] {
    if (typeof text !== 'string') return children;
    const textContent = this.#css.inert(text.replaceAll('/* rr_split */', ''));
    const texts = children.filter((child) => child.type === 3);
    this.#sheetTexts.set(id, texts.length > 0 ? texts.map((child) => child.id) : [playersOwn(id)]);
    const [first, ...others] = texts;
    if (!first) return [...children, { type: 3, id: playersOwn(id), textContent }];
    first.textContent = textContent;
    for (const other of others) other.textContent = '';
    return children;
  }

  #children(nodes: readonly SerializedNode[], inStyle: boolean, depth: number): SerializedNode[] {
    // rrweb recurses: a page must not be able to end the stack.
    if (depth >= DEEPEST) return [];
    return nodes.map((node) => this.#node(node, inStyle, depth + 1));
  }

  #attributes(
    tag: string,
    attributes: Record<string, string | number | true | null>,
  ): Record<string, string | number | true | null> {
    const kept: Record<string, string | number | true | null> = {};
    if (INERT_TAGS.has(tag) || STILL_TAGS.has(tag)) return kept;
    for (const [name, value] of Object.entries(attributes)) {
      const safe = this.#attribute(name, value);
      if (safe !== undefined) kept[name] = safe as string | number | true | null;
    }
    return kept;
  }

  #changedAttributes(
    attributes: Record<string, string | null | StyleDelta>,
  ): Record<string, string | null | StyleDelta> {
    const kept: Record<string, string | null | StyleDelta> = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (name === 'style' && typeof value === 'object' && value !== null) kept[name] = this.#delta(value);
      else if (name !== '_cssText') {
        const safe = this.#attribute(name, value as string | null);
        // What may not be set is removed: an address must not stay behind from before.
        if (ATTRIBUTE_NAME.test(name) && name !== '__proto__') kept[name] = (safe as string | null) ?? null;
      }
    }
    return kept;
  }

  #changedSheet(
    id: number,
    attributes: Record<string, string | null | StyleDelta>,
  ): { id: number; value: string }[] {
    const { _cssText: sheet } = attributes as { _cssText?: unknown };
    if (typeof sheet !== 'string') return [];
    const [first, ...others] = this.#sheetTexts.get(id) ?? [];
    if (first === undefined) return [];
    const value = this.#css.inert(sheet.replaceAll('/* rr_split */', ''));
    return [{ id: first, value }, ...others.map((other) => ({ id: other, value: '' }))];
  }

  #attribute(name: string, value: string | number | true | null): unknown {
    const lower = name.toLowerCase();
    if (!ATTRIBUTE_NAME.test(name) || lower === '__proto__' || lower === '_csstext') return undefined;
    if (lower.startsWith('on') || DROPPED.has(lower)) return undefined;
    if (typeof value !== 'string') return value;
    if (lower === 'href' || lower === 'xlink:href') {
      if (isLocal(value) || isEmbedded(value)) return value;
      // Keeps the look of a link without a place to go to.
      return lower === 'href' ? '#' : undefined;
    }
    if (LOADING_ATTRIBUTES.has(lower)) return isEmbedded(value) ? value : undefined;
    if (lower === 'style' || MAY_LOAD.test(value)) return this.#css.inert(value);
    return value;
  }

  #delta(delta: StyleDelta): StyleDelta {
    const kept: StyleDelta = {};
    for (const [property, value] of Object.entries(delta)) {
      if (property === '__proto__') continue;
      if (value === false) kept[property] = false;
      else if (typeof value === 'string') kept[property] = this.#css.inert(value);
      else kept[property] = [this.#css.inert(value[0]), value[1]];
    }
    return kept;
  }
}

/** Sheets repeat in every snapshot of a surface: the text made inert is kept, up to a bound. */
export class CssCache {
  readonly #kept = new Map<string, string>();
  #size = 0;

  inert(text: string): string {
    if (!NEEDS_READING.test(text)) return text;
    if (text.length < 256) return inertCss(text);
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    const inert = inertCss(text);
    if (this.#size > MOST_CSS) {
      this.#kept.clear();
      this.#size = 0;
    }
    this.#kept.set(text, inert);
    this.#size += text.length + inert.length;
    return inert;
  }
}

const MOST_CSS = 16 * 1024 * 1024;
const DEEPEST = 400;

/** Without any of these a text can neither load nor depend on the pointer. */
const NEEDS_READING = /[(@\\]|:hover|\/\*/i;
const MAY_LOAD = /\(/;

const ATTRIBUTE_NAME = /^[A-Za-z_][\w:.-]*$/;

/** Shown as nothing: they run, or stand for something that does. */
const INERT_TAGS = new Set(['script', 'noscript', 'portal', 'fencedframe']);
/** Kept, but without an attribute that makes them act: animations write attributes over time. */
const STILL_TAGS = new Set([
  'animate',
  'animatemotion',
  'animatetransform',
  'set',
  'object',
  'embed',
  'applet',
  'base',
  'meta',
  'link',
]);

const LOADING_ATTRIBUTES = new Set(['src', 'poster', 'background', 'rr_dataurl']);

const DROPPED = new Set([
  'srcdoc',
  'srcset',
  'imagesrcset',
  'action',
  'formaction',
  'formtarget',
  'target',
  'ping',
  'download',
  'data',
  'code',
  'codebase',
  'classid',
  'archive',
  'object',
  'manifest',
  'profile',
  'cite',
  'longdesc',
  'lowsrc',
  'dynsrc',
  'usemap',
  'attributionsrc',
  'http-equiv',
  'autoplay',
  'autofocus',
  'nonce',
  'sandbox',
  'allow',
  'csp',
  'is',
  'rr_mediastate',
  'shadowrootmode',
  'xml:base',
]);

/** Ids of recordings are positive. -1 means something to rrweb. */
function playersOwn(id: number): number {
  return -id - 2;
}

function isSheet(node: SerializedNode): boolean {
  if (node.type !== 2) return false;
  const tag = node.tagName.toLowerCase();
  const { _cssText: sheet } = node.attributes as { _cssText?: unknown };
  return tag === 'style' || (tag === 'link' && typeof sheet === 'string');
}

/** Elements that the platform lets have a shadow root; with any other rrweb would stop half-way. */
const MAY_HOST =
  /^([a-z][\w.]*-[\w.-]*|article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/;

function safeTag(tag: string): string {
  return /^[A-Za-z][\w.-]*$/.test(tag) ? tag : 'div';
}

function rooted(node: { rootId?: number }): { rootId?: number } {
  return node.rootId === undefined ? {} : { rootId: node.rootId };
}
