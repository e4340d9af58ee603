import { ByteWriter } from './byte-writer.ts';
import {
  type IncrementalData,
  type MutationData,
  RRWEB_FULL_SNAPSHOT,
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
} from './state.ts';
import {
  ADOPTED,
  DECLARATION,
  FIRST_STRING,
  INPUT,
  META,
  MUTATION,
  NODE_FIRST_FLAG,
  NODE_ROOT,
  NODE_SHADOW,
  NODE_SHADOW_HOST,
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
import { StringTable } from './string-table.ts';

/** Writes state items as tagged values (REC53). */
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
