import type { XEvent } from 'x11';
import type { Indicator } from '../recorder-daemon.ts';
import { XDisplay } from './display.ts';
import { Monitors } from './monitors.ts';

const SIZE = { width: 210, height: 34 };
const STOP_FROM = 150;
const PAUSE_FROM = 80;
const COLOURS = { recording: 0xb3261e, paused: 0x5f6368, text: 0xffffff } as const;
const ABOVE = 0;

type Drawing = {
  CreateGC(id: number, drawable: number, values: Record<string, number>): void;
  ChangeGC(id: number, values: Record<string, number>): void;
  PolyFillRectangle(drawable: number, gc: number, rectangles: number[]): void;
  PolyText8(drawable: number, gc: number, x: number, y: number, items: string[]): void;
  OpenFont(id: number, name: string): void;
};

/**
 * A small window above all others while a recording runs, with pause and stop (DSK60). It can be moved and not hidden:
 * what covers or unmaps it brings it back; whoever takes it away, or ends its connection, ends the recording.
 */
export async function showIndicator(
  displayName: string | undefined,
  on: { pause: () => void; resume: () => void; stop: () => void; gone: () => void },
): Promise<Indicator> {
  let closed = false;
  const gone = () => {
    if (closed) return;
    closed = true;
    on.gone();
  };
  const display = await XDisplay.connect(displayName, gone);
  const client = display.client as typeof display.client & Drawing;
  const [id, gc, font] = [client.AllocID(), client.AllocID(), client.AllocID()];
  let state: 'recording' | 'paused' = 'recording';
  let place = { x: 8, y: 8 };
  let screen = { width: 0, height: 0 };
  let held: { x: number; y: number } | null = null;

  const draw = () => {
    client.ChangeGC(gc, { foreground: COLOURS[state] });
    client.PolyFillRectangle(id, gc, [0, 0, SIZE.width, SIZE.height]);
    client.ChangeGC(gc, { foreground: COLOURS.text });
    client.PolyText8(id, gc, 10, 21, [state === 'recording' ? 'Recording' : 'Paused']);
    client.PolyText8(id, gc, PAUSE_FROM + 10, 21, [state === 'recording' ? 'Pause' : 'Go on']);
    client.PolyText8(id, gc, STOP_FROM + 14, 21, ['Stop']);
  };
  const raise = () => client.ConfigureWindow(id, { stackMode: ABOVE });
  const hear = (event: XEvent & { rootx?: number; rooty?: number }) => {
    if (closed) return;
    const about = event.wid1 ?? event.wid;
    if (event.name === 'ConfigureNotify') {
      const { x = 0, y = 0, width = 0, height = 0 } = event;
      if (about === display.root) screen = { width, height };
      if (about === id) place = { x, y };
      // Another resolution, or somebody who moves it away, hides it nowhere.
      stay();
      return;
    }
    if (about !== id) return;
    switch (event.name) {
      case 'Expose':
        draw();
        break;
      case 'VisibilityNotify':
        raise();
        break;
      case 'UnmapNotify':
        client.MapWindow(id);
        break;
      case 'DestroyNotify':
        gone();
        break;
      case 'ButtonPress':
        if ((event.x ?? 0) >= STOP_FROM) on.stop();
        else if ((event.x ?? 0) >= PAUSE_FROM) (state === 'recording' ? on.pause : on.resume)();
        else held = { x: event.x ?? 0, y: event.y ?? 0 };
        break;
      case 'ButtonRelease':
        held = null;
        break;
      case 'MotionNotify':
        if (held) client.ConfigureWindow(id, within(event, held));
        break;
    }
  };
  const within = (
    { rootx = 0, rooty = 0 }: { rootx?: number; rooty?: number },
    from: { x: number; y: number },
  ) => onScreen({ x: rootx - from.x, y: rooty - from.y });
  const onScreen = (at: { x: number; y: number }) => monitors.nearest(at, SIZE, screen);
  const stay = () => {
    const kept = onScreen(place);
    if (kept.x !== place.x || kept.y !== place.y) client.ConfigureWindow(id, kept);
  };
  const monitors = await Monitors.of(display, () => !closed && stay());

  const measured = await display.ask<typeof screen>((done) =>
    client.GetGeometry(display.root, done as never),
  );
  if (measured) screen = { width: measured.width, height: measured.height };
  client.ChangeWindowAttributes(display.root, { eventMask: client.eventMask['StructureNotify'] ?? 0 });
  client.on('event', hear);
  const mask = client.eventMask;
  const eventMask = [
    'Exposure',
    'ButtonPress',
    'ButtonRelease',
    'PointerMotion',
    'StructureNotify',
    'VisibilityChange',
  ]
    .map((name) => mask[name] ?? 0)
    .reduce((all, bit) => all | bit, 0);
  place = onScreen(place);
  client.CreateWindow(id, display.root, place.x, place.y, SIZE.width, SIZE.height, 0, 0, 0, 0, {
    overrideRedirect: true,
    backgroundPixel: COLOURS.recording,
    eventMask,
  });
  client.OpenFont(font, 'fixed');
  client.CreateGC(gc, id, { foreground: COLOURS.text, font });
  client.MapWindow(id);
  raise();
  const shown = await display.ask<{ mapState: number }>((done) =>
    client.GetWindowAttributes(id, done as never),
  );
  if (shown?.mapState !== VIEWABLE) {
    display.close();
    throw new Error('the window that says that something is recorded could not be shown');
  }
  return {
    show(next) {
      state = next;
      if (!closed) draw();
    },
    close() {
      closed = true;
      display.close();
    },
  };
}

const VIEWABLE = 2;
