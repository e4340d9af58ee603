import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Rect } from './edit-list.ts';

/**
 * What is drawn over the replayed page: pointer with trail, presses, keys, outlines, masks. A canvas as
 * large as the stage is shown; places come in CSS pixels of the recorded viewport and are scaled here, so
 * that lines stay sharp at any size. It draws one instant and remembers nothing.
 */
export type OverlayInstant = {
  pointer: { x: number; y: number } | null;
  /** Oldest first; `age` from 0 (now) to 1 (about to go). */
  trail: readonly { x: number; y: number; age: number }[];
  presses: readonly { x: number; y: number; age: number; button: number }[];
  pressed: boolean;
  /** What the step acts on, what has the focus, what the contributor points at to mask. */
  target: Rect | null;
  focus: Rect | null;
  picked: Rect | null;
  masked: readonly Rect[];
};

export type OverlayLook = {
  pointer: string;
  pointerEdge: string;
  trail: string;
  target: string;
  focus: string;
  picked: string;
  mask: string;
  maskEdge: string;
};

export function drawOverlay(
  context: CanvasRenderingContext2D,
  instant: OverlayInstant,
  scale: number,
  look: OverlayLook,
): void {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.lineJoin = 'round';
  context.lineCap = 'round';
  for (const rect of instant.masked) masked(context, rect, scale, look);
  if (instant.target) outline(context, instant.target, scale, look.target, 3, []);
  if (instant.focus) outline(context, instant.focus, scale, look.focus, 2, [5, 4]);
  if (instant.picked) outline(context, instant.picked, scale, look.picked, 3, []);
  trail(context, instant.trail, scale, look.trail);
  for (const press of instant.presses) {
    context.beginPath();
    context.globalAlpha = 1 - press.age;
    context.strokeStyle = look.trail;
    context.lineWidth = 3;
    context.arc(press.x * scale, press.y * scale, 8 + press.age * 18, 0, Math.PI * 2);
    context.stroke();
    // A second ring: the secondary button.
    if (press.button === 2) {
      context.beginPath();
      context.arc(press.x * scale, press.y * scale, 4 + press.age * 9, 0, Math.PI * 2);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
  if (instant.pointer) pointer(context, instant.pointer, scale, instant.pressed, look);
}

function trail(
  context: CanvasRenderingContext2D,
  points: OverlayInstant['trail'],
  scale: number,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = 3;
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1], points[i]];
    if (!a || !b) continue;
    context.globalAlpha = Math.max(0, 0.7 * (1 - b.age));
    context.beginPath();
    context.moveTo(a.x * scale, a.y * scale);
    context.lineTo(b.x * scale, b.y * scale);
    context.stroke();
  }
  context.globalAlpha = 1;
}

const ARROW: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 17],
  [4, 13.4],
  [7, 20],
  [9.8, 18.8],
  [6.9, 12.4],
  [12, 12],
];

function pointer(
  context: CanvasRenderingContext2D,
  at: { x: number; y: number },
  scale: number,
  pressed: boolean,
  look: OverlayLook,
): void {
  context.beginPath();
  for (const [dx, dy] of ARROW) context.lineTo(at.x * scale + dx, at.y * scale + dy);
  context.closePath();
  context.fillStyle = pressed ? look.trail : look.pointer;
  context.strokeStyle = look.pointerEdge;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

function outline(
  context: CanvasRenderingContext2D,
  rect: Rect,
  scale: number,
  color: string,
  width: number,
  dash: number[],
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.strokeRect(
    rect.x * scale - width,
    rect.y * scale - width,
    rect.width * scale + 2 * width,
    rect.height * scale + 2 * width,
  );
  context.setLineDash([]);
}

/** Solid with stripes: it must be plain that what is under it goes, and not only that it can't be seen. */
function masked(context: CanvasRenderingContext2D, rect: Rect, scale: number, look: OverlayLook): void {
  const [x, y, width, height] = [rect.x * scale, rect.y * scale, rect.width * scale, rect.height * scale];
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = look.mask;
  context.fillRect(x, y, width, height);
  context.strokeStyle = look.maskEdge;
  context.lineWidth = 1;
  for (let along = -height; along < width; along += 10) {
    context.beginPath();
    context.moveTo(x + along, y + height);
    context.lineTo(x + along + height, y);
    context.stroke();
  }
  context.restore();
  context.strokeStyle = look.maskEdge;
  context.strokeRect(x, y, width, height);
}

const TRAIL_SECONDS = 0.8;
const PRESS_SECONDS = 0.6;

/** Pointer, trail and presses at `t`, from the events of the last second or so. */
export function pointerAt(
  events: readonly RecordedEvent[],
  t: number,
  ticksPerSecond: number,
  before: { x: number; y: number } | null,
): Pick<OverlayInstant, 'pointer' | 'trail' | 'presses' | 'pressed'> {
  let at = before;
  let pressed = false;
  const trail: { x: number; y: number; age: number }[] = [];
  const presses: { x: number; y: number; age: number; button: number }[] = [];
  for (const event of events) {
    if (event.kind !== 'move' && event.kind !== 'down' && event.kind !== 'up' && event.kind !== 'wheel')
      continue;
    at = { x: event.x, y: event.y };
    const seconds = (t - event.t) / ticksPerSecond;
    if (seconds <= TRAIL_SECONDS) trail.push({ ...at, age: seconds / TRAIL_SECONDS });
    if (event.kind === 'down') {
      pressed = true;
      if (seconds <= PRESS_SECONDS)
        presses.push({ ...at, age: seconds / PRESS_SECONDS, button: event.button });
    } else if (event.kind === 'up') pressed = false;
  }
  return { pointer: at, trail, presses, pressed };
}

/** Keys of the last moments as short words: `typing`, `Enter`, `ctrl+s`. Never characters: none are kept (T9). */
export function keysAt(events: readonly RecordedEvent[], t: number, ticksPerSecond: number): string[] {
  const words: string[] = [];
  for (const event of events) {
    if (event.kind !== 'keydown' || t - event.t > ticksPerSecond) continue;
    const word = event.name ?? (event.key === 'space' ? 'Space' : event.key);
    if (words.at(-1) !== word) words.push(word);
  }
  return words.slice(-4);
}
