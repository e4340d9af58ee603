import type { Locator, Page } from 'playwright-core';
import type { Note } from '../../e2e/real-application.ts';

/** Seeded work in TiddlyWiki: the same seed, the same notes and the same acts. All words are made up. */
export type Random = (below: number) => number;

export function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

const SYLLABLES = 'ba ce di fo gu la me ni po ru sa te vi wo zu kra sto pli'.split(' ');

function word(random: Random): string {
  return Array.from({ length: 2 + random(2) }, () => SYLLABLES[random(SYLLABLES.length)]).join('');
}

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => word(random)).join(' ');
}

export const PAGES = 10;

export function notes(random: Random): Note[] {
  const titles = Array.from({ length: 60 }, (_, i) =>
    i < PAGES ? `Page ${i + 1}` : `Note ${words(random, 2)} ${i}`,
  );
  return titles.map((title) => {
    const links = Array.from({ length: 5 }, () => `[[${titles[random(titles.length)]}]]`).join(' and ');
    const rows = Array.from(
      { length: 6 + random(10) },
      () => `|${words(random, 2)} |${random(9999)} |${word(random)} |`,
    );
    const paragraphs = Array.from({ length: 3 + random(4) }, () => `${words(random, 40)}.`);
    return {
      title,
      tags: word(random),
      text: `! ${words(random, 3)}\n\n${paragraphs.join('\n\n')}\n\nSee ${links}.\n\n${rows.join('\n')}\n`,
    };
  });
}

export type Done = { acts: number; different: number; moves: number; byKind: Record<string, number> };

/** A person's hand, but without the thinking in between: the pointer travels to each thing at about 125 Hz. */
export class Worker {
  readonly #page: Page;
  readonly #random: Random;
  readonly #kinds = new Map<string, number>();
  readonly #said = new Set<string>();
  #at = { x: 300, y: 300 };
  #moves = 0;
  #acts = 0;
  #editing = 0;

  constructor(page: Page, random: Random) {
    this.#page = page;
    this.#random = random;
    page.on('dialog', (dialog) => void dialog.accept());
  }

  get done(): Done {
    return {
      acts: this.#acts,
      different: this.#said.size,
      moves: this.#moves,
      byKind: Object.fromEntries(this.#kinds),
    };
  }

  /** Other acts than `count` are not left out: an act that finds nothing to act on is another one. */
  async work(count: number): Promise<void> {
    this.#editing = 0;
    const end = this.#acts + count;
    while (this.#acts < end) {
      const kind = this.#next();
      const what = await this.#do(kind).catch(() => null);
      if (what === null) continue;
      this.#acts++;
      this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
      this.#said.add(`${new URL(this.#page.url()).search} ${kind} ${what}`);
      await this.#page.waitForTimeout(250);
    }
  }

  #next(): string {
    const choice = this.#random(100);
    if (this.#editing > 0 && choice < 55)
      return ['title', 'body', 'body', 'tag', 'save'][this.#random(5)] as string;
    if (choice < 22) return 'link';
    if (choice < 40) return 'scroll';
    if (choice < 52) return 'tab';
    if (choice < 62) return 'search';
    if (choice < 68) return 'new';
    if (choice < 74) return 'edit';
    if (choice < 84) return 'close';
    if (choice < 92) return 'key';
    return 'fold';
  }

  async #do(kind: string): Promise<string | null> {
    const page = this.#page;
    switch (kind) {
      case 'link':
        return this.#click(page.locator('a.tc-tiddlylink-resolves:visible'));
      case 'tab':
        return this.#click(page.locator('.tc-sidebar-lists .tc-tab-buttons button:visible'));
      case 'scroll': {
        const dy = (1 + this.#random(6)) * (this.#random(3) === 0 ? -100 : 100);
        for (let notch = 0; notch < Math.abs(dy); notch += 100) {
          await page.mouse.wheel(0, Math.sign(dy) * 100);
          await page.waitForTimeout(40);
        }
        return String(dy);
      }
      case 'search': {
        if ((await this.#click(page.locator('.tc-search input:visible'))) === null) return null;
        return this.#type(word(this.#random).slice(0, 4), true);
      }
      case 'new': {
        if (this.#editing > 2) return null;
        this.#editing++;
        return this.#click(page.getByTitle('Create a new tiddler'));
      }
      case 'edit': {
        if (this.#editing > 2) return null;
        this.#editing++;
        return this.#click(page.getByTitle('Edit this tiddler'));
      }
      case 'title':
        if ((await this.#click(page.locator('input.tc-titlebar:visible'))) === null) return null;
        return this.#type(words(this.#random, 2), true);
      case 'body': {
        const text = page.frameLocator('.tc-tiddler-edit-frame iframe >> nth=0').locator('textarea');
        if ((await this.#click(text)) === null) return null;
        return this.#type(` ${words(this.#random, 5)}.`);
      }
      case 'tag': {
        if ((await this.#click(page.locator('.tc-edit-tags input:visible'))) === null) return null;
        const tag = await this.#type(word(this.#random));
        await page.keyboard.press('Enter');
        return tag;
      }
      case 'save': {
        this.#editing = Math.max(0, this.#editing - 1);
        return this.#click(page.getByTitle('Confirm changes to this tiddler'));
      }
      case 'close':
        return (await page.getByTitle('Close this tiddler').count()) > 1
          ? this.#click(page.getByTitle('Close this tiddler'))
          : null;
      case 'fold':
        return this.#click(page.getByTitle('More actions'));
      default: {
        const key = ['PageDown', 'PageUp', 'Tab', 'Escape', 'Home', 'End'][this.#random(6)] as string;
        await page.keyboard.press(key);
        return `${key} ${this.#acts}`;
      }
    }
  }

  async #click(among: Locator): Promise<string | null> {
    const count = await among.count();
    if (count === 0) return null;
    const index = this.#random(count);
    const target = among.nth(index);
    await target.scrollIntoViewIfNeeded({ timeout: 1500 });
    const box = await target.boundingBox({ timeout: 1500 });
    if (!box || box.width === 0) return null;
    await this.#travel(box.x + box.width * 0.5, box.y + Math.min(box.height * 0.5, 200));
    await this.#page.mouse.down();
    await this.#page.waitForTimeout(60);
    await this.#page.mouse.up();
    return `${Math.round(box.x)} ${Math.round(box.y)} ${index}`;
  }

  async #travel(toX: number, toY: number): Promise<void> {
    const { x, y } = this.#at;
    const steps = 30;
    const began = performance.now();
    for (let step = 1; step <= steps; step++) {
      const share = step / steps;
      const eased = share ** 3 * (10 - 15 * share + 6 * share ** 2);
      const shake = (this.#random(5) - 2) * 0.4 * (1 - share);
      await this.#page.mouse.move(x + (toX - x) * eased + shake, y + (toY - y) * eased - shake);
      const wait = began + step * 8 - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    this.#at = { x: toX, y: toY };
    this.#moves += steps;
  }

  async #type(text: string, anew = false): Promise<string> {
    if (anew) await this.#page.keyboard.press('Control+a');
    await this.#page.keyboard.type(text, { delay: 25 });
    return text;
  }
}
