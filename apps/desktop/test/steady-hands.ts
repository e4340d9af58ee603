import { XDisplay } from '../src/x11/display.ts';

type XTest = {
  FakeInput(type: number, detail: number, time: number, window: number, x: number, y: number): void;
};

/** Somebody who works at a steady pace, by XTEST: the server takes it for input of a device. */
export class SteadyHands {
  readonly display: XDisplay;
  /** When the last move was made, in milliseconds since the epoch. */
  lastMove = 0;
  readonly #xtest: XTest;
  readonly #letter: number;

  private constructor(display: XDisplay, xtest: XTest, letter: number) {
    this.display = display;
    this.#xtest = xtest;
    this.#letter = letter;
  }

  static async at(name: string | undefined): Promise<SteadyHands> {
    const display = await XDisplay.connect(name, () => undefined);
    const { min, max } = display.keycodes;
    const rows = await display.ask<number[][]>((done) =>
      display.client.GetKeyboardMapping(min, max - min + 1, done),
    );
    const letter = min + (rows ?? []).findIndex((row) => row.includes(0x61));
    return new SteadyHands(display, await display.extension<XTest>('xtest'), letter);
  }

  /** The pointer at `hertz` over the box, no place twice in a row, and `keys` letters a second. Resolves with the moves made. */
  async work(
    milliseconds: number,
    given: { hertz: number; keys: number; box: { x: number; y: number; width: number; height: number } },
  ): Promise<number> {
    const { hertz, keys, box } = given;
    const begun = performance.now();
    let moves = 0;
    let typed = 0;
    for (;;) {
      const gone = performance.now() - begun;
      if (gone >= milliseconds) break;
      for (; moves < (gone * hertz) / 1000; moves++) {
        const [x, y] = [moves % box.width, Math.floor(moves / box.width) % box.height];
        this.#fake(6, 0, box.x + x, box.y + y);
        this.lastMove = performance.timeOrigin + performance.now();
      }
      for (; typed < (gone * keys) / 1000; typed++) {
        this.#fake(2, this.#letter);
        this.#fake(3, this.#letter);
      }
      // The library sends what an extension asks with the next request of its own.
      void this.display.ask((done) => this.display.client.GetInputFocus(done));
      await new Promise((resolve) => setTimeout(resolve, hertz > 500 ? 1 : 4));
    }
    return moves;
  }

  close(): void {
    this.display.close();
  }

  #fake(what: number, detail: number, x = 0, y = 0): void {
    this.#xtest.FakeInput(what, detail, 0, this.display.root, x, y);
  }
}
