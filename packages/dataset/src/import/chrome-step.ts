/**
 * One step of a Chrome Recorder flow, checked against the format that `@puppeteer/replay` describes
 * (spec/dataset-formats.md, IMP40-IMP46). Fields that an import has no use for are checked and dropped.
 */
export type ChromeStep = { target: string; landed: string[] } & (
  | { kind: 'viewport'; width: number; height: number; ratio: number }
  | { kind: 'navigate'; url: string }
  | ({ kind: 'press'; times: 1 | 2; ms: number; button: number; pointer: Pointer } & OnElement)
  | ({ kind: 'change'; value: string } & OnElement)
  | { kind: 'key'; down: boolean; key: string }
  | { kind: 'scroll'; x: number; y: number; element: ChromeElement | null }
  | { kind: 'close' }
  | { kind: 'left-out'; rule: string }
);
export type ChromeElement = { key: string; name: string; role: string | null };
type OnElement = { element: ChromeElement };
type Pointer = 'mouse' | 'pen' | 'touch';
type Data = Record<string, unknown>;
type Told = (message: string) => void;

const FARTHEST = 100_000;
const MOST_SCROLLED = 2 ** 26;
const LONGEST_CLICK = 60_000;
const MOST_TEXT = 65_536;
const MOST_SELECTORS = 64;
const USUAL_CLICK = 50;
const BUTTONS: Readonly<Record<string, number>> = {
  primary: 0,
  auxiliary: 1,
  secondary: 2,
  back: 3,
  forward: 4,
};
const POINTERS: Readonly<Record<string, Pointer>> = { mouse: 'mouse', pen: 'pen', touch: 'touch' };

/** Null: the step has a fault; `told` got each one that it has. */
export function chromeStep(step: unknown, told: Told): ChromeStep | null {
  if (typeof step !== 'object' || step === null || Array.isArray(step)) {
    told('is not an object');
    return null;
  }
  let sound = true;
  const fields = new Fields(step as Data, (message) => {
    sound = false;
    told(message);
  });
  const target = fields.text('target', 'main');
  fields.number('timeout', FARTHEST, 1);
  fields.frame();
  const landed = fields.landed();
  const made = stepOf(fields);
  return sound ? { target, landed, ...made } : null;
}

type Bare<T> = T extends unknown ? Omit<T, 'target' | 'landed'> : never;

function stepOf(fields: Fields): Bare<ChromeStep> {
  switch (fields.text('type')) {
    case 'setViewport':
      for (const flag of ['isMobile', 'hasTouch', 'isLandscape']) fields.flag(flag);
      return {
        kind: 'viewport',
        width: fields.size('width', FARTHEST),
        height: fields.size('height', FARTHEST),
        // 0 stands for the device's own, which is not told.
        ratio: fields.number('deviceScaleFactor', 64) || 1,
      };
    case 'navigate':
      return { kind: 'navigate', url: fields.text('url') };
    case 'click':
    case 'doubleClick':
      return press(fields);
    case 'change':
      return { kind: 'change', element: fields.element(), value: fields.text('value') };
    case 'keyDown':
    case 'keyUp': {
      const key = fields.text('key');
      if (key === '' || key.length > 64) fields.fault('key is not the name of a key');
      return { kind: 'key', down: fields.is('keyDown'), key };
    }
    case 'scroll':
      return {
        kind: 'scroll',
        x: fields.number('x', MOST_SCROLLED, 0),
        y: fields.number('y', MOST_SCROLLED, 0),
        element: fields.has('selectors') ? fields.element() : null,
      };
    case 'close':
      return { kind: 'close' };
    case 'hover':
      fields.element();
      return { kind: 'left-out', rule: 'hover-without-place' };
    case 'waitForElement':
      fields.element();
      fields.number('count', Number.MAX_SAFE_INTEGER, 1);
      if (!['>=', '==', '<='].includes(fields.text('operator', '=='))) fields.fault('operator is none');
      return { kind: 'left-out', rule: 'wait' };
    case 'waitForExpression':
      fields.text('expression');
      return { kind: 'left-out', rule: 'wait' };
    case 'emulateNetworkConditions':
      for (const name of ['download', 'upload', 'latency']) fields.number(name, Number.MAX_SAFE_INTEGER);
      return { kind: 'left-out', rule: 'network-conditions' };
    case 'customStep':
      fields.text('name');
      return { kind: 'left-out', rule: 'custom' };
    default:
      return { kind: 'left-out', rule: 'step-unknown' };
  }
}

function press(fields: Fields): Bare<ChromeStep> {
  const element = fields.element();
  fields.number('offsetX', FARTHEST);
  fields.number('offsetY', FARTHEST);
  const times = fields.is('doubleClick') ? 2 : 1;
  const ms = fields.number('duration', LONGEST_CLICK, USUAL_CLICK);
  if (ms < 0) fields.fault('duration is negative');
  const button = fields.text('button', 'primary');
  const pointer = fields.text('deviceType', 'mouse');
  if (!Object.hasOwn(BUTTONS, button)) return { kind: 'left-out', rule: 'button-unknown' };
  if (!Object.hasOwn(POINTERS, pointer)) return { kind: 'left-out', rule: 'pointer-unknown' };
  return {
    kind: 'press',
    element,
    times,
    ms,
    button: BUTTONS[button] as number,
    pointer: POINTERS[pointer] as Pointer,
  };
}

/** The fields of one step. What a reader gives after a fault is of no use, but has the right type. */
class Fields {
  readonly #data: Data;
  readonly fault: Told;

  constructor(data: Data, fault: Told) {
    this.#data = data;
    this.fault = fault;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#data, name) && this.#data[name] !== undefined;
  }
  is(type: string): boolean {
    return this.#data['type'] === type;
  }

  /** Without `otherwise` the field has to be there. */
  text(name: string, otherwise?: string): string {
    if (!this.has(name) && otherwise !== undefined) return otherwise;
    const value = this.#data[name];
    if (typeof value === 'string' && value.length <= MOST_TEXT) return value;
    this.fault(`${name} is not a text of at most ${MOST_TEXT} characters`);
    return '';
  }

  number(name: string, most: number, otherwise?: number): number {
    if (!this.has(name) && otherwise !== undefined) return otherwise;
    const value = this.#data[name];
    if (typeof value === 'number' && Math.abs(value) <= most) return value;
    this.fault(`${name} is not a number within ${most}`);
    return 0;
  }

  size(name: string, most: number): number {
    const value = this.number(name, most);
    if (value < 1) this.fault(`${name} is not a size`);
    return value;
  }

  flag(name: string): void {
    if (typeof this.#data[name] !== 'boolean') this.fault(`${name} is not true or false`);
  }

  frame(): void {
    if (!this.has('frame')) return;
    const frame = this.#data['frame'];
    const sound = Array.isArray(frame) && frame.length <= 64 && frame.every((at) => Number.isInteger(at));
    if (!sound) this.fault('frame is not a list of numbers');
  }

  /** Addresses that the step led to. */
  landed(): string[] {
    if (!this.has('assertedEvents')) return [];
    const events = this.#data['assertedEvents'];
    if (!Array.isArray(events) || events.length > MOST_SELECTORS) {
      this.fault('assertedEvents is not a short list');
      return [];
    }
    const addresses: string[] = [];
    for (const event of events as (Data | null)[]) {
      const { type, url } = event ?? {};
      if (type !== 'navigation' || (url !== undefined && typeof url !== 'string')) {
        this.fault('an asserted event is no navigation');
      } else if (url !== undefined) addresses.push(url);
    }
    return addresses;
  }

  /** What the step acts on: known by all its selectors, named by the first that says its accessible name. */
  element(): ChromeElement {
    const selectors = this.#data['selectors'];
    const legal = (one: unknown) => typeof one === 'string' && one.length <= MOST_TEXT;
    const sound =
      Array.isArray(selectors) &&
      selectors.length > 0 &&
      selectors.length <= MOST_SELECTORS &&
      selectors.every((one) =>
        Array.isArray(one) ? one.length > 0 && one.length <= MOST_SELECTORS && one.every(legal) : legal(one),
      );
    if (!sound) {
      this.fault('selectors is not a list of selectors');
      return { key: '', name: '', role: null };
    }
    const key = JSON.stringify([this.#data['frame'] ?? [], selectors]);
    const innermost = (selectors as (string | string[])[]).map((one) =>
      Array.isArray(one) ? one.at(-1) : one,
    );
    const aria = innermost.find((one) => one?.startsWith('aria/'))?.slice('aria/'.length) ?? '';
    const role = /\[role="([a-z]{1,32})"\]/.exec(aria)?.[1] ?? null;
    return { key, name: aria.replace(/\[[a-z]+="[^"]*"\]/g, ''), role };
  }
}
