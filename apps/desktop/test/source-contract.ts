import { SOLID } from '@aboveboard/redact/frame/raster';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type {
  CaptureSource,
  SourceHears,
  SourceInput,
  WindowId,
  WindowPlace,
} from '../src/capture-source.ts';

/** A display with a source, and hands that move what is on it. Each act resolves when the display has done it. */
export type SourceStage = {
  source: CaptureSource;
  now: () => number;
  /** All of it in one colour that is not the filler's; `red`: another. */
  addWindow(name: 'listed' | 'other', place: WindowPlace): Promise<void>;
  moveWindow(name: 'listed' | 'other', place: WindowPlace): Promise<void>;
  removeWindow(name: 'listed' | 'other'): Promise<void>;
  focus(name: 'listed' | 'other'): Promise<void>;
  movePointer(x: number, y: number): Promise<void>;
  click(): Promise<void>;
  /** Presses and releases `a`, or Return. */
  type(key: 'letter' | 'enter'): Promise<void>;
  die(): Promise<void>;
  end(): Promise<void>;
};

const LISTED = { x: 100, y: 80, width: 300, height: 200 };
const OTHER = { x: 700, y: 80, width: 300, height: 200 };
const ALL = { pointer: true, keys: true, states: true, frames: true };

type Heard = { window: WindowId; at: number; input: SourceInput };

/** What every source does (spec/desktop.md, DSK1-DSK9). */
export function sourceContract(name: string, makeStage: () => Promise<SourceStage>): void {
  describe(`a source of the desktop: ${name}`, () => {
    let stage: SourceStage;
    afterEach(async () => stage?.end());

    const opened = new Map<string, { window: WindowId; place: WindowPlace; executable: string }>();
    const heard: Heard[] = [];
    const closed: WindowId[] = [];
    const fronts: (WindowId | null)[] = [];
    let losses = 0;

    async function begin(): Promise<void> {
      opened.clear();
      heard.length = 0;
      closed.length = 0;
      fronts.length = 0;
      losses = 0;
      stage = await makeStage();
      const hears: SourceHears = {
        opened: (window, { executable, windowClass }, place) =>
          opened.set(windowClass, { window, place, executable }),
        moved: (window, place) => {
          for (const one of opened.values()) if (one.window === window) one.place = place;
        },
        closed: (window) => closed.push(window),
        front: (window) => fronts.push(window),
        input: (window, at, input) => heard.push({ window, at, input }),
        changed: () => undefined,
        screen: () => undefined,
        lost: () => {
          losses += 1;
        },
      };
      await stage.source.open(hears);
      await stage.addWindow('other', OTHER);
      await stage.addWindow('listed', LISTED);
      await vi.waitFor(() => expect(new Set(opened.keys())).toEqual(new Set(['listed', 'other'])), WAIT);
    }
    const idOf = (which: 'listed' | 'other') => (opened.get(which) as { window: WindowId }).window;
    const kinds = () => heard.map(({ input }) => input.kind);
    /** Something that is told if anything is: what was not told before it never will be. */
    async function marked(): Promise<void> {
      await vi.waitFor(async () => {
        await stage.movePointer(LISTED.x + 3, LISTED.y + 3);
        await stage.movePointer(LISTED.x + 7, LISTED.y + 9);
        expect(heard.some(({ input }) => 'x' in input && input.x === 7 && input.y === 9)).toBe(true);
      }, WAIT);
      // What was moved above may still be on its way.
      await vi.waitFor(async () => {
        const { length } = heard;
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(heard.length).toBe(length);
      }, WAIT);
    }

    test('[DSK1] tells of windows by program, class and place, and of nothing else in them', async () => {
      await begin();
      expect(opened.get('listed')?.place).toEqual(LISTED);
      expect(opened.get('listed')?.executable).toMatch(/^\//);
      expect(heard).toEqual([]);
      expect(await stage.source.tree(idOf('listed'))).toBeNull();
      expect(await stage.source.picture(idOf('listed'))).toBeNull();
    });

    test('[DSK2] says nothing of input in a window that is not watched', async () => {
      await begin();
      stage.source.watch(idOf('listed'), ALL);
      await stage.focus('other');
      await stage.movePointer(OTHER.x + 20, OTHER.y + 20);
      await stage.click();
      await stage.type('letter');
      await marked();
      expect(heard.every(({ window }) => window === idOf('listed'))).toBe(true);
      expect(new Set(kinds())).toEqual(new Set(['move']));
    });

    test('[DSK3] tells the pointer in pixels of the window, in order, at the time that it happened', async () => {
      await begin();
      stage.source.watch(idOf('listed'), ALL);
      await marked();
      heard.length = 0;
      const before = stage.now();
      await stage.movePointer(LISTED.x + 30, LISTED.y + 40);
      await stage.click();
      await vi.waitFor(() => expect(kinds().slice(-3)).toEqual(['move', 'down', 'up']), WAIT);
      const after = stage.now();
      const [, down] = heard.slice(-3) as [Heard, Heard, Heard];
      expect(down.input).toMatchObject({ x: 30, y: 40, button: 0, pointer: 'mouse' });
      const times = heard.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      // A display's clock counts milliseconds.
      expect(times.every((at) => at >= before - 2 && at <= after)).toBe(true);
    });

    test('[DSK4] tells nothing more of a window at once when it is told not to watch it (T3)', async () => {
      await begin();
      await stage.addWindow('other', { x: 100, y: 500, width: 60, height: 60 });
      stage.source.watch(idOf('listed'), ALL);
      await marked();
      await stage.movePointer(LISTED.x + 50, LISTED.y + 50);
      stage.source.unwatch(idOf('listed'));
      const told = heard.length;
      await stage.click();
      await stage.movePointer(LISTED.x + 60, LISTED.y + 60);
      stage.source.watch(idOf('listed'), ALL);
      await vi.waitFor(async () => {
        await stage.movePointer(LISTED.x + 9, LISTED.y + 9);
        await stage.movePointer(LISTED.x + 7, LISTED.y + 8);
        expect(heard.length).toBeGreaterThan(told);
      }, WAIT);
      const places = new Set(
        heard.slice(told).map(({ input }) => ('x' in input ? `${input.x} ${input.y}` : '')),
      );
      expect([...places].filter((place) => place !== '9 9' && place !== '7 8')).toEqual([]);
      expect(new Set(heard.slice(told).map(({ input }) => input.kind))).toEqual(new Set(['move']));
    });

    test('[DSK5] [REC25] tells keys as classes, of the window that has the focus (T9)', async () => {
      await begin();
      stage.source.watch(idOf('listed'), ALL);
      await marked();
      await stage.focus('listed');
      await vi.waitFor(() => expect(fronts.at(-1)).toBe(idOf('listed')), WAIT);
      await stage.type('letter');
      await stage.type('enter');
      await vi.waitFor(() => expect(heard.filter(({ input }) => !('x' in input))).toHaveLength(4), WAIT);
      expect(heard.filter(({ input }) => !('x' in input)).map(({ input }) => input)).toEqual([
        { kind: 'keydown', key: 'printable' },
        { kind: 'keyup', key: 'printable' },
        { kind: 'keydown', key: 'navigation', name: 'Enter' },
        { kind: 'keyup', key: 'navigation', name: 'Enter' },
      ]);
    });

    test('[DSK6] a picture holds the window’s own pixels, and one colour where another covers it', async () => {
      await begin();
      stage.source.watch(idOf('listed'), ALL);
      await stage.removeWindow('other');
      await stage.addWindow('other', { x: LISTED.x + 100, y: LISTED.y + 50, width: 500, height: 100 });
      let picture = await stage.source.picture(idOf('listed'));
      await vi.waitFor(async () => {
        picture = await stage.source.picture(idOf('listed'));
        expect(picture).not.toBeNull();
      }, WAIT);
      const { raster } = picture as NonNullable<typeof picture>;
      expect([raster.width, raster.height]).toEqual([LISTED.width, LISTED.height]);
      const pixels = new Uint32Array(
        raster.data.buffer,
        raster.data.byteOffset,
        raster.width * raster.height,
      );
      const at = (x: number, y: number) => pixels[y * raster.width + x];
      for (let y = 50; y < 150; y++)
        for (let x = 100; x < 300; x++) if (at(x, y) !== SOLID) throw new Error(`${x} ${y}`);
      expect(at(10, 10)).not.toBe(SOLID);
      expect(at(10, 10)).toBe(at(290, 190));
    });

    test('[DSK7] follows windows that move, and says when one is gone', async () => {
      await begin();
      stage.source.watch(idOf('listed'), ALL);
      const moved = { ...LISTED, x: 240, y: 160 };
      await stage.moveWindow('listed', moved);
      await vi.waitFor(() => expect(opened.get('listed')?.place).toEqual(moved), WAIT);
      await stage.movePointer(moved.x + 5, moved.y + 6);
      await vi.waitFor(() => expect(heard.at(-1)?.input).toMatchObject({ x: 5, y: 6 }), WAIT);
      await stage.removeWindow('listed');
      await vi.waitFor(() => expect(closed).toEqual([idOf('listed')]), WAIT);
    });

    test('[DSK8] says once that the display is gone, and nothing after that', async () => {
      await begin();
      stage.source.watch(idOf('listed'), ALL);
      await stage.die();
      await vi.waitFor(() => expect(losses).toBe(1), WAIT);
      expect(await stage.source.tree(idOf('listed')).catch(() => null)).toBeNull();
      expect(losses).toBe(1);
    });
  });
}

const WAIT = { timeout: 15_000, interval: 20 };
