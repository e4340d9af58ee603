import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { EventKind } from './event.ts';
import {
  FOCUS_SCOPES,
  GAP_CODES,
  KEY_CLASSES,
  NAVIGATE_CAUSES,
  PAUSE_CAUSES,
  POINTERS,
  SCRIPTS,
  SURFACE_PHASES,
  SURFACE_TYPES,
  TASK_PHASES,
  WHEEL_MODES,
} from './event-code.ts';
import type { StringList, StringTable } from './string-table.ts';

/**
 * What each kind of event holds besides its time and place, as columns in their order on the wire (REC46).
 * A column takes a value from an event or gives one to it; legality is checked elsewhere, on both ways.
 */
export type Draft = Record<string, unknown>;
export type FieldColumn = {
  write: (out: ByteWriter, event: Draft, strings: StringTable) => void;
  read: (source: ByteReader, event: Draft, strings: StringList) => void;
};

const whole = (name: string): FieldColumn => ({
  write: (out, event) => out.varint(event[name] as number),
  read: (source, event) => {
    event[name] = source.varint();
  },
});

/** 0: absent; else one more than the value. */
const optional = (name: string): FieldColumn => ({
  write: (out, event) => out.varint(event[name] === undefined ? 0 : (event[name] as number) + 1),
  read: (source, event) => {
    const value = source.varint();
    if (value > 0) event[name] = value - 1;
  },
});

/** Signed units of 1/256 px. */
const length = (name: string): FieldColumn => ({
  write: (out, event) => out.signed((event[name] as number) * 256),
  read: (source, event) => {
    event[name] = source.signed() / 256;
  },
});

const double = (name: string): FieldColumn => ({
  write: (out, event) => out.double(event[name] as number),
  read: (source, event) => {
    event[name] = source.double();
  },
});

const word = (name: string, list: readonly string[]): FieldColumn => ({
  write: (out, event) => out.byte(list.indexOf(event[name] as string)),
  read: (source, event) => {
    event[name] = list[source.count(list.length - 1, 'REC46', 'a word')];
  },
});

const flag = (name: string, absent: undefined | false): FieldColumn => ({
  write: (out, event) => out.byte(event[name] === true ? 1 : 0),
  read: (source, event) => {
    if (source.count(1, 'REC46', 'a flag') === 1) event[name] = true;
    else if (absent === false) event[name] = false;
  },
});

const string = (name: string): FieldColumn => ({
  write: (out, event, strings) => out.varint(strings.index(event[name] as string)),
  read: (source, event, strings) => {
    event[name] = strings.at(source.varint());
  },
});

const optionalString = (name: string): FieldColumn => ({
  write: (out, event, strings) =>
    out.varint(event[name] === undefined ? 0 : strings.index(event[name] as string) + 1),
  read: (source, event, strings) => {
    const index = source.varint();
    if (index > 0) event[name] = strings.at(index - 1);
  },
});

/** A column of an object inside the event. */
const inside = (name: string, column: FieldColumn): FieldColumn => ({
  write: (out, event, strings) => column.write(out, event[name] as Draft, strings),
  read: (source, event, strings) => {
    event[name] ??= {};
    column.read(source, event[name] as Draft, strings);
  },
});

/** 0: open, then the string; 1 + script: closed, then the bucket's bound. */
const textValue: FieldColumn = {
  write: (out, event, strings) => {
    const value = event['value'] as Draft;
    if (value['open'] === true) {
      out.byte(0);
      out.varint(strings.index(value['text'] as string));
    } else {
      out.byte(1 + SCRIPTS.indexOf(value['script'] as (typeof SCRIPTS)[number]));
      out.varint(value['length'] as number);
    }
  },
  read: (source, event, strings) => {
    const code = source.count(SCRIPTS.length, 'REC46', 'a text value');
    const number = source.varint();
    event['value'] =
      code === 0
        ? { open: true, text: strings.at(number) }
        : { open: false, length: number, script: SCRIPTS[code - 1] };
  },
};

const button = [whole('button'), word('pointer', POINTERS), optional('node')];
const key = [word('key', KEY_CLASSES), optionalString('name'), flag('repeat', undefined)];

export const FIELDS: Readonly<Record<EventKind, readonly FieldColumn[]>> = {
  move: [],
  down: button,
  up: button,
  wheel: [length('dx'), length('dy'), word('mode', WHEEL_MODES)],
  keydown: key,
  keyup: key,
  text: [optional('node'), textValue],
  select: [optional('node'), optional('option'), textValue],
  focus: [word('scope', FOCUS_SCOPES), whole('surface'), optional('node')],
  navigate: [whole('surface'), string('origin'), string('path'), word('cause', NAVIGATE_CAUSES)],
  scroll: [whole('surface'), whole('node'), length('x'), length('y')],
  geometry: [
    whole('surface'),
    inside('viewport', length('width')),
    inside('viewport', length('height')),
    inside('window', length('x')),
    inside('window', length('y')),
    inside('window', length('width')),
    inside('window', length('height')),
    inside('screen', length('width')),
    inside('screen', length('height')),
    double('ratio'),
    double('zoom'),
  ],
  surface: [whole('surface'), word('phase', SURFACE_PHASES), word('type', SURFACE_TYPES)],
  state: [whole('surface'), whole('index'), flag('settled', false)],
  frame: [whole('surface'), whole('index')],
  pause: [word('cause', PAUSE_CAUSES)],
  resume: [],
  task: [word('phase', TASK_PHASES), optionalString('text')],
  mask: [string('rule'), whole('count')],
  gap: [whole('until'), word('reason', GAP_CODES)],
};
