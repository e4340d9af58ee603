import { KEY_NAMES, type KeyEvent as RecordedKey } from '@aboveboard/protocol/event';
import type { AgentRun } from './agent-run.ts';
import type { ElementContexts } from './element-context.ts';
import { typedElement } from './typed-element.ts';

/**
 * Keys as classes (AGT60-AGT63; T9): which kind of key, never which character; nothing at all while a
 * password field, a field for a card or a code, or a part that the agreement closes has the focus.
 */
export function watchKeys(
  run: AgentRun,
  contexts: ElementContexts,
  on: { beforeInput: (at: number) => void; enter: (target: Element) => void },
): void {
  /** What was said of the press of each key, so that its release says the same. */
  const pressed = new Map<string, KeyClass>();

  const onKey = (event: Event) => {
    const key = event as KeyboardEvent;
    const target = key.composedPath()[0];
    if (run.access.isElement(target) && isClosed(contexts, target)) {
      pressed.delete(key.code);
      return;
    }
    const down = key.type === 'keydown';
    if (down && !key.repeat) on.beforeInput(run.timeOf(event));
    const types = !run.access.isElement(target) || typedElement(run, contexts, target) !== null;
    const known = (down ? undefined : pressed.get(key.code)) ?? classOf(key, types);
    if (down) pressed.set(key.code, known);
    else pressed.delete(key.code);
    if (pressed.size > 64) pressed.clear();
    const kind = down ? 'keydown' : 'keyup';
    const repeat = down && key.repeat ? { repeat: true } : {};
    run.put({ at: run.timeOf(event), item: 'event', event: { kind, ...known, ...repeat } });
    // A page may empty the field on Enter before it is ever left.
    if (down && key.key === 'Enter' && !key.isComposing && run.access.isElement(target)) on.enter(target);
  };
  run.listen('keydown', onKey);
  run.listen('keyup', onKey);
  run.onEnd(() => pressed.clear());
}

/** Nothing of what is done in it is taken. */
export function isClosed(contexts: ElementContexts, target: Element): boolean {
  const context = contexts.of(target);
  return context.inputType === 'password' || context.agreed === 'closed' || contexts.isSecret(target);
}

export type KeyClass = Pick<RecordedKey, 'key' | 'name'>;

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey' | 'isComposing' | 'getModifierState'
>;

/** `types`: what has the focus takes text; else a space presses or scrolls what is there. */
export function classOf(event: Pressed, types = true): KeyClass {
  const { key } = event;
  if (KEY_NAMES.modifier.includes(key)) return { key: 'modifier', name: key };
  // AltGr and, on some systems, Ctrl+Alt or Option make characters.
  const altGraph = event.getModifierState('AltGraph') || (event.ctrlKey && event.altKey);
  const character = [...key].length === 1;
  const typed = event.isComposing || altGraph || (event.altKey && !/^[\x21-\x7e]$/.test(key));
  if (character && key !== ' ' && typed && !event.metaKey) return { key: 'printable' };
  if (event.isComposing || key === 'Process' || key === 'Unidentified' || key === 'Dead') {
    return { key: 'printable' };
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return shortcut(event);
  if (key === ' ') return types ? { key: 'space' } : { key: 'navigation', name: 'Space' };
  if (character) return { key: 'printable' };
  if (KEY_NAMES.delete.includes(key)) return { key: 'delete', name: key };
  return KEY_NAMES.navigation.includes(key) ? { key: 'navigation', name: key } : { key: 'navigation' };
}

/** `ctrl+shift+s`, `ctrl+ArrowLeft` (REC26); only letters, digits and keys with a name are named. */
function shortcut(event: Pressed): KeyClass {
  const { key } = event;
  const named = [...KEY_NAMES.delete, ...KEY_NAMES.navigation].includes(key);
  const main = key === ' ' ? 'Space' : named ? key : /^[a-z0-9]$/i.test(key) ? key.toLowerCase() : null;
  if (main === null) return { key: 'shortcut' };
  const modifiers = [
    event.ctrlKey ? 'ctrl' : '',
    event.altKey ? 'alt' : '',
    event.metaKey ? 'meta' : '',
    event.shiftKey ? 'shift' : '',
  ];
  return { key: 'shortcut', name: [...modifiers.filter((m) => m !== ''), main].join('+') };
}
