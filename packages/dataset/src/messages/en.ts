import type { Action } from '../action.ts';
import type { Target } from '../tree-target.ts';

/** What each step was, in words for people; a translation is a second file of this shape. */
const NAME_LENGTH = 60;
const NOWHERE = 'the page';

const ROLE_WORDS: Readonly<Record<string, string>> = {
  button: 'button',
  checkbox: 'tick box',
  combobox: 'list',
  heading: 'heading',
  link: 'link',
  option: 'option',
  radio: 'choice',
  searchbox: 'search field',
  slider: 'slider',
  spinbutton: 'number field',
  tab: 'tab',
  textbox: 'text field',
};

export function stepWords(action: Action, target: Target | null): string {
  const where = place(target);
  switch (action.kind) {
    case 'click':
      return `Click ${where}`;
    case 'double-click':
      return `Double-click ${where}`;
    case 'triple-click':
      return `Triple-click ${where}`;
    case 'right-click':
      return `Right-click ${where}`;
    case 'middle-click':
      return `Middle-click ${where}`;
    case 'drag':
      return `Drag ${target?.draggable ? named(ROLE_WORDS[target.role] ?? 'item', target.name) : where}`;
    case 'hover':
      return `Rest the pointer on ${where}`;
    case 'scroll':
      return `Scroll ${direction(action.dx, action.dy)}`;
    case 'type':
      if (action.value?.open) return `Type “${action.value.text}” into ${where}`;
      return `Type masked text into ${where}`;
    case 'select': {
      const option = action.value.open ? `“${shortened(action.value.text)}”` : 'an option';
      return `Choose ${option} in ${where === NOWHERE ? 'a list' : where}`;
    }
    case 'key': {
      const keys = [...action.modifiers, action.name ?? 'a key'].join(' + ');
      return action.name === 'Space' && where !== NOWHERE ? `Press ${keys} on ${where}` : `Press ${keys}`;
    }
    case 'shortcut':
      return `Press ${(action.name ?? 'a shortcut').split(/(?<=.)\+/).join(' + ')}`;
    case 'navigate':
      return action.cause === 'switch' ? 'Go to another tab' : 'Go to another page';
    case 'wait':
      return 'Wait until the page is ready';
  }
}

function place(target: Target | null): string {
  if (!target) return NOWHERE;
  const role = ROLE_WORDS[target.role];
  // What has no role of its own holds all of the page's text below it: that is no name.
  if (role === undefined) return NOWHERE;
  return named(role, target.name);
}

function named(role: string, name: string): string {
  return name === '' ? `the ${role}` : `the ${role} “${shortened(name)}”`;
}

function shortened(text: string): string {
  return text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH)}…` : text;
}

function direction(dx: number, dy: number): string {
  if (Math.abs(dx) > Math.abs(dy)) return dx > 0 ? 'right' : 'left';
  return dy > 0 ? 'down' : 'up';
}
