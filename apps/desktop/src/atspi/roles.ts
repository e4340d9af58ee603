import type { AccessibleState } from '../accessible-tree.ts';

/** AT-SPI's numbers of roles, as ARIA says them; a role that is not here is `generic`, and opens nothing. */
const ROLES = new Map<number, string>([
  [2, 'alert'],
  [7, 'checkbox'],
  [8, 'menuitemcheckbox'],
  [10, 'columnheader'],
  [11, 'combobox'],
  [16, 'dialog'],
  [23, 'application'],
  [26, 'img'],
  [27, 'img'],
  [29, 'label'],
  [31, 'list'],
  [32, 'listitem'],
  [33, 'menu'],
  [34, 'menubar'],
  [35, 'menuitem'],
  [37, 'tab'],
  [38, 'tablist'],
  [40, 'textbox'],
  [41, 'menu'],
  [42, 'progressbar'],
  [43, 'button'],
  [44, 'radio'],
  [45, 'menuitemradio'],
  [47, 'rowheader'],
  [48, 'scrollbar'],
  [50, 'separator'],
  [51, 'slider'],
  [52, 'spinbutton'],
  [54, 'status'],
  [55, 'table'],
  [56, 'cell'],
  [57, 'columnheader'],
  [58, 'rowheader'],
  [60, 'terminal'],
  [61, 'textbox'],
  [62, 'button'],
  [63, 'toolbar'],
  [64, 'tooltip'],
  [65, 'tree'],
  [66, 'treegrid'],
  [69, 'application'],
  [73, 'paragraph'],
  [79, 'textbox'],
  [83, 'heading'],
  [88, 'link'],
  [90, 'row'],
  [91, 'treeitem'],
  [129, 'button'],
  [130, 'switch'],
]);

export const FRAME_ROLES: ReadonlySet<number> = new Set([16, 23, 69, 2, 19, 41]);
const PASSWORD = 40;
const EDITED = new Set([40, 52, 60, 61, 79]);

export function roleOf(role: number): string {
  return ROLES.get(role) ?? 'generic';
}

const STATE_BITS: readonly (readonly [number, AccessibleState])[] = [
  [4, 'checked'],
  [7, 'editable'],
  [10, 'expanded'],
  [12, 'focused'],
  [23, 'selected'],
];
const SHOWING = 25;
const SENSITIVE = 24;

/** The first 32 of its states; whether it is on the screen is asked apart. */
export function statesOf(role: number, bits: number): Set<AccessibleState> {
  const states = new Set<AccessibleState>();
  for (const [bit, state] of STATE_BITS) if (has(bits, bit)) states.add(state);
  if (!has(bits, SENSITIVE)) states.add('disabled');
  if (EDITED.has(role)) states.add('editable');
  if (role === PASSWORD) states.add('secret');
  return states;
}

export function isShowing(bits: number): boolean {
  return has(bits, SHOWING);
}

function has(bits: number, bit: number): boolean {
  return (bits & (1 << bit)) !== 0;
}
