import type { AgentRun } from './agent-run.ts';

/**
 * The pointer at the rate of the device (AGT50-AGT55): one `pointermove` stands for many samples, each with
 * a time of its own. While something is dragged the browser sends drag events instead.
 */
export function watchPointer(run: AgentRun, beforeInput: (at: number) => void): void {
  const { window } = run;
  const origin = window.performance.timeOrigin;
  let last = { x: 0, y: 0 };
  let dragging = false;
  const down = new Map<number, PointerEvent>();

  const put = (at: number, event: Extract<Parameters<AgentRun['put']>[0], { item: 'event' }>['event']) =>
    run.put({ at, item: 'event', event });

  const move = (at: number, x: number, y: number) => {
    if (x === last.x && y === last.y) return;
    last = { x, y };
    put(at, { kind: 'move', x, y });
  };

  const button = (kind: 'down' | 'up', at: number, event: PointerEvent | DragEvent, number: number) => {
    const node = run.mirror.nearest((event.composedPath()[0] as Node | undefined) ?? null);
    const { x, y } = last;
    const type = 'pointerType' in event ? event.pointerType : 'mouse';
    const pointer = type === 'pen' || type === 'touch' ? type : 'mouse';
    put(at, { kind, x, y, button: Math.max(0, number), pointer, ...(node === undefined ? {} : { node }) });
  };

  const onMove = (event: Event) => {
    const moved = event as PointerEvent;
    // A second finger is not a pointer of ours.
    if (!moved.isPrimary) return;
    const samples = moved.getCoalescedEvents();
    if (samples.length === 0) move(run.timeOf(moved), moved.clientX, moved.clientY);
    for (const sample of samples) move(origin + sample.timeStamp, sample.clientX, sample.clientY);
    // Further buttons while one is held come as moves that name a button.
    if (moved.button >= 0) {
      beforeInput(run.timeOf(moved));
      const pressed = (moved.buttons & (BUTTON_BITS[moved.button] ?? 0)) !== 0;
      button(pressed ? 'down' : 'up', run.timeOf(moved), moved, moved.button);
    }
  };

  const onDown = (event: Event) => {
    const pressed = event as PointerEvent;
    if (!pressed.isPrimary) return;
    beforeInput(run.timeOf(event));
    move(run.timeOf(event), pressed.clientX, pressed.clientY);
    button('down', run.timeOf(event), pressed, pressed.button);
    down.set(pressed.pointerId, pressed);
  };

  const onUp = (event: Event) => {
    const released = event as PointerEvent;
    if (!released.isPrimary) return;
    down.delete(released.pointerId);
    move(run.timeOf(event), released.clientX, released.clientY);
    button('up', run.timeOf(event), released, released.button);
  };

  /** The browser takes the pointer over: to scroll with a finger, or to drag. The drag's end is the up. */
  const onCancel = (event: Event) => {
    const cancelled = event as PointerEvent;
    const pressed = down.get(cancelled.pointerId);
    down.delete(cancelled.pointerId);
    if (pressed && !dragging) button('up', run.timeOf(event), cancelled, pressed.button);
  };

  const onDrag = (event: Event) => {
    const drag = event as DragEvent;
    if (event.type === 'dragstart') dragging = true;
    move(run.timeOf(event), drag.clientX, drag.clientY);
  };

  /** `drop` knows where; `dragend` comes after it, or alone where nothing took what was dragged. */
  const onDrop = (event: Event) => {
    if (!dragging) return;
    dragging = false;
    down.clear();
    const drop = event as DragEvent;
    if (event.type === 'drop') move(run.timeOf(event), drop.clientX, drop.clientY);
    button('up', run.timeOf(event), drop, 0);
  };

  const onWheel = (event: Event) => {
    const { clientX: x, clientY: y, deltaX: dx, deltaY: dy, deltaMode } = event as WheelEvent;
    put(run.timeOf(event), { kind: 'wheel', x, y, dx, dy, mode: MODES[deltaMode] ?? 'pixel' });
  };

  run.listen('pointermove', onMove);
  run.listen('pointerdown', onDown);
  run.listen('pointerup', onUp);
  run.listen('pointercancel', onCancel);
  run.listen('dragstart', onDrag);
  run.listen('dragover', onDrag);
  run.listen('drop', onDrop);
  run.listen('dragend', onDrop);
  run.listen('wheel', onWheel);
}

/** Bits of `buttons` by number of `button`: the middle and the second one are the other way round. */
const BUTTON_BITS: readonly number[] = [1, 4, 2, 8, 16, 32];
const MODES = ['pixel', 'line', 'page'] as const;
