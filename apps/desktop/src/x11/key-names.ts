import { classOf } from '@aboveboard/capture/key-watch';
import type { KeyClass } from '../input.ts';

/** Keysyms of each key of the layout, and which bit of an event's state means which modifier. */
export type Keyboard = {
  first: number;
  keysyms: readonly (readonly number[])[];
  modifiers: { alt: number; meta: number; level3: number; numLock: number };
};

const SHIFT = 1;
const CONTROL = 4;

/** `mapping`: the keycodes of each of the eight modifiers, as the server says them. */
export function keyboardOf(
  first: number,
  keysyms: readonly (readonly number[])[],
  mapping: readonly (readonly number[])[],
): Keyboard {
  const bitOf = (...wanted: number[]) =>
    mapping.reduce((bits, codes, index) => {
      const has = codes.some((code) => keysyms[code - first]?.some((keysym) => wanted.includes(keysym)));
      return has && index > 2 ? bits | (1 << index) : bits;
    }, 0);
  return {
    first,
    keysyms,
    modifiers: {
      alt: bitOf(0xffe9, 0xffea),
      meta: bitOf(0xffeb, 0xffec, 0xffe7, 0xffe8) & ~bitOf(0xffe9, 0xffea),
      level3: bitOf(0xfe03),
      numLock: bitOf(0xff7f),
    },
  };
}

/** The class of a key (REC25); the character itself is forgotten here (T9). `state` as in a key event. */
export function keyClass(keyboard: Keyboard, keycode: number, state: number): KeyClass {
  const { modifiers } = keyboard;
  const altGraph = (state & modifiers.level3) !== 0;
  return classOf({
    key: keyName(keysymOf(keyboard, keycode, state)),
    code: '',
    ctrlKey: (state & CONTROL) !== 0,
    altKey: (state & modifiers.alt) !== 0,
    shiftKey: (state & SHIFT) !== 0,
    metaKey: (state & modifiers.meta) !== 0,
    isComposing: false,
    getModifierState: (name) => name === 'AltGraph' && altGraph,
  });
}

function keysymOf({ first, keysyms, modifiers }: Keyboard, keycode: number, state: number): number {
  const row = keysyms[keycode - first] ?? [];
  // Two columns to each of two layouts, then those of the third level.
  const group = (state >> 13) & 3 && (row[2] || row[3]) ? 2 : 0;
  const plain = row[group] ?? 0;
  const shifted = row[group + 1] || plain;
  if (plain >= 0xff80 && plain <= 0xffbd) return state & modifiers.numLock ? shifted : plain;
  const third = state & modifiers.level3 ? row[4 + group] : 0;
  return third || (state & SHIFT ? shifted : plain);
}

/** As the DOM names keys; any character that is not ASCII is the same one, for what it is does not matter. */
function keyName(keysym: number): string {
  const named = NAMES.get(keysym);
  if (named) return named;
  if (keysym >= 0x20 && keysym <= 0x7e) return String.fromCharCode(keysym);
  if (keysym >= 0xffb0 && keysym <= 0xffb9) return String.fromCharCode(keysym - 0xffb0 + 0x30);
  if (keysym >= 0xffaa && keysym <= 0xffaf) return String.fromCharCode(keysym - 0xffaa + 0x2a);
  if (keysym >= 0xffbe && keysym <= 0xffc9) return `F${keysym - 0xffbe + 1}`;
  if (keysym >= 0xfe50 && keysym <= 0xfe8f) return 'Dead';
  if ((keysym >= 0xa0 && keysym <= 0x20ff) || keysym >= 0x01000100) return '\u00df';
  return 'OtherKey';
}

const NAMES = new Map<number, string>([
  [0xff08, 'Backspace'],
  [0xffff, 'Delete'],
  [0xff9f, 'Delete'],
  [0xff09, 'Tab'],
  [0xfe20, 'Tab'],
  [0xff0d, 'Enter'],
  [0xff8d, 'Enter'],
  [0xff1b, 'Escape'],
  [0xff20, 'Dead'],
  [0xff63, 'Insert'],
  [0xff9e, 'Insert'],
  [0xff67, 'ContextMenu'],
  [0xff50, 'Home'],
  [0xff51, 'ArrowLeft'],
  [0xff52, 'ArrowUp'],
  [0xff53, 'ArrowRight'],
  [0xff54, 'ArrowDown'],
  [0xff55, 'PageUp'],
  [0xff56, 'PageDown'],
  [0xff57, 'End'],
  [0xff95, 'Home'],
  [0xff96, 'ArrowLeft'],
  [0xff97, 'ArrowUp'],
  [0xff98, 'ArrowRight'],
  [0xff99, 'ArrowDown'],
  [0xff9a, 'PageUp'],
  [0xff9b, 'PageDown'],
  [0xff9c, 'End'],
  [0xffe1, 'Shift'],
  [0xffe2, 'Shift'],
  [0xffe3, 'Control'],
  [0xffe4, 'Control'],
  [0xffe5, 'CapsLock'],
  [0xff7f, 'NumLock'],
  [0xffe7, 'Meta'],
  [0xffe8, 'Meta'],
  [0xffe9, 'Alt'],
  [0xffea, 'Alt'],
  [0xffeb, 'Meta'],
  [0xffec, 'Meta'],
  [0xfe03, 'AltGraph'],
  [0xff7e, 'AltGraph'],
]);
