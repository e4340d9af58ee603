/** What a key means on the desk; null: nothing, and the key is the browser's. */
export type DeskCommand =
  | 'play'
  | 'second-back'
  | 'second-on'
  | 'step-back'
  | 'step-on'
  | 'from'
  | 'to'
  | 'cut'
  | 'mask'
  | 'undo'
  | 'redo'
  | 'stop'
  | 'pick-out'
  | 'pick-in'
  | 'pick-before'
  | 'pick-after'
  | 'pick-this';

type Key = {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  target: EventTarget | null;
};

/**
 * Single keys work only while the focus is in the replay, its timeline or its tools, and never in a field:
 * who speaks or types words elsewhere sets nothing off.
 */
export function commandOf(event: Key, picking: boolean): DeskCommand | null {
  if (event.altKey || inField(event.target)) return null;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'z') return null;
    return event.shiftKey ? 'redo' : 'undo';
  }
  if (event.key === 'Escape') return 'stop';
  if (picking) {
    const pick = PICKING[event.key];
    if (pick) return pick;
  }
  // A button that has the focus is pressed by the space bar, as everywhere.
  if (event.key === ' ') return isPressable(event.target) ? null : 'play';
  if (event.key === 'ArrowLeft') return event.shiftKey ? 'step-back' : 'second-back';
  if (event.key === 'ArrowRight') return event.shiftKey ? 'step-on' : 'second-on';
  const letter = event.key.toLowerCase();
  if (letter === 'z') return event.shiftKey ? 'redo' : 'undo';
  return LETTERS[letter] ?? null;
}

const LETTERS: Readonly<Record<string, DeskCommand>> = {
  k: 'play',
  '[': 'from',
  ']': 'to',
  x: 'cut',
  m: 'mask',
};

const PICKING: Readonly<Record<string, DeskCommand>> = {
  ArrowUp: 'pick-out',
  ArrowDown: 'pick-in',
  ArrowLeft: 'pick-before',
  ArrowRight: 'pick-after',
  Enter: 'pick-this',
};

function inField(target: EventTarget | null): boolean {
  const element = target as Element | null;
  if (!element?.matches) return false;
  return element.matches('textarea, select, [contenteditable], input:not([type="checkbox"])');
}

function isPressable(target: EventTarget | null): boolean {
  const element = target as Element | null;
  return element?.matches?.('button, summary, a, input') === true;
}
