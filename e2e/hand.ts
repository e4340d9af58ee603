import type { Frame, Locator, Page } from 'playwright-core';

/** The hand of a person: a pointer that travels, keys one by one, pauses between. It calls no script. */
export class Hand {
  readonly #page: Page;
  #x = 200;
  #y = 200;
  /** How many things it did that a dataset should show as an action. */
  done = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  async rest(milliseconds = 250): Promise<void> {
    await this.#page.waitForTimeout(milliseconds);
  }

  async moveTo(target: Locator, at: { x: number; y: number } = { x: 0.5, y: 0.5 }): Promise<void> {
    await target.scrollIntoViewIfNeeded();
    const box = await target.boundingBox();
    if (!box) throw new Error(`nothing to move to: ${target}`);
    await this.#travel(box.x + box.width * at.x, box.y + box.height * at.y);
  }

  async #travel(x: number, y: number): Promise<void> {
    const steps = 12;
    const [fromX, fromY] = [this.#x, this.#y];
    for (let step = 1; step <= steps; step++) {
      const share = step / steps;
      const eased = share * share * (3 - 2 * share);
      await this.#page.mouse.move(fromX + (x - fromX) * eased, fromY + (y - fromY) * eased);
      await this.#page.waitForTimeout(8);
    }
    this.#x = x;
    this.#y = y;
  }

  async click(target: Locator): Promise<void> {
    await this.moveTo(target);
    await this.rest(60);
    await this.#page.mouse.down();
    await this.rest(50);
    await this.#page.mouse.up();
    await this.rest();
    this.done++;
  }

  async doubleClick(target: Locator): Promise<void> {
    await this.moveTo(target);
    await this.#page.mouse.click(this.#x, this.#y, { clickCount: 2, delay: 40 });
    await this.rest();
    this.done++;
  }

  /** Into whatever has the focus. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text, { delay: 35 });
    await this.rest();
    this.done++;
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key, { delay: 40 });
    await this.rest();
    this.done++;
  }

  /** Chooses in a native list: a click opens it, letters or arrows find the option, Enter takes it. One thing done. */
  async choose(list: Locator, by: { letters: string } | { arrows: number }): Promise<void> {
    await this.moveTo(list);
    await this.#page.mouse.down();
    await this.rest(50);
    await this.#page.mouse.up();
    await this.rest();
    if ('letters' in by) await this.#page.keyboard.type(by.letters, { delay: 40 });
    else for (let i = 0; i < by.arrows; i++) await this.#page.keyboard.press('ArrowDown', { delay: 40 });
    await this.rest(100);
    await this.#page.keyboard.press('Enter', { delay: 40 });
    await this.rest();
    this.done++;
  }

  async drag(from: Locator, to: Locator, at: { x: number; y: number } = { x: 0.5, y: 0.5 }): Promise<void> {
    await this.moveTo(from);
    await this.#page.mouse.down();
    await this.rest(120);
    await this.moveTo(to, at);
    await this.rest(150);
    await this.#page.mouse.move(this.#x + 2, this.#y + 1);
    await this.rest(100);
    await this.#page.mouse.up();
    await this.rest();
    this.done++;
  }

  async scroll(dy: number): Promise<void> {
    await this.#page.mouse.wheel(0, dy);
    await this.rest();
    this.done++;
  }
}

/** Secrets may stand in frames of their own; a person sees them all as one page. */
export type Place = Page | Frame;
