import type { FrameLocator, Page } from 'playwright-core';
import { Hand } from '../../../e2e/hand.ts';

/** A person at /try. She has a pointer and a keyboard, reads what stands on the buttons, and calls no script. */
export const TASKS = ['File an expense', 'Move a card on a board', 'Find the largest order'] as const;
export type Task = (typeof TASKS)[number];

export class Practice {
  readonly page: Page;
  readonly hand: Hand;
  readonly #look: number;

  /** `look`: milliseconds that she looks at what came of an action before the next one. */
  constructor(page: Page, look = 0) {
    this.page = page;
    this.hand = new Hand(page);
    this.#look = look;
  }

  /** One thing after the other, with a look at what came of each. */
  async #inTurn(...acts: (() => Promise<void>)[]): Promise<void> {
    for (const act of acts) {
      await act();
      await this.hand.rest(this.#look);
    }
  }

  get frame(): FrameLocator {
    return this.page.frameLocator('iframe[title="Practice page"]');
  }

  /** Reads the notice and agrees; recording has begun when this resolves. */
  async begin(url: string, task: Task): Promise<void> {
    await this.page.goto(`${url}/try`);
    await this.again(task);
  }

  /** The same, where the tasks are shown already. */
  async again(task: Task): Promise<void> {
    await this.hand.click(this.button(`Choose: ${task}`));
    await this.frame.getByRole('heading').first().waitFor();
    await this.hand.click(this.button('Agree and begin'));
    await this.page.getByText('Recording', { exact: true }).waitFor();
    await this.hand.rest(400);
  }

  async stop(): Promise<void> {
    await this.hand.rest(400);
    await this.hand.click(this.button('Stop and review'));
    await this.page.getByRole('heading', { name: 'Steps' }).waitFor();
  }

  async sayItWorked(): Promise<void> {
    await this.hand.click(this.page.getByRole('radio', { name: 'Yes' }));
  }

  /** What would leave is worked out once the changes have rested; the page grows when it is there, and its buttons move. */
  async #measured(): Promise<void> {
    await this.hand.rest(1000);
    await this.button('Release').and(this.page.locator('[aria-disabled="false"]')).waitFor();
    await this.hand.rest();
  }

  /** Discards; resolves when the page says that nothing is left. */
  async discard(): Promise<void> {
    await this.#measured();
    await this.hand.click(this.button('Discard'));
    await this.page.getByRole('status').filter({ hasText: 'Nothing of it is left.' }).waitFor();
  }

  /** Releases; resolves when the table of actions is shown. */
  async release(): Promise<void> {
    await this.#measured();
    await this.hand.click(this.button('Release'));
    await this.button('Try another task').waitFor();
  }

  /** The path of the file that came. */
  async download(): Promise<string> {
    const coming = this.page.waitForEvent('download');
    await this.hand.click(this.button('Download the sealed recording'));
    return (await coming).path();
  }

  /** What a model would do, line by line, from the table of the result. */
  async actions(): Promise<string[]> {
    const cells = await this.page.locator('td code').allInnerTexts();
    return cells.flatMap((cell) => cell.split('\n'));
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Fills in the form, the lists by the keyboard. The note stands on no card: its letters must not stay. */
  async fileExpense(note: string): Promise<void> {
    const { hand, frame } = this;
    await this.#inTurn(
      () => hand.click(frame.getByLabel('Vendor')),
      () => hand.type('ACME Stationery'),
      () => hand.press('Tab'),
      () => hand.type('240.00'),
      () => hand.press('Tab'),
      () => hand.type('EUR'),
      () => hand.press('Tab'),
      () => hand.type('Fac'),
      () => hand.click(frame.getByLabel('Note for the reviewer')),
      () => hand.type(note),
      () => hand.click(frame.getByRole('button', { name: 'File the expense' })),
    );
    await frame.getByText('Expense filed').waitFor();
  }

  async moveCard(): Promise<void> {
    const { hand, frame } = this;
    await hand.drag(frame.getByText('Order new chairs'), frame.getByRole('region', { name: 'Done' }), {
      x: 0.5,
      y: 0.8,
    });
    await frame.getByRole('region', { name: 'Done' }).getByText('Order new chairs').waitFor();
  }

  async pickLargest(): Promise<void> {
    const { hand, frame } = this;
    const total = frame.getByRole('button', { name: 'Total' });
    await this.#inTurn(
      () => hand.click(total),
      () => hand.click(total),
      () => hand.click(frame.getByLabel('O-1003')),
    );
    await frame.getByText('One order is selected.').waitFor();
  }
}
