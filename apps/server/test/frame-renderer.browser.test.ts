import { standardWindow } from '@aboveboard/dataset/standard-window';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameRenderer, type FrameWant, type RenderedFrame } from '../src/rendering/frame-renderer.ts';
import { BARS_HEIGHT } from '../src/rendering/surface-page.ts';

const style = (id: number, css: string): SerializedNode => ({
  type: 2,
  id,
  tagName: 'style',
  attributes: {},
  childNodes: [{ type: 3, id: id + 1, textContent: css, isStyle: true }],
});
const element = (
  id: number,
  tagName: string,
  attributes: Record<string, string | number | true>,
  ...childNodes: SerializedNode[]
): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });
const text = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });

function page(css: string, ...body: SerializedNode[]): SerializedNode {
  return {
    type: 0,
    id: 1,
    childNodes: [
      { type: 1, id: 2, name: 'html', publicId: '', systemId: '' },
      element(3, 'html', {}, element(4, 'head', {}, style(5, css)), element(7, 'body', {}, ...body)),
    ],
  };
}

const CSS =
  'html,body{margin:0;background:#fff}#a{position:absolute;left:20px;top:30px;width:100px;height:40px;background:#f00;border:0;transition:background 9s}#a.b{background:#00f}#c{position:absolute;left:300px;top:10px;width:200px;height:30px}#d{animation:spin 1s infinite}@keyframes spin{to{margin-left:50px}}';

const full = (t: number, surface: number, node: SerializedNode): StateItem[] => [
  { t, surface, event: { type: 4, data: { href: 'http://erp.test/', width: 640, height: 400 } } },
  { t, surface, event: { type: 2, data: { node, initialOffset: { top: 0, left: 0 } } } },
];

const STATES: StateItem[] = [
  ...full(
    10,
    1,
    page(
      CSS,
      element(8, 'button', { id: 'a' }, text(9, 'File')),
      element(
        10,
        'select',
        { id: 'c' },
        element(11, 'option', {}, text(12, 'Travel')),
        element(13, 'option', {}, text(14, 'Meals')),
      ),
      element(15, 'div', { id: 'd' }, text(16, 'Still')),
    ),
  ),
  ...full(15, 2, page('html,body{margin:0;background:#0a0}')),
  {
    t: 20,
    surface: 1,
    event: {
      type: 3,
      data: {
        source: 0,
        texts: [],
        removes: [],
        adds: [],
        attributes: [{ id: 8, attributes: { class: 'b' } }],
      },
    },
  },
];

const geometry = (t: number, surface: number, ratio: number): RecordedEvent => ({
  kind: 'geometry',
  t,
  surface,
  viewport: { width: 640, height: 400 },
  window: { x: 0, y: 0, width: 640, height: 480 },
  screen: { width: 1280, height: 800 },
  ratio,
  zoom: 1,
});
const EVENTS: RecordedEvent[] = [
  geometry(0, 1, 1),
  { kind: 'navigate', t: 1, surface: 1, origin: 'http://erp.test', path: '/p-4f2a', cause: 'load' },
  geometry(14, 2, 2),
  { kind: 'surface', t: 30, surface: 2, phase: 'close', type: 'tab' },
];

const recording = {
  async *events() {
    yield EVENTS;
  },
  async *states() {
    yield STATES.slice(0, 3);
    yield STATES.slice(3);
  },
};

async function render(renderer: FrameRenderer, wants: FrameWant[]): Promise<RenderedFrame[]> {
  return Array.fromAsync(renderer.render(recording, wants));
}
function pixel(frame: RenderedFrame, x: number, y: number): number[] {
  const png = PNG.sync.read(Buffer.from(frame.png));
  const at = (y * png.width + x) * 4;
  return [...png.data.subarray(at, at + 3)];
}

describe('frames from masked states', () => {
  let plain: FrameRenderer;
  let withBars: FrameRenderer;
  beforeAll(async () => {
    plain = await FrameRenderer.start({ bars: false });
    withBars = await FrameRenderer.start({ bars: true });
  });
  afterAll(async () => {
    await plain?.close();
    await withBars?.close();
  });

  it('shows the state at its tick, not the one after it, with transitions and animations ended', async () => {
    const [before, after] = await render(plain, [
      { surface: 1, t: 19 },
      { surface: 1, t: 20, tree: true },
    ]);
    if (!before || !after) throw new Error('two frames were asked for');
    expect([before.width, before.height]).toEqual([640, 400]);
    expect(pixel(before, 25, 65)).toEqual([255, 0, 0]);
    expect(pixel(after, 25, 65)).toEqual([0, 0, 255]);
    const button = after.tree?.children.find((node) => node.role === 'button');
    expect(button).toMatchObject({ id: 8, name: 'File', box: { x: 20, y: 30, width: 100, height: 40 } });
    const select = after.tree?.children.find((node) => node.role === 'combobox');
    expect(select).toMatchObject({ id: 10, value: 'Travel', box: { x: 300, y: 10 } });
  });

  it('gives the same bytes for the same recording', async () => {
    const wants = [10, 15, 19, 20].map((t) => ({ surface: 1, t }));
    const [first, second] = [await render(plain, wants), await render(plain, wants)];
    expect(first.length).toBe(4);
    first.forEach((frame, index) => {
      expect(Buffer.compare(Buffer.from(frame.png), Buffer.from(second[index]?.png ?? []))).toBe(0);
    });
  });

  it('keeps to each surface’s own device-pixel ratio and leaves out what is not known', async () => {
    const frames = await render(plain, [
      { surface: 2, t: 5 },
      { surface: 2, t: 16 },
      { surface: 2, t: 31 },
      { surface: 7, t: 16 },
    ]);
    expect(frames.map((frame) => frame.want)).toEqual([{ surface: 2, t: 16 }]);
    expect([frames[0]?.width, frames[0]?.height, frames[0]?.ratio]).toEqual([1280, 800, 2]);
    expect(pixel(frames[0] as RenderedFrame, 600, 400)).toEqual([0, 170, 0]);
  });

  describe('in a standard window', () => {
    // Fills 640 by 400 as it was recorded; `#far` is scrolled to, and what is narrow only is gone in a wider window.
    const css =
      'html,body{margin:0;background:#fff}#r{position:absolute;right:10px;top:40px;width:80px;height:30px;background:#f00;border:0}#n{position:absolute;left:10px;top:40px;width:60px;height:30px}@media(min-width:700px){#n{display:none}}#far{position:absolute;left:10px;top:1500px;width:60px;height:30px}#c{position:absolute;left:10px;top:100px;width:50%;height:50px}';
    const states = full(
      10,
      1,
      page(
        css,
        element(20, 'button', { id: 'r' }, text(21, 'Right')),
        element(22, 'button', { id: 'n' }, text(23, 'Narrow')),
        element(24, 'button', { id: 'far' }, text(25, 'Far')),
        element(26, 'canvas', { id: 'c' }),
      ),
    );
    const narrow = {
      async *events() {
        yield [geometry(0, 1, 2)];
      },
      async *states() {
        yield [
          ...states,
          { t: 30, surface: 1, event: { type: 3, data: { source: 3, id: 1, x: 0, y: 1300 } } } as StateItem,
          { t: 50, surface: 1, event: { type: 3, data: { source: 3, id: 1, x: 0, y: 0 } } } as StateItem,
        ];
      },
    };
    const wants = (t: number, ...marks: { x: number; y: number; fixed?: boolean }[]) => ({
      surface: 1,
      t,
      tree: true,
      marks: marks.map((mark) => ({ fixed: false, ...mark })),
    });
    const drawn = async (...all: ReturnType<typeof wants>[]) => Array.fromAsync(plain.render(narrow, all));

    it('[MOV60] lays the page out anew and finds what was pressed in it', async () => {
      const [frame] = await drawn(wants(20, { x: 600, y: 55 }));
      if (!frame?.places) throw new Error('the window kept its size');
      expect([frame.width, frame.height, frame.ratio]).toEqual([800, 600, 1]);
      const button = frame.tree?.children.find(({ id }) => id === 20);
      // Beside the bar, which takes 15 of the 800: without it text would wrap in other places than it did.
      expect(button?.box).toEqual({ x: 695, y: 40, width: 80, height: 30 });
      const [place] = frame.places;
      // 65 of 80 and 15 of 30 into the button, in both.
      expect(place).toEqual({ x: 760 / 800, y: 55 / 600 });
      expect(pixel(frame, 700, 45)).toEqual([255, 0, 0]);
    });

    it('[MOV61] keeps the window where it can not be found, is not one thing, or rests on the layout', async () => {
      for (const marks of [
        [{ x: 20, y: 55 }],
        [{ x: 600, y: 55, fixed: true }],
        [{ x: 100, y: 120 }],
        [
          { x: 600, y: 55 },
          { x: 20, y: 55 },
        ],
      ]) {
        const [frame] = await drawn(wants(20, ...marks));
        expect([frame?.width, frame?.places], JSON.stringify(marks)).toEqual([1280, null]);
      }
    });

    it('[MOV60] leaves the page as it was, scrolled as it was', async () => {
      const plainly = (t: number) => ({ surface: 1, t, tree: true });
      const [first, moved, again] = await Array.fromAsync(
        plain.render(narrow, [plainly(35), wants(36, { x: 30, y: 385 }), plainly(37)]),
      );
      expect(moved?.width).toBe(800);
      expect(moved?.places).toHaveLength(1);
      expect(Buffer.compare(Buffer.from(first?.png ?? []), Buffer.from(again?.png ?? []))).toBe(0);
      expect(again?.tree).toEqual(first?.tree);
      const far = moved?.tree?.children.find(({ id }) => id === 24);
      const place = moved?.places?.[0];
      if (!far || !place) throw new Error('it was not found');
      expect(place.y * 600).toBeGreaterThan(far.box.y);
      expect(place.y * 600).toBeLessThan(far.box.y + far.box.height);
    });

    it('[MOV60] is one of three sizes, and without marks nothing is lost', async () => {
      const [frame] = await drawn(wants(20));
      expect([frame?.width, frame?.places]).toEqual([800, []]);
      expect(
        [640, 1000, 1024, 1366, 1440, 1600, 2560].map((width) => standardWindow({ width }).width),
      ).toEqual([800, 800, 1280, 1280, 1280, 1920, 1920]);
    });
  });

  it('draws the bars above the page and says where the viewport is', async () => {
    const [frame] = await render(withBars, [{ surface: 1, t: 10 }]);
    expect(frame?.height).toBe(400 + BARS_HEIGHT);
    expect(frame?.viewport).toEqual({ x: 0, y: BARS_HEIGHT, width: 640, height: 400 });
    expect(pixel(frame as RenderedFrame, 25, 65 + BARS_HEIGHT)).toEqual([255, 0, 0]);
  });
});
