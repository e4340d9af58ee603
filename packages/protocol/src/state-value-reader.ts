import type { ByteReader } from './byte-reader.ts';
import type { RecordingLimits } from './recording-limits.ts';
import {
  type IncrementalData,
  type MutationData,
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  type SerializedNode,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_SCROLL,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  SOURCE_VIEWPORT_RESIZE,
  type StateChange,
  type StateItem,
  type StyleDelta,
} from './state.ts';
import {
  ADOPTED,
  type AttributeValue,
  DECLARATION,
  FIRST_STRING,
  INPUT,
  META,
  MUTATION,
  NODE_FIRST_FLAG,
  NODE_ROOT,
  NODE_SHADOW,
  NODE_SHADOW_HOST,
  NODE_TYPE,
  RESIZE,
  SCROLL,
  SHEET_RULE,
  SNAPSHOT,
  VALUE_DELTA,
  VALUE_NULL,
  VALUE_NUMBER,
  VALUE_TRUE,
  type Value,
} from './state-code.ts';
import { StringList } from './string-table.ts';

/** Reads what the writer wrote from untrusted bytes; bounded in depth and count (REC57), still unchecked. */
export class StateValueReader {
  readonly #source: ByteReader;
  readonly #limits: RecordingLimits;
  readonly #strings: StringList;
  #lastId = 0;
  #nodes = 0;

  constructor(source: ByteReader, limits: RecordingLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#strings = new StringList(source, limits.stateString);
  }

  item(t: number): StateItem {
    const surface = this.#source.varint();
    this.#nodes = 0;
    return { t, surface, event: this.#change() };
  }

  end(): void {
    this.#strings.end();
    this.#source.end('REC54');
  }

  #change(): StateChange {
    const tag = this.#source.byte();
    if (tag === META) {
      const href = this.#string();
      return { type: RRWEB_META, data: { href, width: this.#number(), height: this.#number() } };
    }
    if (tag === SNAPSHOT) {
      const initialOffset = { top: this.#number(), left: this.#number() };
      return { type: RRWEB_FULL_SNAPSHOT, data: { node: this.#node(1), initialOffset } };
    }
    return { type: RRWEB_INCREMENTAL, data: this.#incremental(tag) };
  }

  #incremental(tag: number): IncrementalData {
    switch (tag) {
      case MUTATION:
        return this.#mutation();
      case SCROLL:
        return { source: SOURCE_SCROLL, id: this.#id(), x: this.#number(), y: this.#number() };
      case RESIZE:
        return { source: SOURCE_VIEWPORT_RESIZE, width: this.#number(), height: this.#number() };
      case INPUT:
        return { source: SOURCE_INPUT, id: this.#id(), text: this.#string(), isChecked: this.#flag() };
      case SHEET_RULE: {
        const id = this.#optional(() => this.#id());
        const styleId = this.#optional(() => this.#source.varint());
        const replace = this.#optional(() => this.#string());
        const replaceSync = this.#optional(() => this.#string());
        const removes = this.#optional(() => this.#list(() => ({ index: this.#path() })));
        const adds = this.#optional(() =>
          this.#list(() => ({
            rule: this.#string(),
            ...given(
              'index',
              this.#optional(() => this.#path()),
            ),
          })),
        );
        return {
          source: SOURCE_STYLE_SHEET_RULE,
          ...given('id', id),
          ...given('styleId', styleId),
          ...given('adds', adds),
          ...given('removes', removes),
          ...given('replace', replace),
          ...given('replaceSync', replaceSync),
        };
      }
      case DECLARATION: {
        const id = this.#optional(() => this.#id());
        const styleId = this.#optional(() => this.#source.varint());
        const path = this.#path();
        const set = this.#optional(() => ({
          property: this.#string(),
          value: this.#optional(() => this.#string()) ?? null,
          priority: this.#optional(() => this.#string()),
        }));
        const remove = this.#optional(() => ({ property: this.#string() }));
        return {
          source: SOURCE_STYLE_DECLARATION,
          ...given('id', id),
          ...given('styleId', styleId),
          index: typeof path === 'number' ? this.#source.fail('REC53', 'a declaration has a path') : path,
          ...given('set', set),
          ...given('remove', remove),
        };
      }
      case ADOPTED: {
        const id = this.#id();
        const styleIds = this.#list(() => this.#source.varint());
        const styles = this.#optional(() =>
          this.#list(() => ({
            styleId: this.#source.varint(),
            rules: this.#list(() => ({
              rule: this.#string(),
              ...given(
                'index',
                this.#optional(() => this.#source.varint()),
              ),
            })),
          })),
        );
        return { source: SOURCE_ADOPTED_STYLE_SHEET, id, styleIds, ...given('styles', styles) };
      }
      default:
        return this.#source.fail('REC53', `no change has the number ${tag}`);
    }
  }

  #mutation(): MutationData {
    const attach = this.#flag();
    const texts = this.#list(() => ({ id: this.#id(), value: this.#optional(() => this.#string()) ?? null }));
    const attributes = this.#list(() => ({ id: this.#id(), attributes: this.#attributes(true) }));
    const removes = this.#list(() => ({
      parentId: this.#id(),
      id: this.#id(),
      ...given('isShadow', this.#flag() || undefined),
    }));
    const adds = this.#list(() => ({
      parentId: this.#id(),
      nextId: this.#optional(() => this.#id()) ?? null,
      node: this.#node(1),
    }));
    return {
      source: SOURCE_MUTATION,
      texts,
      attributes: attributes as MutationData['attributes'],
      removes,
      adds,
      ...given('isAttachIframe', attach || undefined),
    };
  }

  #node(depth: number): SerializedNode {
    if (depth > this.#limits.depth) this.#source.fail('REC57', 'the tree is too deep');
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes) this.#source.fail('REC57', 'too many nodes in one change');
    const tag = this.#source.byte();
    const type = tag & NODE_TYPE;
    const legal = [
      NODE_FIRST_FLAG,
      0,
      NODE_FIRST_FLAG | NODE_SHADOW_HOST | NODE_SHADOW,
      NODE_FIRST_FLAG | NODE_SHADOW,
    ];
    if ((tag & ~(NODE_TYPE | NODE_ROOT | (legal[type] as number))) !== 0) {
      this.#source.fail('REC53', 'flags that this type of node does not have');
    }
    const id = this.#id();
    const root = given('rootId', tag & NODE_ROOT ? this.#source.varint() : undefined);
    const first = (tag & NODE_FIRST_FLAG) !== 0;
    const shadow = given('isShadow', tag & NODE_SHADOW ? true : undefined);
    switch (type) {
      case 0: {
        const compatMode = given('compatMode', first ? this.#string() : undefined);
        return { type: 0, id, ...root, ...compatMode, childNodes: this.#list(() => this.#node(depth + 1)) };
      }
      case 1:
        return {
          type: 1,
          id,
          ...root,
          name: this.#string(),
          publicId: this.#string(),
          systemId: this.#string(),
        };
      case 2:
        return {
          type: 2,
          id,
          ...root,
          tagName: this.#string(),
          attributes: this.#attributes(false) as Record<string, AttributeValue>,
          childNodes: this.#list(() => this.#node(depth + 1)),
          ...given('isSVG', first ? (true as const) : undefined),
          ...given('isShadowHost', tag & NODE_SHADOW_HOST ? true : undefined),
          ...shadow,
        };
      default:
        return {
          type: 3,
          id,
          ...root,
          textContent: this.#string(),
          ...given('isStyle', first ? (true as const) : undefined),
          ...shadow,
        };
    }
  }

  /** A change may hold style deltas, a node may hold numbers and true; both share a tag. */
  #attributes(change: boolean): Record<string, Value> {
    const attributes: Record<string, Value> = {};
    const count = this.#count();
    for (let i = 0; i < count; i += 1) {
      const name = this.#newKey(attributes);
      const tag = this.#source.varint();
      if (tag >= FIRST_STRING) attributes[name] = this.#stringAt(tag - FIRST_STRING);
      else if (tag === VALUE_NULL) attributes[name] = null;
      else if (tag === VALUE_TRUE && !change) attributes[name] = true;
      else if (tag === VALUE_NUMBER && !change) attributes[name] = this.#number();
      else if (change && tag === VALUE_DELTA) attributes[name] = this.#delta();
      else this.#source.fail('REC53', 'no such attribute value here');
    }
    return attributes;
  }

  #delta(): StyleDelta {
    const delta: StyleDelta = {};
    const count = this.#count();
    for (let i = 0; i < count; i += 1) {
      const property = this.#newKey(delta);
      const tag = this.#source.byte();
      if (tag === 0) delta[property] = false;
      else if (tag === 1) delta[property] = this.#string();
      else if (tag === 2) delta[property] = [this.#string(), this.#string()];
      else this.#source.fail('REC53', 'no such style value');
    }
    return delta;
  }

  /** `__proto__` would be a setter on a plain object, and a key given twice hides what was there. */
  #newKey(into: object): string {
    const key = this.#string();
    if (key === '__proto__' || Object.hasOwn(into, key))
      this.#source.fail('REC53', 'a name is repeated or illegal');
    return key;
  }

  #list<T>(read: () => T): T[] {
    const count = this.#count();
    const items: T[] = [];
    for (let i = 0; i < count; i += 1) items.push(read());
    return items;
  }

  /** Every item of a list takes a byte at least. */
  #count(): number {
    return this.#source.count(this.#source.left, 'REC53', 'items of a list');
  }

  #flag(): boolean {
    return this.#source.count(1, 'REC53', 'a flag') === 1;
  }

  #optional<T>(read: () => T): T | undefined {
    return this.#flag() ? read() : undefined;
  }

  #path(): number | number[] {
    const length = this.#source.count(this.#limits.depth, 'REC53', 'steps of a path');
    if (length === 0) return this.#source.varint();
    return Array.from({ length: length - 1 }, () => this.#source.varint());
  }

  #string(): string {
    return this.#stringAt(this.#source.varint());
  }

  #stringAt(index: number): string {
    return this.#strings.at(index);
  }

  #id(): number {
    const id = this.#lastId + this.#source.signed();
    if (id < 0 || !Number.isSafeInteger(id)) this.#source.fail('REC53', 'an id is out of range');
    this.#lastId = id;
    return id;
  }

  #number(): number {
    const tag = this.#source.varint();
    if (tag === 1) return this.#source.double();
    if (tag % 2 === 1) this.#source.fail('REC53', 'no such number');
    const zigzag = tag / 2;
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
}

/** `{name: value}`, or nothing where there is no value: exact optional properties. */
function given<K extends string, T>(name: K, value: T | undefined): { [key in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [key in K]?: T };
}
