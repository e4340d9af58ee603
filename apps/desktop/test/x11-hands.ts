import type { ChildProcess } from 'node:child_process';
import type { SourceInput, WindowId, WindowPlace } from '../src/capture-source.ts';
import { XDisplay } from '../src/x11/display.ts';
import { type InterfaceReader, X11Source } from '../src/x11/x11-source.ts';
import { makeWindow, now, startXvfb } from './x11-stage.ts';

type XTest = {
  FakeInput(type: number, detail: number, time: number, window: number, x: number, y: number): void;
};

export const ALL = { pointer: true, keys: true, states: true, frames: true };

/** A server of its own, a source that looks at it, and another client that does things there. */
export class X11Hands {
  readonly name: string;
  readonly client: XDisplay;
  readonly source: X11Source;
  /** By class, as the source told of them. */
  readonly opened = new Map<string, { window: WindowId; executable: string; place: WindowPlace }>();
  readonly heard: { window: WindowId; at: number; input: SourceInput }[] = [];
  readonly fronts: (WindowId | null)[] = [];
  readonly screens: { width: number; height: number }[] = [];
  readonly #server: ChildProcess;
  readonly #xtest: XTest;
  readonly #windows = new Map<string, number>();

  private constructor(given: {
    name: string;
    server: ChildProcess;
    client: XDisplay;
    xtest: XTest;
    source: X11Source;
  }) {
    this.name = given.name;
    this.#server = given.server;
    this.client = given.client;
    this.#xtest = given.xtest;
    this.source = given.source;
  }

  /** `before`: what is done there before the source looks. */
  static async start(
    reader: InterfaceReader | null = null,
    before: (hands: X11Hands) => Promise<unknown> = async () => undefined,
  ): Promise<X11Hands> {
    const { display: name, server } = await startXvfb();
    const client = await XDisplay.connect(name, () => undefined);
    const xtest = await client.extension<XTest>('xtest');
    const source = new X11Source({ display: name, now, reader });
    const hands = new X11Hands({ name, server, client, xtest, source });
    await before(hands);
    await source.open({
      opened: (window, { executable, windowClass }, place) =>
        hands.opened.set(windowClass, { window, executable, place }),
      moved: () => undefined,
      closed: () => undefined,
      front: (window) => hands.fronts.push(window),
      input: (window, at, input) => hands.heard.push({ window, at, input }),
      changed: () => undefined,
      screen: (size) => hands.screens.push(size),
      lost: () => undefined,
    });
    return hands;
  }

  async add(name: string, place: WindowPlace): Promise<number> {
    const id = makeWindow(this.client, name, place);
    this.#windows.set(name, id);
    await this.done();
    return id;
  }

  xid(name: string): number {
    return this.#windows.get(name) as number;
  }

  /** The source's number of a window that it told of. */
  id(name: string): WindowId {
    return this.opened.get(name)?.window as WindowId;
  }

  /** The server has done all that was asked before. */
  done(): Promise<unknown> {
    return this.client.ask((answer) => this.client.client.GetInputFocus(answer));
  }

  point(x: number, y: number): void {
    this.#fake(6, 0, x, y);
  }

  press(): void {
    this.#fake(4, 1);
  }

  release(): void {
    this.#fake(5, 1);
  }

  key(code: number, what: 'down' | 'up'): void {
    this.#fake(what === 'down' ? 2 : 3, code);
  }

  #fake(what: number, detail: number, x = 0, y = 0): void {
    this.#xtest.FakeInput(what, detail, 0, this.client.root, x, y);
    // The library sends what an extension asks with the next request of its own.
    void this.done();
  }

  type(code: number): void {
    this.key(code, 'down');
    this.key(code, 'up');
  }

  async codeOf(keysym: number): Promise<number> {
    const { min, max } = this.client.keycodes;
    const rows = await this.client.ask<number[][]>((done) =>
      this.client.client.GetKeyboardMapping(min, max - min + 1, done),
    );
    return min + (rows ?? []).findIndex((row) => row.includes(keysym));
  }

  async end(): Promise<void> {
    await this.source.close();
    this.client.close();
    this.#server.kill('SIGKILL');
  }
}
