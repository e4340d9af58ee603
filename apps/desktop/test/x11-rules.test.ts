import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AccessibleTree } from '../src/accessible-tree.ts';
import { XDisplay } from '../src/x11/display.ts';
import { takePixels } from '../src/x11/window-pixels.ts';
import { WindowStack } from '../src/x11/window-stack.ts';
import type { InterfaceReader } from '../src/x11/x11-source.ts';
import { node } from './desktop-desk.ts';
import { ALL, X11Hands } from './x11-hands.ts';
import { hasXvfb } from './x11-stage.ts';

const LISTED = { x: 100, y: 80, width: 300, height: 200 };
const OTHER = { x: 700, y: 80, width: 300, height: 200 };
const WAIT = { timeout: 15_000, interval: 20 };
const A = 0x61;
const RETURN = 0xff0d;
const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function said(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the other client ended')));
  await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended]);
  ended.catch(() => undefined);
}

describe.skipIf(!hasXvfb)('whose input and whose pixels, on an X11 server', () => {
  let hands: X11Hands;
  const ending: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  async function begin(reader: InterfaceReader | null = null): Promise<void> {
    hands = await X11Hands.start(reader);
    ending.push(() => hands.end());
    await hands.add('other', OTHER);
    await hands.add('listed', LISTED);
    await vi.waitFor(() => expect([...hands.opened.keys()].sort()).toEqual(['listed', 'other']), WAIT);
    hands.source.watch(hands.id('listed'), ALL);
    await soon(5);
  }
  async function focus(which: string): Promise<void> {
    hands.client.client.SetInputFocus(hands.xid(which), 1);
    await hands.done();
    await vi.waitFor(() => expect(hands.fronts.at(-1)).toBe(hands.id(which)), WAIT);
  }
  const keys = () => hands.heard.filter(({ input }) => !('x' in input)).map(({ input }) => input);
  const pointed = () =>
    hands.heard.flatMap(({ input }) => ('x' in input ? [[input.kind, input.x, input.y]] : []));
  /** Something that is told if anything is: what was not told by then never will be. */
  async function marked(): Promise<void> {
    hands.point(LISTED.x + 3, LISTED.y + 3);
    await vi.waitFor(() => expect(pointed().at(-1)).toEqual(['move', 3, 3]), WAIT);
    hands.heard.pop();
  }

  describe('[DSK40] who owns a window', () => {
    async function another(program: string, as?: { uid: number; gid: number }) {
      const file = fileURLToPath(new URL('./window-of-another.ts', import.meta.url));
      const flags = ['--experimental-strip-types', '--no-warnings', file, hands.name];
      const env = { ...process.env, XAUTHORITY: '/dev/null', HOME: '/' };
      const child: ChildProcess = spawn(program, flags, { env, stdio: ['pipe', 'pipe', 'inherit'], ...as });
      ending.push(() => child.kill('SIGKILL'));
      await said(child);
      return async (windowClass: string) => {
        child.stdin?.write(`${windowClass}\n`);
        await said(child);
      };
    }
    /** A window of ours that came later is told of: what was not told before it is nobody's. */
    async function mark(name: string): Promise<void> {
      await hands.add(name, { x: 900, y: 700, width: 20, height: 20 });
      await vi.waitFor(() => expect(hands.opened.has(name)).toBe(true), WAIT);
      await soon(300);
    }

    test('[DSK40] is what the server and the kernel say; a program that was replaced owns none', async () => {
      await begin();
      const folder = await mkdtemp(join(tmpdir(), 'aboveboard-owner-'));
      ending.push(() => rm(folder, { recursive: true, force: true }));
      const program = join(folder, 'program');
      await copyFile(process.execPath, program);
      await chmod(program, 0o755);
      const show = await another(program);
      await show('first');
      await vi.waitFor(() => expect(hands.opened.get('first')?.executable).toBe(program), WAIT);
      await rm(program);
      await show('second');
      await mark('later');
      expect(hands.opened.has('second')).toBe(false);
    });

    test.skipIf(process.getuid?.() !== 0)('[DSK40] is nobody where it is another user', async () => {
      await begin();
      const show = await another(process.execPath, { uid: 65_534, gid: 65_534 });
      await show('theirs');
      await mark('later');
      expect(hands.opened.has('theirs')).toBe(false);
    });
  });

  describe('[DSK41] what raced with a change is dropped', () => {
    const CHANGES: [string, () => void][] = [
      ['moved', () => hands.client.client.ConfigureWindow(hands.xid('listed'), { x: 140, y: 80 })],
      ['was covered', () => hands.client.client.ConfigureWindow(hands.xid('other'), { x: 90, stackMode: 0 })],
      ['went', () => hands.client.client.DestroyWindow(hands.xid('listed'))],
    ];
    test.each(CHANGES)('[DSK41] a press in a window that %s', async (_, change) => {
      await begin();
      await marked();
      hands.point(150, 120);
      await vi.waitFor(() => expect(pointed()).toEqual([['move', 50, 40]]), WAIT);
      hands.press();
      change();
      hands.release();
      await soon(300);
      expect(pointed()).toEqual([['move', 50, 40]]);
    });

    test('[DSK41] a key typed before the focus went elsewhere, and one typed after it', async () => {
      await begin();
      const code = await hands.codeOf(A);
      await focus('listed');
      hands.type(code);
      await vi.waitFor(() => expect(keys()).toHaveLength(2), WAIT);
      hands.type(code);
      hands.client.client.SetInputFocus(hands.xid('other'), 1);
      hands.type(code);
      await soon(300);
      await marked();
      expect(keys()).toHaveLength(2);
    });
  });

  test('[DSK42] a drag belongs to where it began; of what it crosses nothing is told', async () => {
    await begin();
    await marked();
    hands.point(OTHER.x + 20, OTHER.y + 20);
    hands.press();
    hands.point(LISTED.x + 20, LISTED.y + 20);
    hands.release();
    await soon(300);
    expect(pointed()).toEqual([]);
    hands.point(LISTED.x + 10, LISTED.y + 10);
    hands.press();
    hands.point(OTHER.x + 30, OTHER.y + 30);
    hands.release();
    hands.point(OTHER.x + 31, OTHER.y + 31);
    await vi.waitFor(() => expect(pointed()).toHaveLength(4), WAIT);
    await marked();
    const [x, y] = [OTHER.x + 30 - LISTED.x, OTHER.y + 30 - LISTED.y];
    expect(pointed()).toEqual([
      ['move', 10, 10],
      ['down', 10, 10],
      ['move', x, y],
      ['up', x, y],
    ]);
  });

  describe('[DSK43] no key is taken while the keyboard is somebody’s', () => {
    const grab = () =>
      hands.client.ask<number>((done) =>
        hands.client.client.GrabKeyboard(hands.client.root, false, 0, 1, 1, done),
      );

    test('[DSK43] from the moment in which it is taken to the one in which it is given back', async () => {
      await begin();
      const code = await hands.codeOf(A);
      await focus('listed');
      await grab();
      hands.type(code);
      await soon(300);
      expect(keys()).toEqual([]);
      hands.client.client.UngrabKeyboard(0);
      await hands.done();
      await soon(200);
      hands.type(code);
      await vi.waitFor(() => expect(keys()).toHaveLength(2), WAIT);
    });

    test('[DSK43] also where it was taken before the recorder looked', async () => {
      hands = await X11Hands.start(null, async (first) => {
        hands = first;
        await first.add('listed', LISTED);
        first.client.client.SetInputFocus(first.xid('listed'), 1);
        expect(await grab()).toBe(0);
      });
      ending.push(() => hands.end());
      await vi.waitFor(() => expect(hands.opened.has('listed')).toBe(true), WAIT);
      hands.source.watch(hands.id('listed'), ALL);
      await vi.waitFor(() => expect(hands.fronts.at(-1)).toBe(hands.id('listed')), WAIT);
      const code = await hands.codeOf(A);
      hands.type(code);
      await marked();
      expect(keys()).toEqual([]);
      hands.client.client.UngrabKeyboard(0);
      await hands.done();
      await soon(200);
      hands.type(code);
      await vi.waitFor(() => expect(keys()).toHaveLength(2), WAIT);
    });

    test('[DSK43] also where it was taken before the window had the focus', async () => {
      await begin();
      const code = await hands.codeOf(A);
      // The focus is on something that nobody owns.
      hands.client.client.SetInputFocus(hands.client.root, 1);
      await grab();
      hands.client.client.SetInputFocus(hands.xid('listed'), 1);
      await hands.done();
      await soon(300);
      hands.type(code);
      await soon(300);
      expect(keys()).toEqual([]);
      hands.client.client.UngrabKeyboard(0);
      await focus('listed');
      await soon(200);
      hands.type(code);
      await vi.waitFor(() => expect(keys()).toHaveLength(2), WAIT);
    });
  });

  describe('[DSK44] keys', () => {
    test('[DSK44] follow the layout when it changes', async () => {
      await begin();
      const code = await hands.codeOf(A);
      await focus('listed');
      hands.type(code);
      await vi.waitFor(() => expect(keys()).toHaveLength(2), WAIT);
      hands.client.client.ChangeKeyboardMapping(code, 1, [RETURN]);
      await hands.done();
      await soon(300);
      hands.type(code);
      await vi.waitFor(() => expect(keys()).toHaveLength(4), WAIT);
      expect(keys().filter(({ kind }) => kind === 'keydown')).toEqual([
        { kind: 'keydown', key: 'printable' },
        { kind: 'keydown', key: 'navigation', name: 'Enter' },
      ]);
    });

    test('[DSK44] that are held are repeated by the server, and released once', async () => {
      await begin();
      const code = await hands.codeOf(A);
      await focus('listed');
      hands.key(code, 'down');
      await vi.waitFor(() => expect(keys().length).toBeGreaterThan(3), WAIT);
      hands.key(code, 'up');
      await vi.waitFor(() => expect(keys().at(-1)).toMatchObject({ kind: 'keyup' }), WAIT);
      const [first, ...rest] = keys();
      expect(first).toEqual({ kind: 'keydown', key: 'printable' });
      expect(rest.pop()).toEqual({ kind: 'keyup', key: 'printable' });
      for (const one of rest) expect(one).toEqual({ kind: 'keydown', key: 'printable', repeat: true });
    });
  });

  test('[DSK104] what comes after the recorder stood still is nobody’s, whatever the screen was like meanwhile', async () => {
    await begin();
    const code = await hands.codeOf(A);
    await focus('listed');
    hands.point(150, 120);
    await vi.waitFor(() => expect(pointed()).toEqual([['move', 50, 40]]), WAIT);
    const { client } = hands.client;
    // Another window comes over it, is pressed and typed into, and is away again before anybody here looks.
    client.ConfigureWindow(hands.xid('other'), { x: 90, stackMode: 0 });
    hands.press();
    hands.release();
    hands.type(code);
    hands.press();
    client.ConfigureWindow(hands.xid('other'), { x: 700 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    await soon(300);
    hands.point(160, 120);
    hands.release();
    await soon(300);
    expect(pointed()).toEqual([['move', 50, 40]]);
    expect(keys()).toEqual([]);
    hands.point(170, 120);
    await vi.waitFor(() => expect(pointed().at(-1)).toEqual(['move', 70, 40]), WAIT);
    hands.type(code);
    await vi.waitFor(() => expect(keys()).toHaveLength(2), WAIT);
  });

  describe('[DSK45] pictures', () => {
    /** While the server is asked for the pixels, `meanwhile` happens there. */
    async function taken(meanwhile: () => void) {
      const display = await XDisplay.connect(hands.name, () => undefined);
      ending.push(() => display.close());
      const stack = new WindowStack(display, { change: () => undefined, gone: () => undefined });
      const { SubstructureNotify } = display.client.eventMask;
      display.client.ChangeWindowAttributes(display.root, { eventMask: SubstructureNotify ?? 0 });
      display.client.on('event', (event) => stack.hear(event));
      await stack.begin();
      const image = display.client.GetImage.bind(display.client);
      display.client.GetImage = (...given) => {
        meanwhile();
        void hands.done().then(() => image(...given));
      };
      return takePixels(display, stack, hands.xid('listed'));
    }
    const CHANGES: [string, () => void][] = [
      ['moved', () => hands.client.client.ConfigureWindow(hands.xid('listed'), { x: 101 })],
      ['of others moved', () => hands.client.client.ConfigureWindow(hands.xid('other'), { x: 150 })],
      ['changed places', () => hands.client.client.ConfigureWindow(hands.xid('other'), { stackMode: 0 })],
      ['came', () => void hands.add('third', { x: 120, y: 90, width: 90, height: 90 })],
      ['of others went', () => hands.client.client.DestroyWindow(hands.xid('other'))],
    ];

    test('[DSK45] are taken where nothing happens meanwhile', async () => {
      await begin();
      expect(await taken(() => undefined)).not.toBeNull();
    });

    test.each(CHANGES)('[DSK45] are dropped where a window %s meanwhile', async (_, change) => {
      await begin();
      expect(await taken(change)).toBeNull();
    });

    test('[DSK45] are dropped where the tree is another before and after', async () => {
      const trees: AccessibleTree[] = [];
      const reader: InterfaceReader = {
        watch: () => undefined,
        unwatch: () => undefined,
        tree: async () => trees.shift() ?? null,
        close: () => undefined,
      };
      await begin(reader);
      const tree = (label: string) =>
        node('application', '', {
          children: [node('button', label, { box: { x: 1, y: 1, width: 9, height: 9 } })],
        });
      const saves = tree('Save');
      const keeps = structuredClone(saves);
      for (const one of keeps.children) one.name = 'Keep';
      await vi.waitFor(async () => {
        trees.splice(0, 2, saves, structuredClone(saves));
        expect(await hands.source.picture(hands.id('listed'))).not.toBeNull();
      }, WAIT);
      trees.push(saves, keeps);
      expect(await hands.source.picture(hands.id('listed'))).toBeNull();
    });
  });
});
