import type { ButtonEvent, GeometryEvent, RecordedEvent } from '@aboveboard/protocol/event';
import type { ImportAccount, ImportItem } from './import-account.ts';
import { ImportClock } from './import-clock.ts';
import { PynputKeyboard } from './pynput-keyboard.ts';
import { linesOf, objectOf } from './source-text.ts';

/** Wider than any wall of displays; beyond it a number is absurd. */
export const FARTHEST = 100_000;
const MOST_STEPS = 10_000;
const BUTTONS: Readonly<Record<string, number>> = {
  left: 0,
  middle: 1,
  right: 2,
  x1: 3,
  button8: 3,
  x2: 4,
  button9: 4,
};

export type Press = ButtonEvent;

/**
 * `events.jsonl` as DuckTrack and AgentNet write it (IMP20). One event of the recording for
 * each line that is kept. `onPress` may say more of a press before it is given out: `seconds` is the time on
 * the source's clock.
 */
export async function* desktopEvents(
  bytes: AsyncIterable<Uint8Array>,
  metadata: Record<string, unknown>,
  account: ImportAccount,
  onPress?: (press: Press, seconds: number) => AsyncIterable<ImportItem>,
): AsyncIterable<ImportItem> {
  const clock = new ImportClock(100);
  const keyboard = new PynputKeyboard(metadata['system']);
  const geometry = displayGeometry(metadata, account);
  yield { event: { kind: 'surface', t: 0, surface: 0, phase: 'open', type: 'display' } };
  if (geometry) yield { event: geometry };
  yield { event: { kind: 'focus', t: 0, scope: 'surface', surface: 0 } };
  let paused = false;
  let lines = 0;
  for await (const piece of linesOf('events.jsonl', bytes, account)) {
    const at = `events.jsonl line ${piece.number}`;
    const line = objectOf(piece, at, account);
    lines++;
    if (line === null) continue;
    const seconds = line['time_stamp'];
    if (typeof seconds !== 'number' || !(Math.abs(seconds) < 1e12)) {
      account.fault('IMP6', at, 'time_stamp is not a number of seconds');
      continue;
    }
    const t = clock.tick(seconds * 1000, at, account);
    if (t === null) continue;
    const gap = clock.takeGap();
    if (gap) yield { event: gap };
    const event = desktopEvent(line, t, at, keyboard, account);
    if (event === null) continue;
    if ((event.kind === 'pause' && paused) || (event.kind === 'resume' && !paused)) {
      account.reduce('pause-unpaired');
      continue;
    }
    if (event.kind === 'pause' || event.kind === 'resume') paused = event.kind === 'pause';
    account.kept++;
    if (event.kind === 'down' && onPress) yield* onPress(event, seconds);
    yield { event };
  }
  if (lines === 0) account.fault('IMP4', 'events.jsonl', 'holds no events');
}

/** Null with a fault, or with a named rule that says why the line is left out. */
export function desktopEvent(
  line: Record<string, unknown>,
  t: number,
  at: string,
  keyboard: PynputKeyboard,
  account: ImportAccount,
): RecordedEvent | null {
  const number = (name: string, most: number): number => {
    const value = line[name];
    if (typeof value === 'number' && Math.abs(value) <= most) return Math.round(value * 256) / 256 + 0;
    account.fault('IMP6', at, `${name} is not a number within ${most}`);
    return Number.NaN;
  };
  const action = line['action'];
  switch (action) {
    case 'move': {
      const event: RecordedEvent = { kind: 'move', t, x: number('x', FARTHEST), y: number('y', FARTHEST) };
      return Number.isNaN(event.x + event.y) ? null : event;
    }
    case 'click': {
      const x = number('x', FARTHEST);
      const y = number('y', FARTHEST);
      const { button: name, pressed } = line;
      if (typeof pressed !== 'boolean' || typeof name !== 'string') {
        account.fault('IMP6', at, 'a click has a button and whether it was pressed');
        return null;
      }
      if (Number.isNaN(x + y)) return null;
      const button = Object.hasOwn(BUTTONS, name) ? BUTTONS[name] : undefined;
      if (button === undefined) {
        account.reduce('button-unknown');
        return null;
      }
      return { kind: pressed ? 'down' : 'up', t, x, y, button, pointer: 'mouse' };
    }
    case 'scroll': {
      const x = number('x', FARTHEST);
      const y = number('y', FARTHEST);
      const dx = number('dx', MOST_STEPS);
      const dy = number('dy', MOST_STEPS);
      if (Number.isNaN(x + y + dx + dy)) return null;
      // pynput counts upwards; the DOM's positive dy brings up what is below (IMP13).
      return { kind: 'wheel', t, x, y, dx, dy: 0 - dy, mode: 'line' };
    }
    case 'press':
    case 'release': {
      const { name } = line;
      if (typeof name !== 'string' || name === '' || name.length > 64) {
        account.fault('IMP6', at, 'a key has a name');
        return null;
      }
      return action === 'press' ? keyboard.press(name, t) : keyboard.release(name, t);
    }
    case 'pause':
      return { kind: 'pause', t, cause: 'contributor' };
    case 'resume':
      return { kind: 'resume', t };
    default:
      if (typeof action === 'string') account.reduce('action-unknown');
      else account.fault('IMP6', at, 'action is missing');
      return null;
  }
}

/** The one display size that the source declares; what its pictures show (IMP14). */
function displayGeometry(metadata: Record<string, unknown>, account: ImportAccount): GeometryEvent | null {
  const width = metadata['screen_width'];
  const height = metadata['screen_height'];
  const legal = (size: unknown): size is number => typeof size === 'number' && size >= 1 && size <= FARTHEST;
  if (!legal(width) || !legal(height)) {
    account.fault('IMP6', 'metadata.json', 'screen_width and screen_height are not a size');
    return null;
  }
  const size = { width: Math.round(width * 256) / 256, height: Math.round(height * 256) / 256 };
  return {
    kind: 'geometry',
    t: 0,
    surface: 0,
    viewport: { ...size },
    window: { x: 0, y: 0, ...size },
    screen: { ...size },
    ratio: 1,
    zoom: 1,
  };
}
