import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasChromium } from './chromium.ts';
import {
  comboField,
  everyPart,
  faults,
  field,
  LONG,
  open,
  PATIENT,
  PICTURES,
  page,
  requests,
  settled,
  sound,
  url,
  verifyTwoAxes,
  widths,
} from './planner-page.ts';

describe.skipIf(!hasChromium)('the planner in a browser', () => {
  test(
    'three scenarios, faults and an axis of control open: nothing for axe to find, light and dark, narrow and wide',
    async () => {
      await open();
      for (const gpu of ['l40s', 'mi300x']) {
        await page.getByRole('button', { name: 'Add a scenario' }).click();
        await comboField(/^GPU/).first().fill(gpu);
      }
      await settled();
      await comboField(/^Model/).fill('Qwen/Qwen3-31B');
      await page.getByText('Near:').first().waitFor();
      await page.getByRole('button', { name: 'Data locality and privacy' }).click();
      await page.getByLabel('Egress from the inference network is closed and tested').selectOption('met');
      await page.getByText('Say what this rests on').waitFor();
      await sound('planner-three');
      expect(faults).toEqual([]);
    },
    LONG,
  );

  test(
    'every part asked for: fine-tuning, programme, files to run, ranking; the same',
    async () => {
      await open();
      await everyPart();
      await verifyTwoAxes();
      await page.getByRole('heading', { name: 'How the ranking moves with the weights' }).waitFor();
      await sound('planner-all');
      expect(faults).toEqual([]);
    },
    LONG,
  );

  test('a figure changes, and the memory stack follows; nothing is asked of any server', async () => {
    await open();
    await page.waitForTimeout(500);
    const before = await widths();
    requests.length = 0;
    await field(/^Context/).fill('32768');
    await expect.poll(widths, PATIENT).not.toEqual(before);
    await settled();
    await page.getByRole('button', { name: 'Make a link' }).click();
    await field('Link to this plan').waitFor();
    await page
      .getByRole('button', { name: /Fits: how do we know/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Formula').waitFor();
    await page.keyboard.press('Escape');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save to a file' }).click();
    await saving;
    expect(requests.filter((one) => !one.startsWith('blob:'))).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('a link brings the plan back, whole', async () => {
    await open();
    await field(/^Context/).fill('20,000');
    await field(/^Prompt/).fill('777');
    await page.getByRole('button', { name: 'Add a scenario' }).click();
    await comboField(/^GPU/).first().fill('h200_sxm');
    await page.getByRole('button', { name: 'Exit' }).click();
    await page.getByRole('button', { name: 'Make a link' }).click();
    const link = await field('Link to this plan').inputValue();
    expect(new URL(link).hash).toMatch(/^#plan=[\w-]+$/);
    const other = await page.context().newPage();
    const asked: string[] = [];
    other.on('request', (request) => asked.push(request.url()));
    await other.goto(link);
    await other.locator('.answers[data-final=true]').waitFor();
    expect(await other.getByRole('textbox', { name: /^Prompt/ }).inputValue()).toBe('777');
    expect(await other.getByRole('textbox', { name: /^Context/ }).inputValue()).toBe('20000');
    await other.getByRole('radio', { name: 'Scenario 2' }).check();
    expect(await other.getByRole('combobox', { name: /^GPU/ }).first().inputValue()).toBe('h200_sxm');
    expect(asked.filter((one) => one.includes('plan='))).toEqual([]);
  });

  test('a link that was cut short or tampered with says so and does no harm', async () => {
    for (const fragment of ['#plan=', '#plan=AAAA', '#plan=%00%ff', '#plan=eyJhIjoxfQ']) {
      await page.goto('about:blank');
      await page.goto(url + fragment);
      await page.getByText('The link holds no plan').waitFor();
      await settled();
    }
    expect(faults).toEqual([]);
  });

  test('a saved file is a plan file, and opens again', async () => {
    await open();
    await field(/^Answer/).fill('640');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save to a file' }).click();
    const text = await readFile(await (await saving).path(), 'utf8');
    const { scenarios } = JSON.parse(text) as { scenarios: Record<string, Record<string, unknown>>[] };
    expect(scenarios[0]?.['speed']).toMatchObject({ osl: 640, model_path: 'Qwen/Qwen3-32B' });
    const strange = { ...scenarios[0], surprise: 1, memory: { model: { config: {} }, gpu: 'h100_sxm' } };
    const give = async (name: string, body: string) => {
      await page.locator('input[data-pick=plan]').setInputFiles({
        name,
        mimeType: 'application/json',
        buffer: Buffer.from(body),
      });
    };
    await give('no.json', '[1,2');
    await page.getByText('no.json holds no plan').waitFor();
    expect(await field(/^Answer/).inputValue()).toBe('640');
    await give('strange.json', JSON.stringify(strange));
    await page.getByText('In parts of the plan that this form does not show').waitFor();
    await give('plan.json', text);
    await page.getByText('plan.json is open').waitFor();
    await page.getByText('In parts of the plan').waitFor({ state: 'detached' });
  });

  test('all faults at once, beside their fields; a near name is one press away', async () => {
    await open();
    await comboField(/^Model/).fill('Qwen3 31B');
    await field(/^GPUs a replica/).fill('3');
    await field(/^Each token within/).fill('soon');
    await field(/^Tokens in/).fill('9 / 5 / 1');
    await expect.poll(() => page.locator('.fault').count(), PATIENT).toBe(3);
    // The model must be known before it can be said how many GPUs divide it.
    await page
      .locator('.near button')
      .filter({ hasText: /^Qwen\/Qwen3-32B$/ })
      .click();
    await page.getByText('attention heads cannot be cut over 3').waitFor();
    await expect.poll(() => page.locator('.fault').count(), PATIENT).toBe(3);
    expect(await field(/^Tokens in/).getAttribute('aria-invalid')).toBe('true');
    await page.getByText('What is shown below is from before').waitFor();
  });

  test('the keyboard alone: pick, write, open a figure and its way back, a table, control', async () => {
    await open();
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
    const tabTo = async (what: RegExp) => {
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press('Tab');
        if (what.test(await focused())) return;
      }
      throw new Error(`the keyboard never came to ${what}`);
    };
    const before = await widths();
    await tabTo(/^Context/);
    await page.keyboard.press('Control+A');
    await page.keyboard.type('8192');
    await expect.poll(widths, PATIENT).not.toEqual(before);
    await settled();
    await tabTo(/Longest context: how do we know/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    expect(await focused()).toMatch(/Longest context/);
    await tabTo(/^As a table/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('details.behind[open] table').count(), PATIENT).toBe(1);
    await tabTo(/^Data locality and privacy/);
    await page.keyboard.press('Enter');
    await tabTo(/./);
    await page.getByRole('heading', { name: 'Trade-offs' }).or(page.getByText('To verify').first()).waitFor();
  });

  test('scores come from evidence only', async () => {
    await open();
    await page.getByText('Nothing is ranked yet').waitFor();
    await page.getByRole('button', { name: 'Exit' }).click();
    for (const way of [0, 1, 2]) {
      const first = page.locator('.axis .ways > div').nth(way).locator('li').first();
      await first.getByRole('combobox').selectOption(way === 0 ? 'met' : 'notMet');
      await first.getByRole('textbox').fill('tried in May');
    }
    await page.getByText('On premise: 100 % of what was verified is met').waitFor();
    await page.locator('.axis .ways > div').first().locator('li').first().getByRole('textbox').fill('');
    await page.getByText('Nothing is ranked yet').waitFor();
  });

  test('a report on paper: what was asked, the pictures, every table', async () => {
    await open();
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('heading', { name: 'What was asked' }).waitFor();
    await page.getByRole('heading', { name: 'Figures that were assumed' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save to a file' }).isVisible()).toBe(false);
    if (PICTURES) {
      await page.setViewportSize({ width: 794, height: 1123 });
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${PICTURES}/planner-print.png`, fullPage: true });
    }
    const pdf = await page.pdf({ format: 'A4' });
    if (PICTURES) await (await import('node:fs/promises')).writeFile(`${PICTURES}/planner.pdf`, pdf);
    expect(pdf.length).toBeGreaterThan(10_000);
  });
});
