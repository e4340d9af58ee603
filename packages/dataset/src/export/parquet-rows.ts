import type { ClosedText, OpenText, RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { InterfaceNode } from '@aboveboard/protocol/state';
import type { StateTree } from '@aboveboard/protocol/state-tree';
import type { Action } from '../action.ts';
import { surrogateOf } from '../surrogated-text.ts';
import { nameOf, roleOf, type Target } from '../tree-target.ts';
import { instructionOf } from './export-recording.ts';
import { EVENT_COLUMNS, type Row } from './parquet-columns.ts';
import type { Cell } from './parquet-table.ts';

const EVENT_NAMES = new Set(EVENT_COLUMNS.map(({ name }) => name));

export function recordingRow(manifest: Manifest): Row {
  const { clock, task, outcome, agreement, masks, origin } = manifest;
  return {
    recording: manifest.id,
    class: manifest.class,
    tick_us: clock.tickMicroseconds,
    duration: clock.durationTicks,
    task: instructionOf(manifest),
    card: task.kind === 'card' ? task.card.id : null,
    worked: outcome.worked,
    agreement: agreement?.digest ?? null,
    masks: JSON.stringify(masks),
    origin: origin ? JSON.stringify(origin) : null,
  };
}

export function eventRow(recording: string, n: number, event: RecordedEvent): Row {
  const row: Row = { recording, n };
  const detail: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if ((event.kind === 'text' || event.kind === 'select') && name === 'value') {
      row['text'] = event.value.open ? event.value.text : surrogateOf(event.value);
      row['text_length'] = event.value.open ? null : event.value.length;
      if (!event.value.open) detail['script'] = event.value.script;
    } else if (event.kind === 'task' && name === 'text') detail[name] = value;
    else if (EVENT_NAMES.has(name)) row[name] = value as Cell;
    else detail[name] = value;
  }
  row['detail'] = Object.keys(detail).length > 0 ? JSON.stringify(detail) : null;
  return row;
}

export function actionRow(
  recording: string,
  action: Action,
  target: Target | null,
  image: string | null,
): Row {
  const { before } = action;
  const row: Row = {
    recording,
    index: action.index,
    kind: action.kind,
    t: action.t,
    until: action.until,
    surface: action.surface,
    node: action.node,
    role: target?.role ?? null,
    target_name: target?.name ?? null,
    selector: target?.selector ?? null,
    before_t: before.t,
    before_state: before.state,
    before_age: before.age,
    before_stale: before.stale,
    events: JSON.stringify(action.events.map(({ from, to }) => [from, to])),
    image,
  };
  if ('at' in action && action.at) Object.assign(row, action.at);
  if ('modifiers' in action && action.modifiers.length > 0) row['modifiers'] = action.modifiers.join('+');
  switch (action.kind) {
    case 'drag': {
      const { x, y, nx, ny } = action.to;
      const drag_path = JSON.stringify(action.path.map((point) => [point.t, point.x, point.y]));
      Object.assign(row, { to_x: x, to_y: y, to_nx: nx, to_ny: ny, button: action.button, drag_path });
      break;
    }
    case 'scroll':
      Object.assign(row, { dx: action.dx, dy: action.dy, mode: action.mode });
      break;
    case 'type': {
      const { value, keys } = action;
      row['keys'] = keys;
      if (value) Object.assign(row, textCells(value));
      break;
    }
    case 'select': {
      const { value, option } = action;
      row['option'] = option;
      Object.assign(row, textCells(value));
      break;
    }
    case 'key':
    case 'shortcut':
      Object.assign(row, { name: action.name, count: action.count });
      break;
    case 'navigate':
      Object.assign(row, { origin: action.origin, path: action.path });
      break;
  }
  return row;
}

function textCells(value: OpenText | ClosedText): Row {
  return value.open ? { text: value.text } : { text: surrogateOf(value), text_length: value.length };
}

/** A tree that was drawn: with boxes and states. */
export function* drawnTreeRows(
  recording: string,
  t: number,
  surface: number,
  tree: InterfaceNode,
): Iterable<Row> {
  const open: { node: InterfaceNode; parent: number | null; depth: number }[] = [
    { node: tree, parent: null, depth: 0 },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, parent, depth } = next;
    const { box } = node;
    yield {
      recording,
      t,
      surface,
      node: node.id,
      parent,
      depth,
      role: node.role,
      name: node.name,
      value: node.value ?? null,
      states: node.states.join(' '),
      ...box,
    };
    for (const child of node.children.toReversed())
      open.push({ node: child, parent: node.id, depth: depth + 1 });
  }
}

/** Where nothing was drawn: roles and names of elements that say anything, from the state alone. */
export function* plainTreeRows(
  recording: string,
  t: number,
  surface: number,
  tree: StateTree,
): Iterable<Row> {
  for (const node of tree) {
    const role = roleOf(node);
    if (role === 'none' || role === 'generic') continue;
    const above = tree.ancestors(node.id).filter((one) => !['none', 'generic'].includes(roleOf(one)));
    yield {
      recording,
      t,
      surface,
      node: node.id,
      parent: above[0]?.id ?? null,
      depth: above.length,
      role,
      name: nameOf(tree, node),
      value: null,
      states: '',
      x: null,
      y: null,
      width: null,
      height: null,
    };
  }
}
