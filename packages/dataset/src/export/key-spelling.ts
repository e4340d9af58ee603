import { NAMED_KEYS } from './model-action.ts';

/** How a dialect calls the keys of a recording; single characters are spelled as themselves. */
export type KeySpelling = {
  write(key: string): string;
  /** Null: no key is called so. */
  read(spelled: string): string | null;
};

const PYAUTOGUI: Readonly<Record<string, string>> = {
  Control: 'ctrl',
  Meta: 'win',
  AltGraph: 'altright',
  Escape: 'esc',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ContextMenu: 'apps',
};
const XDOTOOL: Readonly<Record<string, string>> = {
  Control: 'ctrl',
  Alt: 'alt',
  Shift: 'shift',
  Meta: 'super',
  AltGraph: 'ISO_Level3_Shift',
  Enter: 'Return',
  Space: 'space',
  Backspace: 'BackSpace',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  PageUp: 'Page_Up',
  PageDown: 'Page_Down',
  ContextMenu: 'Menu',
};
const OPENAI: Readonly<Record<string, string>> = { Control: 'CTRL', Escape: 'ESC', Meta: 'META' };

export const pyautoguiKeys = spelling(PYAUTOGUI, (key) => key.toLowerCase());
export const xdotoolKeys = spelling(XDOTOOL, (key) => key);
export const openaiKeys = spelling(OPENAI, (key) => key.toUpperCase());

function spelling(
  special: Readonly<Record<string, string>>,
  otherwise: (key: string) => string,
): KeySpelling {
  const written = new Map(NAMED_KEYS.map((key) => [key, special[key] ?? otherwise(key)]));
  const back = new Map([...written].map(([key, spelled]) => [spelled, key]));
  return {
    write: (key) => written.get(key) ?? key,
    read: (spelled) => back.get(spelled) ?? ([...spelled].length === 1 ? spelled : null),
  };
}
