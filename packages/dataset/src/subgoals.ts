import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { StateNode } from '@aboveboard/protocol/state-node';
import type { StateTree } from '@aboveboard/protocol/state-tree';
import { sipHash } from '@aboveboard/redact/keyed-hash';
import type { Action } from './action.ts';
import { readTargets } from './action-targets.ts';
import { type ExportRecording, readActions } from './export/export-recording.ts';
import { roleOf, type Target } from './tree-target.ts';

/** Why a subgoal begins before a step (MOV50). */
export type SubgoalReason = 'said' | 'application' | 'navigation' | 'form' | 'dialog';

/** What of a recording's course decides where it is cut and whether it has to be. Stays in the vault's job. */
export type Course = {
  actions: Action[];
  /** By index of the action that a subgoal begins with. */
  subgoals: Map<number, SubgoalReason>;
  /** Origin that each action was in, by its index; null: none was told. */
  origins: (string | null)[];
  /** Every origin that a page told, acted on or not. */
  visited: ReadonlySet<string>;
  /** What each action acted on, the same for whoever acts on it; null: not known. */
  things: (string | null)[];
  /** Ticks at which something was not recorded. */
  gaps: number[];
  /** The same for whoever did the same steps in the same order to the same things (MOV54). */
  doing: string;
};

type Where = { surface: number; origin: string | null; path: string | null };

/** One reading of events and one of states. */
export async function readCourse(recording: ExportRecording): Promise<Course> {
  const addresses: { t: number; where: Where }[] = [];
  const said: number[] = [];
  const gaps: number[] = [];
  const actions = await readActions(recording, (event) => {
    if (event.kind === 'navigate') addresses.push({ t: event.t, where: addressOf(event) });
    else if (event.kind === 'task' && event.phase === 'subgoal') said.push(event.t);
    else if (event.kind === 'gap') gaps.push(event.t);
  });
  const wheres = placesOf(actions, addresses);
  const dealings = new Dealings();
  const targets = await readTargets(recording.states(), actions, async (action, tree) =>
    dealings.see(action, tree),
  );
  const subgoals = new Map<number, SubgoalReason>();
  for (const [i, action] of actions.entries()) {
    const before = actions[i - 1];
    if (!before) continue;
    const reason = reasonFor(wheres[i - 1] as Where, wheres[i] as Where);
    if (said.some((t) => t > before.t && t <= action.t)) subgoals.set(action.index, 'said');
    else if (reason) subgoals.set(action.index, reason);
    else if (dealings.submitted(before.index)) subgoals.set(action.index, 'form');
    else if (dealings.closedDialog(action.index)) subgoals.set(action.index, 'dialog');
  }
  return {
    actions,
    subgoals,
    origins: wheres.map(({ origin }) => origin),
    visited: new Set(addresses.flatMap(({ where }) => where.origin ?? [])),
    gaps,
    things: thingsOf(actions, wheres, targets),
    doing: doingOf(actions, wheres, targets),
  };
}

function addressOf({ surface, origin, path }: Extract<RecordedEvent, { kind: 'navigate' }>): Where {
  return { surface, origin, path };
}

/** Where each action was, by what its surface had told when its input began. */
function placesOf(actions: readonly Action[], addresses: readonly { t: number; where: Where }[]): Where[] {
  const latest = new Map<number, Where>();
  const places: Where[] = [];
  let next = 0;
  for (const { t, surface } of actions) {
    for (let told = addresses[next]; told && told.t <= t; told = addresses[++next])
      latest.set(told.where.surface, told.where);
    places.push(latest.get(surface) ?? { surface, origin: null, path: null });
  }
  return places;
}

function reasonFor(before: Where, now: Where): SubgoalReason | null {
  if (before.surface !== now.surface || before.origin !== now.origin) return 'application';
  return before.path === now.path ? null : 'navigation';
}

/** What each action had to do with forms and dialogs, told from the tree that was there when its input began. */
class Dealings {
  readonly #submitted = new Set<number>();
  /** Dialogs that an action was in. */
  readonly #within = new Map<number, number>();
  /** Actions with the dialog of the action before them gone. */
  readonly #gone = new Set<number>();
  #dialog: { surface: number; node: number } | null = null;

  see(action: Action, tree: StateTree): void {
    const around =
      action.node === null
        ? []
        : [tree.node(action.node), ...tree.ancestors(action.node)].filter((one) => one !== undefined);
    if (submits(action, around)) this.#submitted.add(action.index);
    const before = this.#dialog;
    const dialog = around.find(isDialog);
    if (before?.surface === action.surface) {
      const there = tree.node(before.node);
      const left = action.node !== null && dialog?.id !== before.node;
      if (there === undefined || !isDialog(there) || left) this.#gone.add(action.index);
    }
    if (dialog) this.#within.set(action.index, dialog.id);
    const stays = action.node === null && before !== null && !this.#gone.has(action.index);
    this.#dialog = dialog ? { surface: action.surface, node: dialog.id } : stays ? before : null;
  }

  submitted(index: number): boolean {
    return this.#submitted.has(index);
  }

  /** A dialog that opens over another is not its end. */
  closedDialog(index: number): boolean {
    return this.#gone.has(index) && !this.#within.has(index);
  }
}

function submits(action: Action, around: readonly StateNode[]): boolean {
  const form = around.findIndex((one) => tagOf(one) === 'form');
  if (form < 0) return false;
  if (action.kind === 'key') return action.name === 'Enter' && tagOf(around[0]) === 'input';
  if (action.kind !== 'click') return false;
  const button = around.slice(0, form).find((one) => roleOf(one) === 'button');
  const type = button && attribute(button, 'type').toLowerCase();
  if (tagOf(button) === 'button') return type === '' || type === 'submit';
  return tagOf(button) === 'input' && (type === 'submit' || type === 'image');
}

function isDialog(node: StateNode): boolean {
  const role = roleOf(node);
  if (role !== 'dialog' && role !== 'alertdialog') return false;
  // A dialog element without `open` is there and does not show.
  return (
    tagOf(node) !== 'dialog' || (node.content.type === 2 && node.content.attributes['open'] !== undefined)
  );
}

function tagOf(node: StateNode | undefined): string {
  return node?.content.type === 2 ? node.content.tagName.toLowerCase() : '';
}

function attribute(node: StateNode, name: string): string {
  const value = node.content.type === 2 ? node.content.attributes[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** No secret is in it and nobody outside sees it: a key would be for nothing. */
const hash = sipHash('0'.repeat(32));

function thingsOf(
  actions: readonly Action[],
  wheres: readonly Where[],
  targets: ReadonlyMap<number, Target>,
): (string | null)[] {
  return actions.map(({ index }, i) => {
    const target = targets.get(index);
    if (!target) return null;
    const { origin, path } = wheres[i] as Where;
    return hash(JSON.stringify([origin, path, target.role, target.selector])).join('.');
  });
}

function doingOf(
  actions: readonly Action[],
  wheres: readonly Where[],
  targets: ReadonlyMap<number, Target>,
): string {
  let doing = '';
  for (const [i, action] of actions.entries()) {
    const { origin, path } = wheres[i] as Where;
    const { role, selector } = targets.get(action.index) ?? { role: '', selector: '' };
    const name = 'name' in action ? action.name : null;
    const step = [doing, action.kind, origin, path, role, selector, name];
    doing = hash(JSON.stringify(step)).join('.');
  }
  return doing;
}
