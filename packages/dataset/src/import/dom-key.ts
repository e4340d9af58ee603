/** DOM names of keys, and codes of their places, that PynputKeyboard calls otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  ' ': 'space',
  Space: 'space',
  '\r': 'enter',
  '\n': 'enter',
  NumpadEnter: 'enter',
  Escape: 'esc',
  PageUp: 'page_up',
  PageDown: 'page_down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ContextMenu: 'menu',
  Control: 'ctrl',
  ControlLeft: 'ctrl_l',
  ControlRight: 'ctrl_r',
  ShiftLeft: 'shift_l',
  ShiftRight: 'shift_r',
  AltLeft: 'alt_l',
  AltRight: 'alt_r',
  AltGraph: 'alt_gr',
  Meta: 'cmd',
  MetaLeft: 'cmd_l',
  MetaRight: 'cmd_r',
  CapsLock: 'caps_lock',
  NumLock: 'num_lock',
  NumpadMultiply: '*',
  NumpadAdd: '+',
  NumpadSubtract: '-',
  NumpadDivide: '/',
  NumpadDecimal: '.',
  NumpadEqual: '=',
  Semicolon: ';',
  Equal: '=',
  Comma: ',',
  Minus: '-',
  Period: '.',
  Slash: '/',
  Backquote: '`',
  BracketLeft: '[',
  Backslash: '\\',
  BracketRight: ']',
  Quote: "'",
};

/** A DOM key or code (`ArrowLeft`, `KeyA`, `a`) by the name that PynputKeyboard reads. */
export function pynputName(key: string): string {
  const named = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  if (named !== undefined) return named;
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(key);
  if (place) return (place[1]?.toLowerCase() ?? place[2]) as string;
  return [...key].length === 1 ? key : key.toLowerCase();
}
