import { describe, expect, test } from 'vitest';
import { hasChromium } from './chromium.ts';
import { faults, field, open, PATIENT, page } from './planner-page.ts';

const figures = {
  kind: 'aboveboard-figures',
  version: 1,
  source: 'our server',
  date: '2026-11-22',
  measured: { bytes_per_browser_hour: 1_900_000, bytes_per_desktop_hour: 3e7 },
  notKnown: [{ rate: 'events_per_hour', why: 'it is not counted' }],
};
const two = {
  memory: { model: 'Qwen/Qwen3-32B', gpu: 'h100_sxm', tp: 2, engine: 'vllm', quant: 'fp8' },
  speed: {
    model_path: 'Qwen/Qwen3-32B',
    system: 'h200_sxm',
    precision: 'fp8',
    backend: 'vllm',
    tp_size: 2,
    isl: 2048,
    osl: 512,
    concurrency: 32,
  },
};
const asFile = (name: string, content: unknown) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(content)),
});
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    return (
      element.getAttribute('aria-label') ??
      element.closest('label, .field')?.textContent ??
      element.textContent ??
      ''
    );
  });
async function tabTo(what: RegExp, key = 'Tab'): Promise<void> {
  for (let i = 0; i < 300; i++) {
    await page.keyboard.press(key);
    if (what.test(await focused())) return;
  }
  throw new Error(`the keyboard never came to ${what}`);
}
/** A file dialog that the keyboard opened, answered with a file. */
async function choose(file: ReturnType<typeof asFile>): Promise<void> {
  const asked = page.waitForEvent('filechooser');
  await page.keyboard.press('Enter');
  await (await asked).setFiles(file);
}

describe.skipIf(!hasChromium)('the planner’s newer parts by the keyboard alone', () => {
  test('[PLN81, PLN90, PLN91] two GPUs, a load kept full, a server’s figures, a reload, anew and back', async () => {
    // Dialogs are caught from the first on: to begin with each would come too late for a busy browser.
    page.on('filechooser', () => {});
    await open();
    await tabTo(/^Open a file/);
    await choose(asFile('two.json', two));
    await page.getByText('In speed.system this plan says “h200_sxm”').waitFor();
    await tabTo(/In speed\.system/);
    await tabTo(/In speed\.system/);
    await page.keyboard.press('Enter');
    await page.getByText('In speed.system').waitFor({ state: 'detached' });
    await page.locator('.answers[data-final=true]').waitFor();

    const full = page.getByRole('button', { name: /Output of a GPU kept full: how do we know/ }).first();
    const before = await full.textContent();
    await tabTo(/^A GPU kept full/);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => full.textContent(), PATIENT).not.toBe(before);

    await tabTo(/^Your recording programme/);
    await page.keyboard.press('Enter');
    await tabTo(/^People who record/);
    await page.keyboard.type('40');
    await tabTo(/^What the programme rests on/);
    await page.keyboard.press('Enter');
    await tabTo(/^Take a running server/);
    await choose(asFile('figures.json', figures));
    await page.getByText('Measured figures of figures.json count: Browser hour, Desktop hour').waitFor();
    await page.getByText('Events keeps its default: it is not counted').waitFor();
    const stored = page.getByRole('button', { name: /Stored, in all: how do we know/ });
    await expect.poll(() => stored.textContent(), PATIENT).toContain('measured by you');
    await tabTo(/Stored, in all: how do we know/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('measured: our server (2026-11-22)').first().waitFor();
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/Stored, in all/);

    await page.reload();
    await page.locator('.answers[data-final=true]').waitFor();
    await tabTo(/^Your recording programme/);
    await page.keyboard.press('Enter');
    expect(await field(/^People who record/).inputValue()).toBe('40');
    await tabTo(/^Start anew/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => field(/^Name/).inputValue(), PATIENT).toBe('Example');
    await tabTo(/^Bring back/);
    await page.keyboard.press('Enter');
    await expect.poll(() => field(/^People who record/).inputValue(), PATIENT).toBe('40');
    expect(faults).toEqual([]);
  }, 180_000);
});
