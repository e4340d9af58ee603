import type { Modifier } from '../action.ts';
import type { Box } from '../environment.ts';
import type { PictureSize } from '../export/dialect.ts';
import { pyautoguiKeys } from '../export/key-spelling.ts';
import { choosing, type ModelAction, type Point } from '../export/model-action.ts';
import type { BenchBox, PlayedAction, TruthAction } from './bench-task.ts';

/** Calls of one action, and whether they say all of it. Empty: the benchmark has no word for it (EVA5). */
export type Benched<T> = { actions: T[]; exact: boolean };

type Place = Extract<PlayedAction, { x: number }>['type'];

/** An action as the benchmark has it, in what a player says. Held modifiers and the path of a drag are not said. */
export function playedActions(action: ModelAction): Benched<PlayedAction> {
  switch (action.kind) {
    case 'click': {
      const type = clickType(action);
      return type ? said([placed(type, action.at)], action.held) : { actions: [], exact: false };
    }
    case 'move':
      return said([placed('moveTo', action.at)]);
    case 'drag': {
      const [from, to] = [action.path[0], action.path.at(-1)];
      if (!from || !to || action.button !== 'left') return { actions: [], exact: false };
      const ends = said([placed('moveTo', from), placed('dragTo', to)], action.held);
      return { ...ends, exact: ends.exact && action.path.length === 2 };
    }
    case 'scroll':
      // Upwards is positive; sideways has no word.
      return action.dy === 0
        ? { actions: [], exact: false }
        : { ...said([{ type: 'scroll', amount: -action.dy }], action.held), exact: action.dx === 0 };
    case 'type':
      return said([{ type: 'write', text: action.text }]);
    case 'select':
      return { actions: choosing(action).flatMap((step) => playedActions(step).actions), exact: false };
    case 'keys': {
      const keys = action.keys.map(pyautoguiKeys.write);
      const pressed = Array.from({ length: action.count }, () => keys[0] ?? '');
      if (keys.length === 1) return said([{ type: 'press', keys: pressed }]);
      return said(Array.from({ length: action.count }, () => ({ type: 'hotkey' as const, keys })));
    }
    case 'wait':
      return { actions: [], exact: false };
    case 'done':
      return said([{ type: 'terminate', status: action.success ? 'success' : 'failure' }]);
  }
}

/** The same as the truth of a step: with the box of what it acts on, where that is known. */
export function truthActions(
  action: ModelAction,
  boxes: { box: Box | null; dropBox: Box | null },
  picture: PictureSize,
): Benched<TruthAction> {
  const { actions, exact } = playedActions(action);
  return {
    exact,
    actions: actions.map((one): TruthAction => {
      switch (one.type) {
        case 'write':
          return { type: one.type, params: { text: one.text } };
        case 'press':
        case 'hotkey':
          return { type: one.type, params: { keys: one.keys } };
        case 'scroll':
          return { type: one.type, params: { amount: one.amount } };
        case 'terminate':
          return { type: one.type, params: { status: one.status } };
        default: {
          const box = one.type === 'dragTo' ? boxes.dropBox : boxes.box;
          return {
            type: one.type,
            params: { position: { x: rounded(one.x), y: rounded(one.y) } },
            metadata: { bboxes: box ? [benchBox(box, picture)] : [] },
          };
        }
      }
    }),
  };
}

function clickType({ button, count }: Extract<ModelAction, { kind: 'click' }>): Place | null {
  if (button === 'left') return (['click', 'doubleClick', 'tripleClick'] as const)[count - 1] ?? null;
  return button === 'right' && count === 1 ? 'rightClick' : null;
}

const placed = (type: Place, { x, y }: Point): PlayedAction => ({ type, x, y });
const said = (actions: PlayedAction[], held: readonly Modifier[] = []): Benched<PlayedAction> => ({
  actions,
  exact: held.length === 0,
});

const rounded = (value: number) => Math.round(value * 10_000) / 10_000;

/** The one category is what was acted on. */
function benchBox({ x, y, width, height }: Box, picture: PictureSize): BenchBox {
  const abs: BenchBox['abs_bbox'] = [
    Math.round(x * picture.width),
    Math.round(y * picture.height),
    Math.round(width * picture.width),
    Math.round(height * picture.height),
  ];
  return {
    category_id: 1,
    rel_bbox: [rounded(x), rounded(y), rounded(width), rounded(height)],
    abs_bbox: abs,
    area: abs[2] * abs[3],
  };
}
