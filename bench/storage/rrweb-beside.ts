import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** Stock @rrweb/record in the page's own world, as its documentation starts it, beside the agent on the same run. */
export class RrwebBeside {
  readonly #page: Page;
  readonly events: string[] = [];

  private constructor(page: Page) {
    this.#page = page;
  }

  static async on(page: Page): Promise<RrwebBeside> {
    const script = readFileSync(
      new URL('../../node_modules/@rrweb/record/umd/record.min.js', import.meta.url),
      'utf8',
    );
    const start = `if (window === top) { ${script};
      window.kept = []; addEventListener('DOMContentLoaded', () => {
        const made = window.rrweb ?? window.rrwebRecord; (made.record ?? made)({ emit: (event) => kept.push(JSON.stringify(event)) }); }); }`;
    await page.addInitScript({ content: start });
    return new RrwebBeside(page);
  }

  /** Before the page is left: what it holds goes with it. */
  async drain(): Promise<void> {
    this.events.push(...((await this.#page.evaluate('window.kept?.splice(0) ?? []')) as string[]));
  }
}
