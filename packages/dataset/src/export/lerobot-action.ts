import type { DemonstrationStep } from './demonstration.ts';
import type { ModelAction, Point } from './model-action.ts';

/** A step as LeRobot's policies see it (spec/dataset-formats.md, EXP71): numbers of one length, and beside them what has no number. */
export type LeRobotAction = {
  action: number[];
  'step.button': string;
  'step.held': string;
  'step.text': string;
  'step.keys': string;
  'step.path': string;
};

const KINDS = ['click', 'drag', 'move', 'scroll', 'type', 'select', 'keys', 'wait'] as const;
/** Names of the numbers of `action`, in their order: one of the kinds is 1, then places, amounts. */
export const ACTION_NAMES: readonly string[] = [
  ...KINDS.map((kind) => `is_${kind}`),
  ...['x', 'y', 'to_x', 'to_y', 'dx', 'dy', 'count', 'seconds'],
];
/** Of a step that has no place; fractions of a picture begin at 0. */
const NOWHERE: Point = { x: -1, y: -1 };

/** Null: what no recorded step is. */
export function leRobotAction(action: ModelAction): LeRobotAction | null {
  const place = (KINDS as readonly string[]).indexOf(action.kind);
  if (place < 0) return null;
  const [at, to] = endsOf(action);
  const {
    dx = 0,
    dy = 0,
    count = 0,
    seconds = 0,
  } = action as { dx?: number; dy?: number; count?: number; seconds?: number };
  const numbers = [at.x, at.y, to.x, to.y, dx, dy, count, seconds];
  return {
    action: [...KINDS.map((_, i) => (i === place ? 1 : 0)), ...numbers],
    'step.button': 'button' in action ? action.button : '',
    'step.held': 'held' in action ? JSON.stringify(action.held) : '',
    'step.text': 'text' in action ? action.text : '',
    'step.keys': 'keys' in action ? JSON.stringify(action.keys) : '',
    'step.path': 'path' in action ? JSON.stringify(action.path.map(({ x, y }) => [x, y])) : '',
  };
}

/** What `leRobotAction` wrote, but for places that became numbers of 32 bits. Throws RangeError for what it does not write. */
export function readLeRobotAction(row: LeRobotAction): ModelAction {
  const { action } = row;
  const kind = KINDS[action.slice(0, KINDS.length).indexOf(1)];
  if (kind === undefined || action.length !== ACTION_NAMES.length) throw new RangeError('no kind of action');
  const [x = 0, y = 0, , , dx = 0, dy = 0, count = 0, seconds = 0] = action.slice(KINDS.length);
  const at = { x, y };
  const list = (text: string) => JSON.parse(text || '[]') as unknown[];
  const held = list(row['step.held']);
  const button = row['step.button'];
  const said = {
    click: { button, count, at, held },
    drag: {
      button,
      path: list(row['step.path']).map((point) => {
        const [left, top] = point as [number, number];
        return { x: left, y: top };
      }),
      held,
    },
    move: { at },
    scroll: { at, dx, dy, held },
    type: { text: row['step.text'] },
    select: { at: x < 0 ? null : at, text: row['step.text'] },
    keys: { keys: list(row['step.keys']), count },
    wait: { seconds },
  }[kind];
  return { kind, ...said } as ModelAction;
}

/** Where the pointer is left by a step; null: it stays where it was. */
export function pointerAfter({ action }: Pick<DemonstrationStep, 'action'>): Point | null {
  const [at, to] = endsOf(action);
  if (to.x >= 0) return to;
  return at.x >= 0 ? at : null;
}

function endsOf(action: ModelAction): [Point, Point] {
  if (action.kind === 'drag') return [action.path[0] ?? NOWHERE, action.path.at(-1) ?? NOWHERE];
  return ['at' in action ? (action.at ?? NOWHERE) : NOWHERE, NOWHERE];
}
