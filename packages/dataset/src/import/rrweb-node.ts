import type { SerializedNode } from '@aboveboard/protocol/state';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import type { IdentityFilter } from './identity-filter.ts';

const MOST_NODES = 200_000;
const MOST_DEPTH = 500;
const LAST_ID = 2 ** 31;
/** Their text is typed by people, or is code. */
const TYPED = new Set(['textarea']);
const CODE = new Set(['script', 'noscript', 'template']);
const ATTRIBUTE_NAME = /^[A-Za-z_:][A-Za-z0-9_.:-]{0,127}$/;
const TAG_NAME = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/;
/** Would load, run, or hold what was typed. */
const DROPPED =
  /^(on.*|srcdoc|value|nonce|integrity|ping|action|formaction|data|poster|background|manifest|download|rr_dataurl|rr_captured.*|rr_src)$/i;
const ADDRESS = /^(href|src|srcset|xlink:href|cite|longdesc|content)$/i;

export type ForeignNode = { ok: true; node: SerializedNode } | { ok: false; message: string };

/**
 * Foreign nodes become nodes that a recording may hold (IMP32): checked in every field, typed text closed,
 * code and addresses dropped, what names a person cleared. Every node keeps its id and its place, so that
 * later changes find their neighbours.
 */
export class ForeignNodes {
  readonly #filter: IdentityFilter;
  /** Text nodes that stand inside of typed text or code; changes of them stay closed. */
  readonly #closed = new Map<number, 'typed' | 'code'>();
  /** Tags of elements that matter to later changes of their attributes. */
  #count = 0;

  constructor(filter: IdentityFilter) {
    this.#filter = filter;
  }

  /** `value` is untrusted. */
  node(value: unknown): ForeignNode {
    this.#count = 0;
    try {
      return { ok: true, node: this.#node(value, 0, null) };
    } catch (error) {
      if (error instanceof NodeFault) return { ok: false, message: error.message };
      throw error;
    }
  }

  text(id: number, value: string): string {
    const closed = this.#closed.get(id);
    if (closed === 'code') return '';
    return closed === 'typed' ? fillerOf(value) : this.#clear(value);
  }

  /** Null: the attribute does not stay. Untrusted name and value. */
  attribute(name: string, value: unknown): string | number | true | null | undefined {
    if (!ATTRIBUTE_NAME.test(name) || name === '__proto__' || DROPPED.test(name)) return undefined;
    if (ADDRESS.test(name)) return undefined;
    if (value === null || value === true) return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
    if (typeof value !== 'string') return undefined;
    if (name === 'style' || name === '_cssText') return withoutAddresses(this.#clear(value));
    return this.#clear(value);
  }

  #node(value: unknown, depth: number, inside: 'typed' | 'code' | null): SerializedNode {
    if (++this.#count > MOST_NODES) throw new NodeFault('has too many nodes');
    if (depth > MOST_DEPTH) throw new NodeFault('is nested too deeply');
    const source = record(value);
    const id = source['id'];
    if (!isId(id)) throw new NodeFault('holds a node without an id');
    switch (source['type']) {
      case 0:
        return { type: 0, id, ...compatMode(source), childNodes: this.#children(source, depth, null) };
      case 1:
        return {
          type: 1,
          id,
          name: short(source['name']) || 'html',
          publicId: short(source['publicId']),
          systemId: short(source['systemId']),
        };
      case 2:
        return this.#element(source, id, depth, inside);
      case 3: {
        if (inside !== null) this.#closed.set(id, inside);
        const text = typeof source['textContent'] === 'string' ? source['textContent'] : '';
        const isStyle = source['isStyle'] === true;
        const clear = isStyle && inside === null ? withoutAddresses(text) : this.text(id, text);
        return {
          type: 3,
          id,
          textContent: clear.toWellFormed(),
          ...(isStyle ? { isStyle } : {}),
          ...(source['isShadow'] === true ? { isShadow: true } : {}),
        };
      }
      case 4:
      case 5:
        // A comment keeps its place as empty text.
        this.#closed.set(id, 'code');
        return { type: 3, id, textContent: '' };
      default:
        throw new NodeFault('holds a node of no known type');
    }
  }

  #element(
    source: Record<string, unknown>,
    id: number,
    depth: number,
    inside: 'typed' | 'code' | null,
  ): SerializedNode {
    const raw = source['tagName'];
    if (typeof raw !== 'string' || !TAG_NAME.test(raw))
      throw new NodeFault('holds an element without a name');
    const tag = raw.toLowerCase();
    const within = TYPED.has(tag) ? 'typed' : CODE.has(tag) ? 'code' : inside;
    const attributes: Record<string, string | number | true | null> = {};
    const given = within === 'code' ? {} : record(source['attributes'] ?? {});
    for (const [name, value] of Object.entries(given)) {
      const kept = this.attribute(name, value);
      if (kept !== undefined) attributes[name] = kept;
    }
    return {
      type: 2,
      id,
      // A script stands as an element that does nothing.
      tagName: tag === 'script' ? 'noscript' : raw,
      attributes,
      childNodes: this.#children(source, depth, within),
      ...(source['isSVG'] === true ? { isSVG: true as const } : {}),
      ...(source['isShadowHost'] === true ? { isShadowHost: true } : {}),
      ...(source['isShadow'] === true ? { isShadow: true } : {}),
    };
  }

  #children(
    source: Record<string, unknown>,
    depth: number,
    inside: 'typed' | 'code' | null,
  ): SerializedNode[] {
    const children = source['childNodes'] ?? [];
    if (!Array.isArray(children)) throw new NodeFault('holds childNodes that are no list');
    return children.map((child) => this.#node(child, depth + 1, inside));
  }

  #clear(text: string): string {
    return this.#filter.clear(text.toWellFormed());
  }
}

class NodeFault extends Error {}

export function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < LAST_ID;
}

/** Dots as long as the bucket of the true length. */
export function fillerOf(value: string): string {
  return '\u2022'.repeat(Math.min(textBucket(value.length), 4096));
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new NodeFault('holds something that is no object');
}

function compatMode(source: Record<string, unknown>): { compatMode?: string } {
  return source['compatMode'] === 'BackCompat' ? { compatMode: 'BackCompat' } : {};
}

function short(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200).toWellFormed() : '';
}

/** A replayed style sheet asks nobody for anything. */
function withoutAddresses(css: string): string {
  return css.replace(/@import[^;]*;?/gi, '').replace(/url\(\s*(?:"[^"]*"|'[^']*'|[^)]*)\s*\)/gi, 'none');
}
