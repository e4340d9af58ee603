/** Windows' virtual key codes, by the names that PynputKeyboard reads. */
const NAMES: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  16: 'shift',
  17: 'ctrl',
  18: 'alt',
  20: 'caps_lock',
  27: 'esc',
  32: 'space',
  33: 'page_up',
  34: 'page_down',
  35: 'end',
  36: 'home',
  37: 'left',
  38: 'up',
  39: 'right',
  40: 'down',
  45: 'insert',
  46: 'delete',
  91: 'cmd_l',
  92: 'cmd_r',
  93: 'menu',
  106: '*',
  107: '+',
  109: '-',
  110: '.',
  111: '/',
  144: 'num_lock',
  160: 'shift_l',
  161: 'shift_r',
  162: 'ctrl_l',
  163: 'ctrl_r',
  164: 'alt_l',
  // With it many layouts make characters, and Windows adds a Control of its own: it names no shortcut (T9).
  165: 'alt_gr',
  186: ';',
  187: '=',
  188: ',',
  189: '-',
  190: '.',
  191: '/',
  192: '`',
  219: '[',
  220: '\\',
  221: ']',
  222: "'",
};

export function windowsKeyName(code: number): string {
  if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90))
    return String.fromCharCode(code).toLowerCase();
  if (code >= 96 && code <= 105) return String(code - 96);
  if (code >= 112 && code <= 123) return `f${code - 111}`;
  return NAMES[code] ?? `key_${code}`;
}
