import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
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
import { StringList, StringTable } from './string-table.ts';

/** Tags of changes on the wire (REC53). */
const META = 0;
const SNAPSHOT = 1;
const MUTATION = 2;
const SCROLL = 3;
const RESIZE = 4;
const INPUT = 5;
const SHEET_RULE = 6;
const DECLARATION = 7;
const ADOPTED = 8;

/** Tags of attribute values: below FIRST_STRING a kind, from it on a string's number. */
const VALUE_NULL = 0;
const VALUE_TRUE = 1;
const VALUE_NUMBER = 2;
const VALUE_DELTA = 2;
const FIRST_STRING = 3;

const NODE_TYPE = 0x03;
const NODE_FIRST_FLAG = 0x04;
const NODE_SHADOW_HOST = 0x08;
const NODE_SHADOW = 0x10;
const NODE_ROOT = 0x20;

type AttributeValue = string | number | true | null;
type Value = AttributeValue | StyleDelta;

export class StateValueWriter {
  readonly #out = new ByteWriter(4096);
  readonly #strings = new StringTable();
  #lastId = 0;

  item({ surface, event }: StateItem, gap: number): void {
    this.#out.varint(gap);
    this.#out.varint(surface);
    this.#change(event);
  }

  finish(into: ByteWriter): void {
    this.#strings.write(into);
    into.bytes(this.#out.done());
  }

  #change(event: StateChange): void {
    const out = this.#out;
    if (event.type === RRWEB_META) {
      out.byte(META);
      this.#string(event.data.href);
      this.#number(event.data.width);
      this.#number(event.data.height);
    } else if (event.type === RRWEB_FULL_SNAPSHOT) {
      out.byte(SNAPSHOT);
      this.#number(event.data.initialOffset.top);
      this.#number(event.data.initialOffset.left);
      this.#node(event.data.node);
    } else this.#incremental(event.data);
  }

  #incremental(data: IncrementalData): void {
    const out = this.#out;
    switch (data.source) {
      case SOURCE_MUTATION:
        out.byte(MUTATION);
        this.#mutation(data);
        break;
      case SOURCE_SCROLL:
        out.byte(SCROLL);
        this.#id(data.id);
        this.#number(data.x);
        this.#number(data.y);
        break;
      case SOURCE_VIEWPORT_RESIZE:
        out.byte(RESIZE);
        this.#number(data.width);
        this.#number(data.height);
        break;
      case SOURCE_INPUT:
        out.byte(INPUT);
        this.#id(data.id);
        this.#string(data.text);
        out.byte(data.isChecked ? 1 : 0);
        break;
      case SOURCE_STYLE_SHEET_RULE:
        out.byte(SHEET_RULE);
        this.#optional(data.id, (id) => this.#id(id));
        this.#optional(data.styleId, (id) => out.varint(id));
        this.#optional(data.replace, (text) => this.#string(text));
        this.#optional(data.replaceSync, (text) => this.#string(text));
        this.#optional(data.removes, (removes) => this.#list(removes, ({ index }) => this.#path(index)));
        this.#optional(data.adds, (adds) =>
          this.#list(adds, ({ rule, index }) => {
            this.#string(rule);
            this.#optional(index, (path) => this.#path(path));
          }),
        );
        break;
      case SOURCE_STYLE_DECLARATION:
        out.byte(DECLARATION);
        this.#optional(data.id, (id) => this.#id(id));
        this.#optional(data.styleId, (id) => out.varint(id));
        this.#path(data.index);
        this.#optional(data.set, ({ property, value, priority }) => {
          this.#string(property);
          this.#optional(value ?? undefined, (text) => this.#string(text));
          this.#optional(priority, (text) => this.#string(text));
        });
        this.#optional(data.remove, ({ property }) => this.#string(property));
        break;
      case SOURCE_ADOPTED_STYLE_SHEET:
        out.byte(ADOPTED);
        this.#id(data.id);
        this.#list(data.styleIds, (id) => out.varint(id));
        this.#optional(data.styles, (styles) =>
          this.#list(styles, ({ styleId, rules }) => {
            out.varint(styleId);
            this.#list(rules, ({ rule, index }) => {
              this.#string(rule);
              this.#optional(index, (at) => out.varint(at));
            });
          }),
        );
        break;
    }
  }

  #mutation(data: MutationData): void {
    const out = this.#out;
    out.byte(data.isAttachIframe ? 1 : 0);
    this.#list(data.texts, ({ id, value }) => {
      this.#id(id);
      this.#optional(value ?? undefined, (text) => this.#string(text));
    });
    this.#list(data.attributes, ({ id, attributes }) => {
      this.#id(id);
      this.#attributes(attributes);
    });
    this.#list(data.removes, ({ parentId, id, isShadow }) => {
      this.#id(parentId);
      this.#id(id);
      out.byte(isShadow ? 1 : 0);
    });
    this.#list(data.adds, ({ parentId, nextId, node }) => {
      this.#id(parentId);
      this.#optional(nextId ?? undefined, (id) => this.#id(id));
      this.#node(node);
    });
  }

  #node(node: SerializedNode): void {
    const out = this.#out;
    const root = node.rootId === undefined ? 0 : NODE_ROOT;
    const shadow = (node.type === 2 || node.type === 3) && node.isShadow ? NODE_SHADOW : 0;
    const first =
      (node.type === 2 && node.isSVG) ||
      (node.type === 3 && node.isStyle) ||
      (node.type === 0 && node.compatMode !== undefined);
    const host = node.type === 2 && node.isShadowHost ? NODE_SHADOW_HOST : 0;
    out.byte(node.type | root | shadow | host | (first ? NODE_FIRST_FLAG : 0));
    this.#id(node.id);
    if (node.rootId !== undefined) out.varint(node.rootId);
    switch (node.type) {
      case 0:
        if (node.compatMode !== undefined) this.#string(node.compatMode);
        this.#list(node.childNodes, (child) => this.#node(child));
        break;
      case 1:
        this.#string(node.name);
        this.#string(node.publicId);
        this.#string(node.systemId);
        break;
      case 2:
        this.#string(node.tagName);
        this.#attributes(node.attributes);
        this.#list(node.childNodes, (child) => this.#node(child));
        break;
      case 3:
        this.#string(node.textContent);
        break;
    }
  }

  #attributes(attributes: Record<string, Value>): void {
    this.#list(Object.entries(attributes), ([name, value]) => {
      this.#string(name);
      this.#value(value);
    });
  }

  #value(value: Value): void {
    const out = this.#out;
    if (value === null) out.varint(VALUE_NULL);
    else if (value === true) out.varint(VALUE_TRUE);
    else if (typeof value === 'string') out.varint(FIRST_STRING + this.#strings.index(value));
    else if (typeof value === 'number') {
      out.varint(VALUE_NUMBER);
      this.#number(value);
    } else {
      out.varint(VALUE_DELTA);
      this.#list(Object.entries(value), ([property, set]) => {
        this.#string(property);
        if (set === false) out.byte(0);
        else if (typeof set === 'string') {
          out.byte(1);
          this.#string(set);
        } else {
          out.byte(2);
          this.#string(set[0]);
          this.#string(set[1]);
        }
      });
    }
  }

  #list<T>(items: readonly T[], write: (item: T) => void): void {
    this.#out.varint(items.length);
    for (const item of items) write(item);
  }

  #optional<T>(value: T | undefined, write: (value: T) => void): void {
    this.#out.byte(value === undefined ? 0 : 1);
    if (value !== undefined) write(value);
  }

  /** A rule's place: 0 and a number, or the length of a path into nested rules and its numbers. */
  #path(index: number | readonly number[]): void {
    if (typeof index === 'number') {
      this.#out.varint(0);
      this.#out.varint(index);
    } else {
      this.#out.varint(index.length + 1);
      for (const step of index) this.#out.varint(step);
    }
  }

  #string(text: string): void {
    this.#out.varint(this.#strings.index(text));
  }

  #id(id: number): void {
    this.#out.signed(id - this.#lastId);
    this.#lastId = id;
  }

  /** Whole numbers as twice their zigzag; 1 and a double for all others. */
  #number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 50) {
      this.#out.varint(2 * (value < 0 ? -2 * value - 1 : 2 * value));
    } else {
      this.#out.varint(1);
      this.#out.double(value);
    }
  }
}

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
