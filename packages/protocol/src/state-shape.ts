import type { Fault } from './fault.ts';
import type { RecordingLimits } from './recording-limits.ts';
import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_SCROLL,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  SOURCE_VIEWPORT_RESIZE,
} from './state.ts';
import { isSafeAttribute, isSafeCss, isSafeTag, isScriptAddress, localName } from './state-safety.ts';

type Fields = Record<string, unknown>;

/** Player coordinates and sizes. */
const FARTHEST = 2 ** 26;
const LAST_ID = 2 ** 48;

/** The shape of one state item and all in it. Faults are gathered; places are paths, never contents. */
export class StateShape {
  readonly #at: string;
  readonly #limits: RecordingLimits;
  readonly #faults: Fault[];
  readonly #ids = new Set<number>();
  #nodes = 0;

  constructor(at: string, limits: RecordingLimits, faults: Fault[]) {
    this.#at = at;
    this.#limits = limits;
    this.#faults = faults;
  }

  fault(rule: string, at: string, message: string): void {
    if (this.#faults.length < 100) this.#faults.push({ rule, at: `${this.#at}.${at}`, message });
  }

  /** Gives its time, or null where it has none. */
  item(item: unknown): number | null {
    if (!this.#fields(item, 'item', ['t', 'surface', 'event'])) return null;
    this.#id(item['surface'], 'surface');
    this.#change(item['event']);
    if (typeof item['t'] === 'number' && Number.isInteger(item['t']) && item['t'] >= 0) return item['t'];
    this.fault('REC52', 't', 'is not a whole number of ticks');
    return null;
  }

  #change(event: unknown): void {
    if (!this.#fields(event, 'event', ['type', 'data'])) return;
    const { type, data } = event as { type: unknown; data: unknown };
    if (type === RRWEB_META) {
      if (!this.#fields(data, 'data', ['href', 'width', 'height'])) return;
      if (this.#string(data['href'], 'data.href') && isScriptAddress(data['href'])) {
        this.fault('REC59', 'data.href', 'is an address that is not allowed');
      }
      this.#length(data['width'], 'data.width');
      this.#length(data['height'], 'data.height');
    } else if (type === RRWEB_FULL_SNAPSHOT) {
      if (!this.#fields(data, 'data', ['node', 'initialOffset'])) return;
      const offset = data['initialOffset'];
      if (this.#fields(offset, 'data.initialOffset', ['top', 'left'])) {
        this.#length(offset['top'], 'data.initialOffset.top');
        this.#length(offset['left'], 'data.initialOffset.left');
      }
      this.#node(data['node'], 'data.node', 1, '');
      if ((data['node'] as Fields | null)?.['type'] !== 0)
        this.fault('REC55', 'data.node', 'is not a document');
    } else if (type === RRWEB_INCREMENTAL) this.#incremental(data);
    else this.fault('REC55', 'event.type', 'is not one of the list');
  }

  #incremental(data: unknown): void {
    const source = typeof data === 'object' && data !== null ? (data as Fields)['source'] : undefined;
    switch (source) {
      case SOURCE_MUTATION:
        this.#mutation(data);
        break;
      case SOURCE_SCROLL:
        if (!this.#fields(data, 'data', ['source', 'id', 'x', 'y'])) return;
        this.#id(data['id'], 'data.id');
        this.#length(data['x'], 'data.x');
        this.#length(data['y'], 'data.y');
        break;
      case SOURCE_VIEWPORT_RESIZE:
        if (!this.#fields(data, 'data', ['source', 'width', 'height'])) return;
        this.#length(data['width'], 'data.width');
        this.#length(data['height'], 'data.height');
        break;
      case SOURCE_INPUT:
        if (!this.#fields(data, 'data', ['source', 'id', 'text', 'isChecked'])) return;
        this.#id(data['id'], 'data.id');
        this.#string(data['text'], 'data.text');
        if (typeof data['isChecked'] !== 'boolean')
          this.fault('REC53', 'data.isChecked', 'is not true or false');
        break;
      case SOURCE_STYLE_SHEET_RULE:
        this.#sheetRule(data);
        break;
      case SOURCE_STYLE_DECLARATION:
        this.#declaration(data);
        break;
      case SOURCE_ADOPTED_STYLE_SHEET:
        this.#adopted(data);
        break;
      default:
        this.fault('REC55', 'data.source', 'is not one of the list');
    }
  }

  #mutation(data: unknown): void {
    if (!this.#fields(data, 'data', ['source', 'texts', 'attributes', 'removes', 'adds'], ['isAttachIframe']))
      return;
    this.#only(data['isAttachIframe'], true, 'data.isAttachIframe');
    this.#each(data['texts'], 'data.texts', (text, at) => {
      if (!this.#fields(text, at, ['id', 'value'])) return;
      this.#id(text['id'], `${at}.id`);
      // A style sheet's text is only told apart by the tree; what is unsafe as one is unsafe in any.
      if (text['value'] !== null) this.#string(text['value'], `${at}.value`);
    });
    this.#each(data['attributes'], 'data.attributes', (change, at) => {
      if (!this.#fields(change, at, ['id', 'attributes'])) return;
      this.#id(change['id'], `${at}.id`);
      this.#attributes(change['attributes'], `${at}.attributes`, null);
    });
    this.#each(data['removes'], 'data.removes', (remove, at) => {
      if (!this.#fields(remove, at, ['parentId', 'id'], ['isShadow'])) return;
      this.#id(remove['parentId'], `${at}.parentId`);
      this.#id(remove['id'], `${at}.id`);
      if (remove['isShadow'] !== undefined && typeof remove['isShadow'] !== 'boolean') {
        this.fault('REC53', `${at}.isShadow`, 'is not true or false');
      }
    });
    this.#each(data['adds'], 'data.adds', (add, at) => {
      if (!this.#fields(add, at, ['parentId', 'nextId', 'node'])) return;
      this.#id(add['parentId'], `${at}.parentId`);
      if (add['nextId'] !== null) this.#id(add['nextId'], `${at}.nextId`);
      this.#node(add['node'], `${at}.node`, 1, '');
      const node = add['node'] as Fields | null;
      if (node?.['type'] === 2 && Array.isArray(node['childNodes']) && node['childNodes'].length > 0) {
        this.fault('REC63', `${at}.node`, 'brings children: each must be an addition of its own');
      }
    });
  }

  #sheetRule(data: unknown): void {
    const some = ['id', 'styleId', 'adds', 'removes', 'replace', 'replaceSync'];
    if (!this.#fields(data, 'data', ['source'], some)) return;
    this.#target(data);
    for (const name of ['replace', 'replaceSync'])
      if (data[name] !== undefined) this.#css(data[name], `data.${name}`);
    if (data['removes'] !== undefined) {
      this.#each(data['removes'], 'data.removes', (remove, at) => {
        if (this.#fields(remove, at, ['index'])) this.#path(remove['index'], `${at}.index`);
      });
    }
    if (data['adds'] !== undefined) {
      this.#each(data['adds'], 'data.adds', (add, at) => {
        if (!this.#fields(add, at, ['rule'], ['index'])) return;
        this.#css(add['rule'], `${at}.rule`);
        if (add['index'] !== undefined) this.#path(add['index'], `${at}.index`);
      });
    }
  }

  #declaration(data: unknown): void {
    if (!this.#fields(data, 'data', ['source', 'index'], ['id', 'styleId', 'set', 'remove'])) return;
    this.#target(data);
    if (!Array.isArray(data['index'])) this.fault('REC53', 'data.index', 'is not a path');
    else this.#path(data['index'], 'data.index');
    const { set, remove } = data as { set: unknown; remove: unknown };
    if (set !== undefined && this.#fields(set, 'data.set', ['property', 'value', 'priority'], ['priority'])) {
      this.#css(set['property'], 'data.set.property');
      if (set['value'] !== null) this.#css(set['value'], 'data.set.value');
      if (set['priority'] !== undefined) this.#string(set['priority'], 'data.set.priority');
    }
    if (remove !== undefined && this.#fields(remove, 'data.remove', ['property'])) {
      this.#string(remove['property'], 'data.remove.property');
    }
  }

  #adopted(data: unknown): void {
    if (!this.#fields(data, 'data', ['source', 'id', 'styleIds'], ['styles'])) return;
    this.#id(data['id'], 'data.id');
    this.#each(data['styleIds'], 'data.styleIds', (id, at) => this.#id(id, at));
    if (data['styles'] === undefined) return;
    this.#each(data['styles'], 'data.styles', (style, at) => {
      if (!this.#fields(style, at, ['styleId', 'rules'])) return;
      this.#id(style['styleId'], `${at}.styleId`);
      this.#each(style['rules'], `${at}.rules`, (rule, place) => {
        if (!this.#fields(rule, place, ['rule'], ['index'])) return;
        this.#css(rule['rule'], `${place}.rule`);
        if (rule['index'] !== undefined) this.#id(rule['index'], `${place}.index`);
      });
    });
  }

  #node(node: unknown, at: string, depth: number, parentTag: string): void {
    this.#nodes += 1;
    if (depth > this.#limits.depth || this.#nodes > this.#limits.nodes) {
      if (this.#nodes <= this.#limits.nodes + 1)
        this.fault('REC57', at, 'makes the tree too deep or too large');
      return;
    }
    const type = typeof node === 'object' && node !== null ? (node as Fields)['type'] : undefined;
    switch (type) {
      case 0:
        if (!this.#fields(node, at, ['type', 'id', 'childNodes'], ['rootId', 'compatMode'])) return;
        if (node['compatMode'] !== undefined) this.#string(node['compatMode'], `${at}.compatMode`);
        break;
      case 1:
        if (!this.#fields(node, at, ['type', 'id', 'name', 'publicId', 'systemId'], ['rootId'])) return;
        for (const name of ['name', 'publicId', 'systemId']) this.#doctype(node[name], `${at}.${name}`);
        break;
      case 2:
        if (!this.#fields(node, at, ['type', 'id', 'tagName', 'attributes', 'childNodes'], ELEMENT_FIELDS))
          return;
        if (!this.#string(node['tagName'], `${at}.tagName`)) return;
        if (!isSafeTag(node['tagName'] as string))
          this.fault('REC58', `${at}.tagName`, 'is not allowed in a state');
        this.#attributes(node['attributes'], `${at}.attributes`, node['tagName'] as string);
        break;
      case 3:
        if (!this.#fields(node, at, ['type', 'id', 'textContent'], ['rootId', 'isStyle', 'isShadow'])) return;
        if (node['isStyle'] === true || parentTag === 'style')
          this.#css(node['textContent'], `${at}.textContent`);
        else this.#string(node['textContent'], `${at}.textContent`);
        break;
      default:
        this.fault('REC55', at, 'is not a kind of node that is allowed');
        return;
    }
    this.#nodeCommon(node, at);
    if (type === 0 || type === 2) {
      const tag = type === 2 ? localName(String(node['tagName'])) : '';
      this.#each(node['childNodes'], `${at}.childNodes`, (child, place) =>
        this.#node(child, place, depth + 1, tag),
      );
    }
  }

  #nodeCommon(node: Fields, at: string): void {
    const id = node['id'];
    this.#id(id, `${at}.id`);
    if (this.#ids.has(id as number)) this.fault('REC56', `${at}.id`, 'is there twice');
    this.#ids.add(id as number);
    if (node['rootId'] !== undefined) this.#id(node['rootId'], `${at}.rootId`);
    this.#only(node['isSVG'], true, `${at}.isSVG`);
    this.#only(node['isStyle'], true, `${at}.isStyle`);
    for (const name of ['isShadow', 'isShadowHost']) {
      if (node[name] !== undefined && typeof node[name] !== 'boolean')
        this.fault('REC53', `${at}.${name}`, 'is not a flag');
    }
  }

  /** `tagName` null: a change, whose element is not known here, so that every element's rules must hold. */
  #attributes(attributes: unknown, at: string, tagName: string | null): void {
    if (!isPlainObject(attributes)) {
      this.fault('REC53', at, 'is not an object');
      return;
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (tagName === null && name === 'style' && isPlainObject(value)) this.#styleDelta(value, at);
      else if (typeof value === 'string') {
        if (!this.#string(value, at)) continue;
        const isSafe =
          tagName === null
            ? isSafeAttribute('a', name, value) || isSafeAttribute('image', name, value)
            : isSafeAttribute(tagName, name, value);
        if (!isSafe) this.fault('REC59', at, 'holds an attribute that is not allowed in a state');
      } else if (value === null || (tagName !== null && (value === true || isNumber(value)))) {
        if (!isSafeAttribute(tagName ?? 'a', name, '')) {
          this.fault('REC59', at, 'holds an attribute that is not allowed in a state');
        }
      } else this.fault('REC53', at, 'holds a value of a kind that is not allowed');
    }
  }

  #styleDelta(delta: Fields, at: string): void {
    for (const [property, value] of Object.entries(delta)) {
      this.#css(property, at);
      if (property === '__proto__') this.fault('REC59', at, 'holds a property that is not allowed');
      if (value === false) continue;
      const [text, priority] = Array.isArray(value) && value.length === 2 ? value : [value, ''];
      this.#css(text, at);
      this.#string(priority, at);
    }
  }

  #target(data: Fields): void {
    if ((data['id'] === undefined) === (data['styleId'] === undefined)) {
      this.fault('REC53', 'data', 'must name a node or a sheet, and not both');
    }
    if (data['id'] !== undefined) this.#id(data['id'], 'data.id');
    if (data['styleId'] !== undefined) this.#id(data['styleId'], 'data.styleId');
  }

  #path(index: unknown, at: string): void {
    const steps = Array.isArray(index) ? index : [index];
    if (steps.length > this.#limits.depth) this.fault('REC57', at, 'is too deep');
    else for (const step of steps) this.#id(step, at);
  }

  #css(text: unknown, at: string): void {
    if (this.#string(text, at) && !isSafeCss(text))
      this.fault('REC60', at, 'holds a style that is not allowed');
  }

  #doctype(text: unknown, at: string): void {
    if (this.#string(text, at) && !/^[^<>"'\\]{0,256}$/.test(text))
      this.fault('REC55', at, 'is not of a doctype');
  }

  #string(text: unknown, at: string): text is string {
    if (typeof text === 'string' && text.length <= this.#limits.stateString && text.isWellFormed())
      return true;
    this.fault('REC53', at, 'is not a well-formed string, or too long');
    return false;
  }

  #length(value: unknown, at: string): void {
    if (!isNumber(value) || Math.abs(value) > FARTHEST) this.fault('REC53', at, 'is not a number in range');
  }

  #id(value: unknown, at: string): void {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > LAST_ID) {
      this.fault('REC53', at, 'is not a whole number in range');
    }
  }

  #only(value: unknown, expected: true, at: string): void {
    if (value !== undefined && value !== expected) this.fault('REC53', at, 'is true or absent');
  }

  #each(list: unknown, at: string, check: (item: unknown, at: string) => void): void {
    if (!Array.isArray(list)) {
      this.fault('REC53', at, 'is not a list');
      return;
    }
    for (let i = 0; i < list.length && this.#faults.length < 100; i += 1) check(list[i], `${at}[${i}]`);
  }

  /** An object with all of `needed` and none but those and `optional`. */
  #fields(
    value: unknown,
    at: string,
    needed: readonly string[],
    optional: readonly string[] = [],
  ): value is Fields {
    if (!isPlainObject(value)) {
      this.fault('REC53', at, 'is not an object');
      return false;
    }
    for (const name of needed) {
      if (!optional.includes(name) && !Object.hasOwn(value, name)) {
        this.fault('REC53', at, `lacks ${name}`);
        return false;
      }
    }
    for (const name of Object.keys(value)) {
      if (!needed.includes(name) && !optional.includes(name)) {
        this.fault('REC53', at, 'has a field that is not known');
        return false;
      }
    }
    return true;
  }
}

const ELEMENT_FIELDS = ['rootId', 'isSVG', 'isShadowHost', 'isShadow'];

function isPlainObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
