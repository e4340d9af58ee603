import { type GapEvent, KEY_NAMES, type KeyEvent, type RecordedEvent, type TextEvent } from './event.ts';
import {
  FOCUS_SCOPES,
  GAP_CODES,
  KEY_CLASSES,
  KIND_NUMBER,
  NAVIGATE_CAUSES,
  PAUSE_CAUSES,
  POINTERS,
  SCRIPTS,
  SURFACE_PHASES,
  SURFACE_TYPES,
  TASK_PHASES,
  WHEEL_MODES,
} from './event-code.ts';
import type { Fault } from './fault.ts';
import { DEFAULT_LIMITS } from './recording-limits.ts';
import { TEXT_BUCKETS } from './text-bucket.ts';

/** 2^31 - 1: 59 hours at 0.1 ms. */
export const LAST_TICK = 0x7fff_ffff;
/** 4,194,304 px in units of 1/256 px. */
export const PLACE_UNITS = 2 ** 30;
/** Scroll positions reach further than any display: 2^26 px, in units. */
const SCROLL_UNITS = 2 ** 34;
const LENGTH = 2 ** 20;
const LAST_ID = 2 ** 48;
const MASK_RULE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const ORIGIN = /^[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/?#@\\]{0,255}$/;
const NAMED_KEYS = Object.values(KEY_NAMES).flat();
const SHORTCUT = /^(ctrl\+)?(alt\+)?(shift\+)?(meta\+)?(.+)$/su;

export function isPlaceUnit(units: number): boolean {
  return Number.isInteger(units) && Math.abs(units) <= PLACE_UNITS;
}

/** The same event with places on the grid of 1/256 px and without what is default. */
export function canonicalEvent(event: RecordedEvent): RecordedEvent {
  switch (event.kind) {
    case 'move':
    case 'down':
    case 'up':
    case 'scroll':
      return { ...event, x: onGrid(event.x), y: onGrid(event.y) };
    case 'wheel':
      return { ...event, x: onGrid(event.x), y: onGrid(event.y), dx: onGrid(event.dx), dy: onGrid(event.dy) };
    case 'geometry': {
      const { viewport, window, screen } = event;
      return {
        ...event,
        viewport: { width: onGrid(viewport.width), height: onGrid(viewport.height) },
        window: {
          x: onGrid(window.x),
          y: onGrid(window.y),
          width: onGrid(window.width),
          height: onGrid(window.height),
        },
        screen: { width: onGrid(screen.width), height: onGrid(screen.height) },
      };
    }
    case 'keydown':
    case 'keyup': {
      if (event.repeat !== false) return event;
      const { repeat: _, ...rest } = event;
      return rest;
    }
    default:
      return event;
  }
}

function onGrid(value: number): number {
  // `+ 0` turns -0 into 0, which is what comes back from the wire.
  return Math.round(value * 256) / 256 + 0;
}

/** Everything that is wrong with one event by itself (REC20-REC36). `at` names it in the faults. */
export function eventFaults(
  event: RecordedEvent,
  at: string,
  stringBytes = DEFAULT_LIMITS.eventString,
): Fault[] {
  const faults: Fault[] = [];
  const must = (holds: boolean, rule: string, message: string) => {
    if (!holds) faults.push({ rule, at, message });
  };
  const place = (x: number, y: number) => {
    must(isPlaceUnit(x * 256) && isPlaceUnit(y * 256), 'REC21', 'a place must be within 4,194,304 px');
  };
  const id = (value: number | undefined, rule: string, what: string) =>
    must(value === undefined || isCount(value, LAST_ID), rule, `${what} must be a whole number from 0`);
  const word = (list: readonly string[], value: string, rule: string, what: string) =>
    must(list.includes(value), rule, `${what} is not one of the list`);
  const text = (value: unknown, rule: string) =>
    must(isText(value, stringBytes), rule, 'text must be well formed and not too long');

  must(isCount(event.t, LAST_TICK), 'REC20', 't must be a whole number of ticks');
  switch (event.kind) {
    case 'move':
      place(event.x, event.y);
      break;
    case 'down':
    case 'up':
      place(event.x, event.y);
      must(isCount(event.button, 31), 'REC23', 'a button is numbered 0 to 31');
      word(POINTERS, event.pointer, 'REC23', 'pointer');
      id(event.node, 'REC23', 'node');
      break;
    case 'wheel':
      place(event.x, event.y);
      must(
        isPlaceUnit(event.dx * 256) && isPlaceUnit(event.dy * 256),
        'REC24',
        'a wheel step is out of range',
      );
      word(WHEEL_MODES, event.mode, 'REC24', 'mode');
      break;
    case 'keydown':
    case 'keyup':
      word(KEY_CLASSES, event.key, 'REC25', 'key');
      must(isKeyName(event), 'REC26', 'the name is not one that this class of key may have');
      must(
        event.repeat === undefined || typeof event.repeat === 'boolean',
        'REC25',
        'repeat is true or absent',
      );
      break;
    case 'text':
      id(event.node, 'REC27', 'node');
      textValueFaults(event.value, 'REC27', must, text);
      break;
    case 'select':
      id(event.node, 'REC38', 'node');
      id(event.option, 'REC38', 'option');
      textValueFaults(event.value, 'REC38', must, text);
      break;
    case 'focus':
      word(FOCUS_SCOPES, event.scope, 'REC28', 'scope');
      id(event.surface, 'REC28', 'surface');
      id(event.node, 'REC28', 'node');
      break;
    case 'navigate':
      id(event.surface, 'REC29', 'surface');
      must(typeof event.origin === 'string' && ORIGIN.test(event.origin), 'REC29', 'not an origin');
      text(event.path, 'REC29');
      must(
        typeof event.path === 'string' && event.path.startsWith('/'),
        'REC29',
        'a path begins with a slash',
      );
      word(NAVIGATE_CAUSES, event.cause, 'REC29', 'cause');
      break;
    case 'scroll':
      id(event.surface, 'REC30', 'surface');
      id(event.node, 'REC30', 'node');
      must(
        isWithin(event.x, SCROLL_UNITS) && isWithin(event.y, SCROLL_UNITS),
        'REC30',
        'a position is out of range',
      );
      break;
    case 'geometry': {
      const { viewport, window, screen } = event;
      const sizes = [viewport, window, screen].flatMap((box) => [box?.width, box?.height]);
      id(event.surface, 'REC31', 'surface');
      must(
        sizes.every((size) => isWithin(size, LENGTH * 256) && size >= 0),
        'REC31',
        'a length is out of range',
      );
      must(
        isWithin(window?.x, LENGTH * 256) && isWithin(window?.y, LENGTH * 256),
        'REC31',
        'a place is out of range',
      );
      must(
        isFactor(event.ratio) && isFactor(event.zoom),
        'REC31',
        'ratio and zoom are above 0 and at most 64',
      );
      break;
    }
    case 'surface':
      id(event.surface, 'REC28', 'surface');
      word(SURFACE_PHASES, event.phase, 'REC28', 'phase');
      word(SURFACE_TYPES, event.type, 'REC28', 'type');
      break;
    case 'state':
      id(event.surface, 'REC32', 'surface');
      must(isCount(event.index, LAST_ID), 'REC32', 'index must be a whole number from 0');
      must(typeof event.settled === 'boolean', 'REC32', 'settled is true or false');
      break;
    case 'frame':
      id(event.surface, 'REC32', 'surface');
      must(isCount(event.index, LAST_ID), 'REC32', 'index must be a whole number from 0');
      break;
    case 'pause':
      word(PAUSE_CAUSES, event.cause, 'REC33', 'cause');
      break;
    case 'resume':
      break;
    case 'task':
      word(TASK_PHASES, event.phase, 'REC34', 'phase');
      if (event.text !== undefined) text(event.text, 'REC34');
      break;
    case 'mask':
      must(typeof event.rule === 'string' && MASK_RULE.test(event.rule), 'REC35', 'not a rule id');
      must(isCount(event.count, LAST_ID), 'REC35', 'count must be a whole number from 0');
      break;
    case 'gap':
      gapFaults(event, must);
      break;
    default:
      must(KIND_NUMBER.has((event as RecordedEvent).kind), 'REC22', 'no such kind of event');
  }
  return faults;
}

type Must = (holds: boolean, rule: string, message: string) => void;

function textValueFaults(
  value: TextEvent['value'],
  rule: 'REC27' | 'REC38',
  must: Must,
  text: (value: unknown, rule: string) => void,
): void {
  if (value?.open === true) {
    text(value.text, rule);
    return;
  }
  must(value?.open === false, rule, 'a value is open or closed');
  must(TEXT_BUCKETS.includes(value?.length), rule, 'the length is not the bound of a bucket');
  must(SCRIPTS.includes(value?.script), rule, 'script is not one of the list');
}

function gapFaults(event: GapEvent, must: Must): void {
  must(
    isCount(event.until, LAST_TICK) && event.until >= event.t,
    'REC36',
    'a gap must not end before it begins',
  );
  must(GAP_CODES.includes(event.reason), 'REC36', 'reason is not one of the list');
}

/** REC26. A shortcut has ctrl, alt or meta; its key is a named one or a single lower-case character. */
function isKeyName({ key, name }: KeyEvent): boolean {
  if (name === undefined) return true;
  if (typeof name !== 'string') return false;
  if (key === 'delete' || key === 'navigation' || key === 'modifier') return KEY_NAMES[key].includes(name);
  if (key !== 'shortcut' || name.length > 64) return false;
  const [, ctrl, alt, , meta, last = ''] = SHORTCUT.exec(name) ?? [];
  if (!ctrl && !alt && !meta) return false;
  if (NAMED_KEYS.includes(last)) return true;
  return (
    [...last].length === 1 && last.isWellFormed() && last === last.toLowerCase() && !/[\s\p{C}]/u.test(last)
  );
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

function isWithin(value: unknown, units: number): value is number {
  return typeof value === 'number' && Number.isInteger(value * 256) && Math.abs(value * 256) <= units;
}

function isFactor(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 64;
}

function isText(value: unknown, bytes: number): boolean {
  if (typeof value !== 'string' || value.length > bytes || !value.isWellFormed()) return false;
  return value.length * 3 <= bytes || new TextEncoder().encode(value).length <= bytes;
}
