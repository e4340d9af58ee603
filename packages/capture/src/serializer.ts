import type { SerializedNode } from '@aboveboard/protocol/state';
import { isSafeAttribute } from '@aboveboard/protocol/state-safety';
import type { AgentRun } from './agent-run.ts';
import { DOCTYPE, DOCUMENT, ELEMENT, FRAGMENT, SVG, TEXT } from './dom-access.ts';
import type { ElementContexts } from './element-context.ts';
import type { SolidBoxes } from './solid-boxes.ts';
import type { StyleWatch } from './style-watch.ts';
import { type Attributes, createWrittenAttributes } from './written-attributes.ts';

/**
 * Writes one node as it may stay, without its children (AGT11-AGT19). Everything that comes from the page
 * goes through the masker; what does not is structure that this file itself spells out.
 */
export type Serializer = {
  /** Null: the node is not part of a state. */
  shallow(node: Node): SerializedNode | null;
  /** Of these attributes those that the state does not say yet, null where one is gone (AGT18). */
  changed(element: Element, names: ReadonlySet<string>): Attributes;
  text(node: Node): string;
  /** The children that belong to the state, those of a shadow root first. */
  children(node: Node): Iterable<Node>;
  /** Children of it are never written. */
  isOpaque(element: Element): boolean;
};

/** Elements whose inside is not shown, or is written as an attribute. */
const OPAQUE = new Set(
  'script noscript template style textarea img video audio canvas object embed applet iframe frame link'.split(
    ' ',
  ),
);
/** Elements that only load or describe. */
const ABSENT = new Set(['meta', 'base', 'source', 'track', 'param']);
/** Elements that are shown as a box of their size and nothing else (AGT15). */
const PICTURES = new Set(['img', 'video', 'canvas', 'object', 'embed', 'applet']);
/** A picture needs a source to be laid out as one: a transparent point. */
const POINT = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

export function createSerializer(
  run: AgentRun,
  contexts: ElementContexts,
  styles: StyleWatch,
  boxes: SolidBoxes,
): Serializer {
  const { access, masker, mirror, document } = run;
  const written = createWrittenAttributes();
  const isTop = run.window.parent === run.window;
  const rootId = isTop ? {} : { rootId: mirror.id(document) };

  function shallow(node: Node): SerializedNode | null {
    switch (access.nodeType(node)) {
      case DOCUMENT: {
        const compatMode = access.compatMode(node);
        return { type: 0, id: mirror.id(node), ...rootId, compatMode, childNodes: [] };
      }
      case DOCTYPE:
        return doctype(node as DocumentType);
      case ELEMENT:
        return element(node as Element);
      case TEXT: {
        const parent = access.parent(node);
        const shadow = parent && access.nodeType(parent) === FRAGMENT ? { isShadow: true } : {};
        return { type: 3, id: mirror.id(node), ...rootId, textContent: text(node), ...shadow };
      }
      default:
        return null;
    }
  }

  /** The mode of layout hangs on it, so what the standards name stays. */
  function doctype(node: DocumentType): SerializedNode {
    const publicId = /^-\/\/W3C\/\/DTD [A-Z0-9. ]{1,40}\/\/EN$/i.test(node.publicId) ? node.publicId : '';
    const systemId = /^http:\/\/www\.w3\.org\/TR\/[\w./-]{1,60}$/.test(node.systemId) ? node.systemId : '';
    return { type: 1, id: mirror.id(node), ...rootId, name: 'html', publicId, systemId };
  }

  function element(node: Element): SerializedNode | null {
    const tag = access.localName(node);
    const svg = access.namespace(node) === SVG;
    if (!svg && ABSENT.has(tag)) return null;
    if (!svg && tag === 'link' && !styles.isStyleSheet(node)) return null;
    const parent = access.parent(node);
    const shadowRoot = access.shadowRoot(node);
    const all = attributes(node);
    written.whole(node, all);
    return {
      type: 2,
      id: mirror.id(node),
      ...rootId,
      tagName: tagOf(node, tag, svg),
      attributes: all as Record<string, string | true>,
      childNodes: [],
      ...(svg ? { isSVG: true } : {}),
      ...(shadowRoot ? { isShadowHost: true } : {}),
      ...(parent && access.nodeType(parent) === FRAGMENT ? { isShadow: true } : {}),
    };
  }

  function tagOf(node: Element, tag: string, svg: boolean): string {
    if (svg) return tag === 'image' ? 'rect' : tag === 'script' ? 'desc' : masker.tag(tag);
    if (tag === 'script') return 'noscript';
    if (tag === 'object' || tag === 'embed' || tag === 'applet') return 'canvas';
    if (tag === 'frame') return 'iframe';
    if (tag === 'frameset') return 'div';
    if (tag === 'audio') return access.attribute(node, 'controls') === null ? 'noscript' : 'canvas';
    return masker.tag(tag);
  }

  function attributes(node: Element, names?: Iterable<string>): Attributes {
    const tag = access.localName(node);
    const svg = access.namespace(node) === SVG;
    if (!svg && (tag === 'script' || tag === 'noscript' || tag === 'template')) return {};
    const out: Attributes = {};
    const context = contexts.of(node);
    for (const name of names ?? access.attributeNames(node)) {
      if (name === 'style' || isOwn(node, tag, name)) continue;
      const value = access.attribute(node, name);
      if (value === null) {
        out[masker.attributeName(name)] = null;
        continue;
      }
      const masked = masker.attribute(name.toLowerCase(), value, context);
      run.count(masked.rule);
      // The masker has the last word on what stays, the format on what may be in a state at all (REC59).
      const allowed =
        masked.value !== null && isSafeAttribute(tagOf(node, tag, svg), outName(name), masked.value);
      if (allowed) out[outName(name)] = masked.value;
      else if (names) out[outName(name)] = null;
      if (!allowed && masked.value !== null) run.count('attribute.unsafe');
    }
    own(node, tag, svg, names, out);
    return out;
  }

  function outName(name: string): string {
    const lower = name.toLowerCase();
    const renamed = masker.attributeName(lower);
    // SVG's names have capitals in them.
    return renamed === lower ? name : renamed;
  }

  /** Attributes that are written from what the element is now, and not from the attribute. */
  function own(
    node: Element,
    tag: string,
    svg: boolean,
    names: Iterable<string> | undefined,
    out: Attributes,
  ): void {
    const wanted = (name: string) => names === undefined || [...names].includes(name);
    const unseen = boxes.isUnseen(node);
    const picture = isPicture(node, tag, svg);
    if (wanted('style')) {
      const raw = access.inlineStyle(node);
      const styled = raw === '' ? { value: '', rule: undefined } : masker.css(raw);
      run.count(styled.rule);
      const solid = picture || unseen ? boxes.style(node) : '';
      if (unseen) run.count('picture.solid');
      const style = styled.value + solid;
      if (style !== '') out.style = style;
      else if (names) out.style = null;
    }
    if (names !== undefined) return;
    if (picture) {
      run.count('picture.solid');
      if (!svg && tag === 'img') out.src = POINT;
      if (svg) out.fill = '#9aa0a6';
    }
    if (!svg && (tag === 'style' || tag === 'link') && styles.isStyleSheet(node)) {
      if (tag === 'link') out.rel = 'stylesheet';
      out._cssText = styles.text(node);
    }
    if (svg && tag === 'style') out._cssText = styles.text(node);
    if (tag === 'dialog' && !svg && access.attribute(node, 'open') !== null) {
      out.rr_open_mode = access.matches(node, ':modal') ? 'modal' : 'non-modal';
    }
    field(node, tag, out);
  }

  function field(node: Element, tag: string, out: Attributes): void {
    if (access.isInput(node)) {
      const masked = masker.value(access.value(node), contexts.of(node));
      run.count(masked.rule);
      if (masked.value !== '') out.value = masked.value;
      if (access.checked(node)) out.checked = true;
    } else if (access.isField(node)) {
      const masked = masker.value(access.value(node), contexts.of(node));
      run.count(masked.rule);
      out.value = masked.value;
    } else if (tag === 'option') {
      // Players choose by value, so each has one of its own.
      out.value = `o${mirror.id(node)}`;
      if (access.selected(node)) out.selected = true;
    }
  }

  function isOwn(node: Element, tag: string, name: string): boolean {
    if (name === 'value') return access.isInput(node) || access.isField(node) || tag === 'option';
    if (name === 'checked') return access.isInput(node);
    if (name === 'selected') return tag === 'option';
    if (name === 'src') return tag === 'img';
    return name === 'rel' && tag === 'link';
  }

  function isPicture(node: Element, tag: string, svg: boolean): boolean {
    if (svg) return tag === 'image';
    if (access.isInput(node)) return access.inputType(node) === 'image';
    return PICTURES.has(tag) || (tag === 'audio' && access.attribute(node, 'controls') !== null);
  }

  function text(node: Node): string {
    const parent = access.parent(node);
    const context = contexts.of(parent);
    const place = context.tag === 'option' ? 'option' : context.tag === 'title' ? 'title' : 'node';
    const masked = masker.text(access.data(node), { ...context, place });
    run.count(masked.rule);
    return masked.value;
  }

  function isOpaque(node: Element): boolean {
    const tag = access.localName(node);
    return access.namespace(node) === SVG ? tag === 'script' || tag === 'style' : OPAQUE.has(tag);
  }

  function* children(node: Node): Iterable<Node> {
    const type = access.nodeType(node);
    if (type === ELEMENT) {
      const shadow = access.shadowRoot(node as Element);
      if (shadow) yield* below(shadow);
      if (isOpaque(node as Element)) return;
    }
    yield* below(node);
  }

  function* below(node: Node): Iterable<Node> {
    for (let child = access.firstChild(node); child; child = access.nextSibling(child)) yield child;
  }

  return {
    shallow,
    changed: (node, names) => written.news(node, attributes(node, names)),
    text,
    children,
    isOpaque,
  };
}
