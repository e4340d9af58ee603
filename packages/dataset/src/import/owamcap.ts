import type { GeometryEvent } from '@aboveboard/protocol/event';
import { desktopEvent, FARTHEST } from './desktop-events.ts';
import type { ImportAccount, Importer, ImportItem } from './import-account.ts';
import { ImportClock } from './import-clock.ts';
import { type McapMessage, mcapMessages } from './mcap-messages.ts';
import { PynputKeyboard } from './pynput-keyboard.ts';
import { objectOf } from './source-text.ts';
import { windowsKeyName } from './windows-key.ts';

const FILE = 'recording.mcap';
const MOST_MESSAGE_BYTES = 1024 * 1024;
const NANOSECONDS_PER_MS = 1e6;
const MOUSE_ACTIONS = new Set<unknown>(['move', 'click', 'scroll']);
const KEY_ACTIONS = new Set<unknown>(['press', 'release']);
const LEFT_OUT: Readonly<Record<string, string>> = {
  'desktop/RawMouseEvent': 'raw-mouse',
  'desktop/MouseState': 'pointer-state',
  'desktop/KeyboardState': 'key-state',
  'desktop/WindowInfo': 'window-title',
};
type Data = Record<string, unknown>;

/** OWAMcap: one MCAP file of the profile `owa` (spec/dataset-formats.md, IMP50-IMP53). Its video is not read. */
export const owaMcap: Importer = {
  format: 'owamcap',
  tickMicroseconds: 100,
  async *read(source, account) {
    const bytes = source.open(FILE);
    if (bytes === null) {
      account.fault('IMP4', FILE, 'is missing');
      return;
    }
    yield { event: { kind: 'surface', t: 0, surface: 0, phase: 'open', type: 'display' } };
    yield { event: { kind: 'focus', t: 0, scope: 'surface', surface: 0 } };
    const desktop = new OwaDesktop(account);
    let messages = 0;
    for await (const message of mcapMessages(FILE, bytes, 'owa', account)) {
      messages++;
      yield* desktop.take(message);
    }
    if (messages === 0) account.fault('IMP4', FILE, 'holds no messages');
  },
};

class OwaDesktop {
  readonly #account: ImportAccount;
  readonly #clock = new ImportClock(100);
  readonly #keyboard = new PynputKeyboard('Windows');
  #zero: bigint | null = null;
  #size = '';

  constructor(account: ImportAccount) {
    this.#account = account;
  }

  *take({ number, schema, logTime, data }: McapMessage): Iterable<ImportItem> {
    const rule = Object.hasOwn(LEFT_OUT, schema) ? LEFT_OUT[schema] : undefined;
    const isKnown = /^desktop\/(?:Mouse|Keyboard)Event$|^desktop\/ScreenCaptured$/.test(schema);
    if (rule !== undefined || !isKnown) {
      this.#account.reduce(rule ?? 'schema-unknown');
      return;
    }
    const at = `${FILE} message ${number}`;
    const line = this.#line(data, at, number);
    if (line === null) return;
    this.#zero ??= logTime;
    const t = this.#clock.tick(Number(logTime - this.#zero) / NANOSECONDS_PER_MS, at, this.#account);
    if (t === null) return;
    const gap = this.#clock.takeGap();
    if (gap) yield { event: gap };
    const event =
      schema === 'desktop/ScreenCaptured' ? this.#screen(line, t, at) : this.#input(line, schema, t, at);
    if (event === null) return;
    this.#account.kept++;
    yield { event };
  }

  #line(data: Uint8Array, at: string, number: number): Data | null {
    if (data.length > MOST_MESSAGE_BYTES) {
      this.#account.fault('IMP5', at, `longer than ${MOST_MESSAGE_BYTES} bytes`);
      return null;
    }
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(data);
      return objectOf({ number, text }, at, this.#account);
    } catch {
      this.#account.fault('IMP4', at, 'is not UTF-8');
      return null;
    }
  }

  #input(line: Data, schema: string, t: number, at: string) {
    const { event_type: action, vk } = line;
    if (schema === 'desktop/MouseEvent') {
      if (typeof action === 'string' && !MOUSE_ACTIONS.has(action)) this.#account.reduce('action-unknown');
      else return desktopEvent({ ...line, action }, t, at, this.#keyboard, this.#account);
      return null;
    }
    if (!KEY_ACTIONS.has(action) || typeof vk !== 'number' || !Number.isInteger(vk) || vk < 0 || vk > 255) {
      this.#account.fault('IMP6', at, 'a key has a code and whether it was pressed');
      return null;
    }
    return desktopEvent({ action, name: windowsKeyName(vk) }, t, at, this.#keyboard, this.#account);
  }

  /** The display's size, where a picture says one that is new (IMP53). */
  #screen({ source_shape: shape }: Data, t: number, at: string): GeometryEvent | null {
    const legal = (side: unknown) => typeof side === 'number' && Number.isInteger(side) && side >= 1;
    if (shape !== undefined && shape !== null) {
      const [width, height] = (Array.isArray(shape) && shape.length === 2 ? shape : []) as number[];
      if (!legal(width) || !legal(height) || Math.max(width as number, height as number) > FARTHEST) {
        this.#account.fault('IMP6', at, 'source_shape is not a size');
        return null;
      }
      const size = { width: width as number, height: height as number };
      const told = `${width} ${height}`;
      if (told !== this.#size) {
        this.#size = told;
        const window = { x: 0, y: 0, ...size };
        return { kind: 'geometry', t, surface: 0, viewport: size, window, screen: size, ratio: 1, zoom: 1 };
      }
    }
    this.#account.reduce('screen-picture');
    return null;
  }
}
