import { readFileSync } from 'node:fs';
import { RRWEB_FULL_SNAPSHOT } from '@aboveboard/protocol/state';
import type { Recogniser } from '@aboveboard/redact/frame/recognition';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import type { AccessibleNode } from '../src/accessible-tree.ts';
import { DesktopDesk, ELSEWHERE, LISTED, node, OTHER, PLACE } from './desktop-desk.ts';

const LETTER = { key: 'printable' } as const;

describe('windows in a session', () => {
  test('[DSK10] nothing of a window that no permission covers is watched or stored', async () => {
    const desk = new DesktopDesk();
    const other = desk.source.addWindow(OTHER, ELSEWHERE, { tree: node('application', 'Chat of Ada') });
    await desk.begin();
    desk.source.focus(other);
    desk.source.movePointer(650, 150);
    desk.source.press(0);
    desk.source.key({ kind: 'keydown', ...LETTER });
    await desk.end();
    expect(desk.capture.windows).toBe(0);
    expect(desk.sink.events.map(({ kind }) => kind).filter((kind) => kind !== 'task')).toEqual(['gap']);
    expect(desk.sink.states).toEqual([]);
    expect(desk.sink.frames).toEqual([]);
  });

  test('[DSK10] [DSK13] a listed window is a surface of its own, and a press names what was pressed', async () => {
    const desk = new DesktopDesk();
    const button = node('button', 'Save', { box: { x: 10, y: 10, width: 60, height: 20 } });
    const window = desk.source.addWindow(LISTED, PLACE, {
      tree: node('application', 'Costs of Ada', {
        children: [button],
        box: { x: 0, y: 0, width: 400, height: 300 },
      }),
    });
    await desk.begin();
    desk.source.focus(window);
    desk.source.movePointer(120, 115);
    desk.source.press(0);
    desk.source.release(0);
    await desk.end();
    expect(desk.of('surface')).toMatchObject([{ surface: 0, phase: 'open', type: 'window' }]);
    expect(desk.of('move')).toMatchObject([{ x: 20, y: 15 }]);
    const full = desk.sink.states.find(({ event }) => event.type === RRWEB_FULL_SNAPSHOT);
    const text = JSON.stringify(full);
    const id = Number(/"id":(\d+),"tagName":"div","attributes":\{"role":"button"/.exec(text)?.[1]);
    expect(desk.of('down')).toMatchObject([{ x: 20, y: 15, node: id }]);
    expect(text).toContain('Save');
    expect(text).not.toContain('Ada');
    expect(desk.of('geometry')[0]).toMatchObject({ viewport: { width: 400, height: 300 }, window: PLACE });
  });

  test('[DSK11] in a pause no window is watched (T3)', async () => {
    const desk = new DesktopDesk();
    const window = desk.source.addWindow(LISTED, PLACE, { tree: node('application', '') });
    await desk.begin();
    desk.session.pause('contributor');
    expect(await desk.source.tree(window)).toBeNull();
    desk.source.movePointer(150, 150);
    await desk.later(500);
    desk.session.resume();
    desk.source.movePointer(160, 160);
    await desk.end();
    expect(desk.of('move')).toMatchObject([{ x: 60, y: 60 }]);
  });

  test('[DSK102] a window that did not answer is asked again, ever more rarely, though nothing is said of it', async () => {
    const desk = new DesktopDesk();
    const window = desk.source.addWindow(LISTED, PLACE, {
      tree: node('application', '', { children: [node('button', 'Save')] }),
    });
    const asked: number[] = [];
    const silence = vi.spyOn(desk.source, 'tree').mockImplementation(async () => {
      asked.push(desk.clock.now);
      return null;
    });
    await desk.begin();
    desk.source.focus(window);
    asked.length = 0;
    await desk.later(20_000);
    const waits = asked.slice(1).map((at, i) => at - (asked[i] as number));
    expect(waits.length).toBeGreaterThan(1);
    for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(2 * (waits[i - 1] ?? 1_000));
    expect(JSON.stringify(desk.sink.states)).not.toContain('Save');
    silence.mockRestore();
    await desk.later(30_000);
    expect(JSON.stringify(desk.sink.states)).toContain('Save');
    await desk.end();
  });

  test('[DSK104] a recorder that stood still says from when to when it heard nothing', async () => {
    const desk = new DesktopDesk();
    const window = desk.source.addWindow(LISTED, PLACE, { tree: node('application', '') });
    const other = desk.source.addWindow(OTHER, ELSEWHERE);
    await desk.begin();
    desk.source.focus(window);
    await desk.later(500);
    desk.standStill(900);
    await desk.later(500);
    expect(desk.of('gap')).toEqual([]);
    const begun = desk.clock.now;
    desk.standStill(4_000);
    await desk.later(1_000);
    const [gap, ...more] = desk.of('gap');
    expect(more).toEqual([]);
    expect(gap?.reason).toBe('overload');
    const lasts = (gap?.until ?? 0) - (gap?.t ?? 0);
    expect(lasts).toBeGreaterThanOrEqual(3_000);
    expect(lasts).toBeLessThanOrEqual(3_100);
    expect(Math.abs((gap?.t ?? 0) - (begun - 1_000_000))).toBeLessThanOrEqual(100);

    // Of time elsewhere, and of a pause, nothing more is said than that it was.
    desk.source.focus(other);
    await desk.later(300);
    desk.standStill(4_000);
    await desk.later(300);
    desk.source.focus(window);
    await desk.later(300);
    desk.session.pause('contributor');
    desk.standStill(4_000);
    await desk.later(300);
    await desk.end();
    expect(desk.of('gap').map(({ reason }) => reason)).toEqual(['overload', 'not-allowed']);
  });

  test('[DSK12] time elsewhere is one gap without a name (T15, T18)', async () => {
    const desk = new DesktopDesk();
    const window = desk.source.addWindow(LISTED, PLACE, { tree: node('application', '') });
    const other = desk.source.addWindow(OTHER, ELSEWHERE);
    await desk.begin();
    desk.source.focus(window);
    desk.source.movePointer(150, 150);
    await desk.later(1_000);
    desk.source.focus(other);
    await desk.later(500);
    // What the listed window shows meanwhile splits the gap and does not end it.
    desk.source.setTree(window, node('application', '', { children: [node('button', 'Save')] }));
    await desk.later(500);
    desk.source.focus(null);
    await desk.later(1_000);
    desk.source.focus(window);
    desk.source.movePointer(151, 150);
    await desk.end();
    const gaps = desk.of('gap');
    expect(gaps).toMatchObject([{ reason: 'not-allowed' }, { reason: 'not-allowed' }]);
    expect(gaps.reduce((sum, { t, until }) => sum + until - t, 0)).toBe(2_000);
    expect(JSON.stringify(desk.sink.events)).not.toContain('hat');
  });
});

describe('keys and secrets', () => {
  const typed = async (tree: AccessibleNode | null) => {
    const desk = new DesktopDesk();
    const window = desk.source.addWindow(LISTED, PLACE, tree ? { tree } : {});
    await desk.begin();
    desk.source.focus(window);
    for (let i = 0; i < 12; i++) {
      desk.source.key({ kind: 'keydown', ...LETTER });
      desk.source.key({ kind: 'keyup', ...LETTER });
    }
    return { desk, window };
  };

  test('[DSK30] keys are taken in a window with a tree, and in no other', async () => {
    const known = await typed(node('application', '', { children: [node('textbox', '')] }));
    await known.desk.end();
    expect(known.desk.of('keydown')).toHaveLength(12);
    const unknown = await typed(null);
    await unknown.desk.end();
    expect(unknown.desk.of('keydown')).toEqual([]);
  });

  test('[DSK31] no key is taken while a place for a password is in sight, nor how many (T8, T9)', async () => {
    const secret = node('textbox', 'hunter two', { states: new Set(['secret', 'editable']) });
    const { desk } = await typed(node('application', '', { children: [secret] }));
    await desk.end();
    expect([...desk.of('keydown'), ...desk.of('keyup')]).toEqual([]);
    expect(JSON.stringify(desk.sink.states)).not.toContain('hunter');
    expect(
      desk
        .of('mask')
        .map(({ count }) => count)
        .every((count) => count < 12),
    ).toBe(true);
  });

  test('[DSK32] keys wait for the tree that they went into', async () => {
    const { desk, window } = await typed(node('application', '', { children: [node('textbox', '')] }));
    const before = 12;
    const secret = node('textbox', '', { states: new Set(['secret']) });
    desk.source.setTree(window, node('application', '', { children: [secret] }));
    // Her hand is faster than the next look.
    desk.source.key({ kind: 'keydown', ...LETTER });
    desk.source.key({ kind: 'keyup', ...LETTER });
    await desk.end();
    expect(desk.of('keydown')).toHaveLength(before);
  });
});

describe('interfaces', () => {
  test('[DSK21] the vectors of labels', async () => {
    const file = new URL('../../../vectors/desktop/labels.json', import.meta.url);
    const cases = JSON.parse(readFileSync(file, 'utf8')) as { role: string; name: string; stays: boolean }[];
    for (const { role, name, stays } of cases) {
      const desk = new DesktopDesk({ frames: false });
      desk.source.addWindow(LISTED, PLACE, {
        tree: node('application', '', { children: [node(role, name)] }),
      });
      await desk.begin();
      await desk.end();
      expect([role, name, JSON.stringify(desk.sink.states).includes(`"${name}"`)]).toEqual([
        role,
        name,
        stays,
      ]);
    }
  });

  test('[DSK22] a window without a tree is an empty state with pointer and geometry', async () => {
    const desk = new DesktopDesk();
    desk.source.addWindow(LISTED, PLACE);
    await desk.begin();
    desk.source.movePointer(150, 150);
    await desk.end();
    expect(desk.of('move')).toHaveLength(1);
    expect(desk.of('geometry').length).toBeGreaterThan(0);
    expect(desk.sink.states).toHaveLength(2);
    expect(desk.sink.frames).toEqual([]);
  });

  test('[DSK20] an element keeps its number while others come and go', async () => {
    const desk = new DesktopDesk({ frames: false });
    const save = node('button', 'Save');
    const window = desk.source.addWindow(LISTED, PLACE, {
      tree: node('application', '', { key: '/top', children: [save] }),
    });
    await desk.begin();
    desk.source.setTree(
      window,
      node('application', '', { key: '/top', children: [node('button', 'Open'), save] }),
    );
    await desk.end();
    const ids = desk.sink.states
      .map(
        (state) =>
          /"id":(\d+),"tagName":"div","attributes":\{"role":"button"[^}]*"aria-label":"Save"/.exec(
            JSON.stringify(state),
          )?.[1],
      )
      .filter(Boolean);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('[DSK23] a hostile name is data', async () => {
    const desk = new DesktopDesk({ frames: false });
    const hostile = `\u202eevas\u0007 ${'x'.repeat(1_000_000)}`;
    desk.source.addWindow(LISTED, PLACE, {
      tree: node('application', hostile, { children: [node('button', hostile), node('on"click', 'Save')] }),
    });
    await desk.begin();
    await desk.end();
    const text = JSON.stringify(desk.sink.states);
    expect(desk.sink.states.length).toBe(2);
    expect(text.length).toBeLessThan(20_000);
    expect(text).not.toContain('\u202e');
    expect(text).not.toContain('click');
  });
});

describe('pictures', () => {
  test('[DSK35] of a picture stays what a control with everybody’s words shows, and nothing else', async () => {
    const desk = new DesktopDesk();
    const save = node('button', 'Save', { box: { x: 10, y: 10, width: 60, height: 20 } });
    const named = node('button', 'Ada Quill', { box: { x: 100, y: 10, width: 60, height: 20 } });
    desk.source.addWindow(LISTED, PLACE, {
      colour: 0xff_22_88_ee,
      tree: node('application', '', { children: [save, named] }),
    });
    await desk.begin();
    // Encoding takes its own time.
    await vi.waitFor(async () => {
      await desk.later(400);
      expect(desk.sink.frames.length).toBeGreaterThan(0);
    }, 15_000);
    await desk.end();
    const [frame] = desk.sink.frames;
    const open = await openPixels(frame?.bytes);
    expect(open.length).toBe(60 * 20);
    expect([open[0], open.at(-1)]).toEqual(['10 10', '69 29']);
    expect(desk.of('frame').length).toBe(desk.sink.frames.length);
  });

  describe('[DSK36] where text in pictures may be recognised', () => {
    const words = [{ text: 'Save', confidence: 96, box: { x: 40, y: 20, width: 120, height: 40 } }];
    /** What is open in the last frame, in a window that says nothing of itself. */
    async function lastOpen(given: {
      may?: () => boolean;
      tree?: AccessibleNode;
      recognise?: Recogniser;
      closedWords?: string[];
    }) {
      // Of the two bands of the window the first has something to read.
      const {
        may = () => true,
        tree,
        recognise = async ({ height }) => (height === 512 ? words : []),
      } = given;
      const { closedWords = [] } = given;
      const desk = new DesktopDesk({ reading: { recognise, mayRead: may }, closedWords });
      const look = tree ? { tree } : {};
      desk.source.addWindow(LISTED, PLACE, { colour: 0xff_22_88_ee, ...look });
      await desk.begin();
      for (let i = 0; i < 12; i++) {
        await desk.later(500);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      await desk.end();
      const { frames } = desk.sink;
      return { length: (await openPixels(frames.at(-1)?.bytes)).length, frames: frames.length };
    }

    test('words stay in a window without a tree, once they were read', async () => {
      expect((await lastOpen({})).length).toBe(60 * 20);
    });

    test('nothing where the agreement in force does not say so, nobody reads, or the reader fails', async () => {
      expect(await lastOpen({ may: () => false })).toEqual({ length: 0, frames: 0 });
      expect(await lastOpen({ recognise: () => Promise.reject(new Error('no engine')) })).toEqual({
        length: 0,
        frames: 0,
      });
    });

    test('[DSK68] nor what she wants closed, read or named by a tree', async () => {
      const save = node('button', 'Save', { box: { x: 100, y: 100, width: 60, height: 20 } });
      const tree = () => node('application', '', { children: [save] });
      expect((await lastOpen({ tree: tree() })).length).toBe(2 * 60 * 20);
      expect(await lastOpen({ tree: tree(), closedWords: ['SAVE'] })).toEqual({ length: 0, frames: 0 });
    });

    test('nothing while a place for secrets is in sight', async () => {
      const states = new Set(['secret', 'editable'] as const);
      const field = node('textbox', '', { states, box: { x: 300, y: 200, width: 60, height: 20 } });
      const tree = node('application', '', { children: [field] });
      expect(await lastOpen({ tree })).toEqual({ length: 0, frames: 0 });
      expect((await lastOpen({ tree: node('application', '') })).length).toBe(60 * 20);
    });
  });
});

/** Pixels of a frame that are not the colour of what is closed. */
async function openPixels(bytes: Uint8Array | undefined): Promise<string[]> {
  if (!bytes) return [];
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const open: string[] = [];
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const at = (y * info.width + x) * info.channels;
      if (data[at] !== 0x60 || data[at + 1] !== 0x60 || data[at + 2] !== 0x60) open.push(`${x} ${y}`);
    }
  }
  return open;
}
