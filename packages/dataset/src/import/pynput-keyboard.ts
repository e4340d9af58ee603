import { KEY_NAMES, type KeyEvent } from '@aboveboard/protocol/event';

const MODIFIERS: Readonly<Record<string, string>> = {
  ctrl: 'Control',
  ctrl_l: 'Control',
  ctrl_r: 'Control',
  shift: 'Shift',
  shift_l: 'Shift',
  shift_r: 'Shift',
  alt: 'Alt',
  alt_l: 'Alt',
  alt_r: 'Alt',
  alt_gr: 'AltGraph',
  cmd: 'Meta',
  cmd_l: 'Meta',
  cmd_r: 'Meta',
  caps_lock: 'CapsLock',
  num_lock: 'NumLock',
};
const NAVIGATION: Readonly<Record<string, string>> = {
  left: 'ArrowLeft',
  right: 'ArrowRight',
  up: 'ArrowUp',
  down: 'ArrowDown',
  home: 'Home',
  end: 'End',
  page_up: 'PageUp',
  page_down: 'PageDown',
  tab: 'Tab',
  enter: 'Enter',
  esc: 'Escape',
  insert: 'Insert',
  menu: 'ContextMenu',
};
/** In the order of a shortcut's name. */
const PREFIXES: readonly [string, string][] = [
  ['Control', 'ctrl'],
  ['Alt', 'alt'],
  ['Shift', 'shift'],
  ['Meta', 'meta'],
];

/**
 * Turns pynput's names of keys into classes (IMP12). A character leaves this only as part of a shortcut's
 * name; which modifiers are down and which keys repeat is followed here.
 */
export class PynputKeyboard {
  readonly #down = new Map<string, Pick<KeyEvent, 'key' | 'name'>>();
  readonly #held = new Map<string, number>();
  /** On macOS Alt composes characters. */
  readonly #altComposes: boolean;

  constructor(system: unknown) {
    this.#altComposes = system === 'Darwin';
  }

  press(name: string, t: number): KeyEvent {
    const known = this.#down.get(name);
    if (known) return { kind: 'keydown', t, ...known, repeat: true };
    const key = this.#classify(name);
    this.#down.set(name, key);
    if (this.#down.size > 256) this.#down.delete(this.#down.keys().next().value ?? name);
    if (key.key === 'modifier' && key.name) this.#held.set(key.name, (this.#held.get(key.name) ?? 0) + 1);
    return { kind: 'keydown', t, ...key };
  }

  release(name: string, t: number): KeyEvent {
    // The same class as at the press, also when the modifier went first.
    const key = this.#down.get(name) ?? this.#classify(name);
    this.#down.delete(name);
    if (key.key === 'modifier' && key.name) {
      const left = (this.#held.get(key.name) ?? 1) - 1;
      if (left > 0) this.#held.set(key.name, left);
      else this.#held.delete(key.name);
    }
    return { kind: 'keyup', t, ...key };
  }

  #classify(raw: string): Pick<KeyEvent, 'key' | 'name'> {
    const name = raw.startsWith('Key.') ? raw.slice(4) : raw;
    const modifier = MODIFIERS[name];
    if (Object.hasOwn(MODIFIERS, name) && modifier) return { key: 'modifier', name: modifier };
    const printable = [...name].length === 1;
    const plain = this.#plainKey(name, printable);
    if (!this.#makesShortcut()) return plain;
    const last = printable ? characterOf(name) : (plain.name ?? (name === 'space' ? 'Space' : null));
    if (last === null) return plain;
    const held = PREFIXES.filter(([modifier]) => this.#held.has(modifier)).map(([, prefix]) => prefix);
    return { key: 'shortcut', name: [...held, last].join('+') };
  }

  #plainKey(name: string, printable: boolean): Pick<KeyEvent, 'key' | 'name'> {
    if (printable && name !== ' ') return { key: 'printable' };
    if (name === 'space' || name === ' ') return { key: 'space' };
    if (name === 'backspace') return { key: 'delete', name: 'Backspace' };
    if (name === 'delete') return { key: 'delete', name: 'Delete' };
    const navigation = Object.hasOwn(NAVIGATION, name) ? NAVIGATION[name] : undefined;
    if (navigation) return { key: 'navigation', name: navigation };
    const upper = name.toUpperCase();
    if (KEY_NAMES.navigation.includes(upper)) return { key: 'navigation', name: upper };
    // Dead keys, key codes, media keys: something was pressed, and no more is said.
    return { key: 'navigation' };
  }

  #makesShortcut(): boolean {
    if (this.#held.has('AltGraph')) return false;
    if (this.#held.has('Control') || this.#held.has('Meta')) return true;
    return this.#held.has('Alt') && !this.#altComposes;
  }
}

/** With ctrl held some systems give a control character for a letter. */
function characterOf(name: string): string | null {
  const code = name.codePointAt(0) ?? 0;
  if (code >= 1 && code <= 26) return String.fromCharCode(code + 96);
  const lower = name.toLowerCase();
  return [...lower].length === 1 && !/[\s\p{C}]/u.test(lower) ? lower : null;
}
