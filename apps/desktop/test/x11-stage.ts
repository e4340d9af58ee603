import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Client } from 'x11';
import type { WindowPlace } from '../src/capture-source.ts';
import { XDisplay } from '../src/x11/display.ts';
import { type InterfaceReader, X11Source } from '../src/x11/x11-source.ts';
import type { SourceStage } from './source-contract.ts';

export const XVFB = '/usr/bin/Xvfb';
export const hasXvfb = existsSync(XVFB);

/** A display server in memory, under a number that nobody uses. Its end is its owner's. */
export async function startXvfb(size = '1280x800'): Promise<{ display: string; server: ChildProcess }> {
  const server = spawn(
    XVFB,
    ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-noreset', '-ac'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const display = await new Promise<string>((resolve, reject) => {
    server.once('exit', () => reject(new Error('Xvfb ended before it was there')));
    server.stdio[3]?.once('data', (number: Buffer) => resolve(`:${number.toString().trim()}`));
  });
  return { display, server };
}

type XTest = {
  FakeInput(type: number, detail: number, time: number, window: number, x: number, y: number): void;
};

export const now = () => performance.timeOrigin + performance.now();

export async function x11Stage(reader: InterfaceReader | null = null): Promise<SourceStage> {
  const { display: name, server } = await startXvfb();
  const hands = await XDisplay.connect(name, () => undefined);
  const xtest = await hands.extension<XTest>('xtest');
  const source = new X11Source({ display: name, now, reader });
  const windows = new Map<string, number>();
  const id = (which: string) => windows.get(which) as number;
  /** The server has done all that was asked before. */
  const done = () => hands.ask((answer) => hands.client.GetInputFocus(answer));
  const codes = await keycodes(hands);
  return {
    source,
    now,
    addWindow: async (which, place) => {
      windows.set(which, makeWindow(hands, which, place));
      await done();
    },
    moveWindow: async (which, place) => {
      hands.client.ConfigureWindow(id(which), { ...place });
      await done();
    },
    removeWindow: async (which) => {
      hands.client.DestroyWindow(id(which));
      await done();
    },
    focus: async (which) => {
      hands.client.SetInputFocus(id(which), 1);
      await done();
    },
    movePointer: async (x, y) => {
      xtest.FakeInput(6, 0, 0, hands.root, x, y);
      await done();
    },
    click: async () => {
      xtest.FakeInput(4, 1, 0, hands.root, 0, 0);
      xtest.FakeInput(5, 1, 0, hands.root, 0, 0);
      await done();
    },
    type: async (which) => {
      const code = codes(which === 'letter' ? 0x61 : 0xff0d);
      xtest.FakeInput(2, code, 0, hands.root, 0, 0);
      xtest.FakeInput(3, code, 0, hands.root, 0, 0);
      await done();
    },
    die: async () => {
      server.kill('SIGKILL');
    },
    end: async () => {
      await source.close();
      hands.close();
      server.kill('SIGKILL');
    },
  };
}

async function keycodes({
  client,
  keycodes: { min, max },
  ask,
}: XDisplay): Promise<(keysym: number) => number> {
  void ask;
  const rows = await new Promise<number[][]>((resolve) => {
    client.GetKeyboardMapping(min, max - min + 1, (_, result) => {
      resolve(result);
      return true;
    });
  });
  return (keysym) => min + rows.findIndex((row) => row.includes(keysym));
}

/** Without a window manager: a plain window with a class, filled with one colour. */
export function makeWindow(display: XDisplay, name: string, { x, y, width, height }: WindowPlace): number {
  const client: Client = display.client;
  const id = client.AllocID();
  const colour = name === 'other' ? 0xee2211 : 0x1177ee;
  client.CreateWindow(id, display.root, x, y, width, height, 0, 0, 0, 0, { backgroundPixel: colour });
  const [property, string] = [67, 31]; // WM_CLASS, STRING
  client.ChangeProperty(0, id, property, string, 8, Buffer.from(`${name}\0${name}\0`));
  client.MapWindow(id);
  return id;
}
