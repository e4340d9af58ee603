import type { Drawing } from '@aboveboard/redact/movement/drawing';
import { placeIn } from '@aboveboard/redact/movement/released-pointer';
import type { Box } from './environment.ts';
import type { ModelAction, Point } from './export/model-action.ts';

/** Controls that are hit or missed, and where in them does not matter (MOV40). */
const ATOMIC = new Set([
  'button',
  'checkbox',
  'link',
  'menuitem',
  'menuitemcheckbox',
  'menuitemradio',
  'option',
  'radio',
  'switch',
  'tab',
]);
/** On these a drag's way is what it does. */
const DRAWN_ON = new Set(['canvas', 'img', 'application', 'slider']);
/** A link of more lines has a box with places that are none of it. Pixels of the picture. */
const ONE_LINE = 40;
const PATH_POINTS = 16;
const BEND = 0.04;

export type ReleasedStep = { action: ModelAction /** Points that are as they were. */; kept: number };

/** What a step acts on, in the picture before it; null: not known. `height` is the picture's, in pixels. */
export type StepTarget = { role: string | null; box: Box | null; height: number };

/** A step's places as people in general would hit them (MOV40, MOV41). Kind, target, amounts and words are untouched. */
export function releasedStep(action: ModelAction, target: StepTarget, draws: Drawing): ReleasedStep {
  switch (action.kind) {
    case 'click':
    case 'move':
    case 'scroll': {
      const at = placed(target, draws);
      return at === null ? { action, kept: 1 } : { action: { ...action, at }, kept: 0 };
    }
    case 'select': {
      if (action.at === null) return { action, kept: 0 };
      const at = placed({ ...target, role: target.box ? 'option' : null }, draws);
      return at === null ? { action, kept: 1 } : { action: { ...action, at }, kept: 0 };
    }
    case 'drag': {
      const [from, to] = [action.path[0], action.path.at(-1)];
      const free = target.role === null || DRAWN_ON.has(target.role);
      if (free || !from || !to) return { action, kept: action.path.length };
      return { action: { ...action, path: between(from, to, draws) }, kept: 2 };
    }
    default:
      return { action, kept: 0 };
  }
}

/** In the part of the box that the picture shows; null where the place has to stay. */
function placed({ role, box, height }: StepTarget, draws: Drawing): Point | null {
  if (role === null || box === null || !ATOMIC.has(role)) return null;
  if (role === 'link' && box.height * height > ONE_LINE) return null;
  const [left, top] = [Math.max(0, box.x), Math.max(0, box.y)];
  const [right, bottom] = [Math.min(1, box.x + box.width), Math.min(1, box.y + box.height)];
  if (!(right > left && bottom > top)) return null;
  // Drawn in ten-thousandths, so that a place falls on a whole one where the box holds any.
  const grain = 10_000;
  const at = placeIn(
    {
      id: 0,
      x: left * grain,
      y: top * grain,
      width: (right - left) * grain,
      height: (bottom - top) * grain,
      place: 'atomic',
    },
    draws,
  );
  return { x: at.x / grain, y: at.y / grain };
}

/** A slightly bent way at the pace of a minimum-jerk motion. */
function between(from: Point, to: Point, draws: Drawing): Point[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const bend = BEND * draws.normal();
  return Array.from({ length: PATH_POINTS }, (_, i) => {
    if (i === 0) return from;
    if (i === PATH_POINTS - 1) return to;
    const share = i / (PATH_POINTS - 1);
    const along = share * share * share * (10 - 15 * share + 6 * share * share);
    const aside = bend * Math.sin(Math.PI * along);
    const within = (value: number) => Math.max(0, Math.min(1, value));
    return { x: within(from.x + dx * along - dy * aside), y: within(from.y + dy * along + dx * aside) };
  });
}
