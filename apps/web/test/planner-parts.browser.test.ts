import { execFileSync } from 'node:child_process';
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
  page,
  requests,
  settled,
  sound,
  verifyTwoAxes,
} from './planner-page.ts';

describe.skipIf(!hasChromium)('the planner’s parts and files in a browser', () => {
  test(
    'every figure behind a chart opens its formula and what it was made from',
    async () => {
      await open();
      await verifyTwoAxes();
      const tables = page.locator(
        'figure.chart details.behind, details.behind:has(summary:text("come from the catalogue"))',
      );
      await expect.poll(() => tables.count(), PATIENT).toBeGreaterThanOrEqual(6);
      const dialog = page.getByRole('dialog');
      let opened = 0;
      for (const table of await tables.all()) {
        await table.locator('summary').click();
        await table.locator('button.figure').first().waitFor();
        // The first and the last row stand for the ones between: one line of code makes each column.
        const rows = table.locator('tbody tr');
        for (const row of [rows.first(), rows.last()])
          for (const button of await row.locator('button.figure').all()) {
            const value = await button.locator('.shown').textContent();
            await button.click();
            expect(await dialog.locator('.value').textContent()).toBe(value);
            expect(await dialog.locator('h3 + p').first().textContent(), value ?? '').toMatch(/\w.{20}/);
            expect(await dialog.locator('dl > div').count(), value ?? '').toBeGreaterThan(0);
            await page.keyboard.press('Escape');
            opened += 1;
          }
        await table.locator('summary').click();
        await expect.poll(() => table.locator('button.figure').count(), PATIENT).toBe(0);
      }
      expect(opened).toBeGreaterThanOrEqual(30);
      for (const table of await tables.all()) await table.locator('summary').click();
      await sound('planner-tables');
      expect(faults).toEqual([]);
    },
    LONG,
  );

  test('fine-tuning, the programme and the files to run follow the form, and are saved from it', async () => {
    await open();
    await everyPart();
    const peak = page.getByRole('button', { name: /Fine-tuning peak: how do we know/ }).first();
    const before = await peak.textContent();
    await page.getByLabel('Method').selectOption('lora');
    await expect.poll(() => peak.textContent(), PATIENT).not.toBe(before);
    await peak.click();
    await page
      .getByRole('dialog')
      .getByText('Factor')
      .or(page.getByRole('dialog').getByText('Formula'))
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /Stored, in all: how do we know/ }).click();
    await page.getByRole('dialog').getByText('People × hours a week').waitFor();
    await page.keyboard.press('Escape');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save all as one archive' }).click();
    const archive = await readFile(await (await saving).path());
    const listed = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
    expect(listed).toMatch(/-rwxr-xr-x .* preflight\.sh/);
    expect(listed).toContain('air-gap.json');
    await field(/^Port/).fill('80');
    await page.getByText('cannot be 80').waitFor();
  });

  test('the model from its files: true sizes, and hostile files are refused with a sentence', async () => {
    await open();
    const weights = () =>
      page
        .getByRole('button', { name: /Weights: how do we know/ })
        .first()
        .textContent();
    const before = await weights();
    const pick = (files: { name: string; body: Buffer }[]) =>
      page
        .locator('input[data-pick=model]')
        .setInputFiles(files.map(({ name, body }) => ({ name, mimeType: '', buffer: body })));
    requests.length = 0;
    for (const [name, body, says] of [
      ['x.gguf', Buffer.from('GGML'), 'does not begin as a GGUF file does'],
      ['x.gguf', Buffer.from('GGUF\u0003\0\0\0'), 'cut short'],
      ['config.json', Buffer.from('['.repeat(300_000)), 'not JSON'],
      ['x.safetensors', Buffer.from('{}'), 'config.json'],
    ] as const) {
      await pick([{ name, body }]);
      await page.locator('.pick .fault').getByText(says).waitFor();
    }
    expect(
      await comboField(/^Model/)
        .first()
        .inputValue(),
    ).toBe('Qwen/Qwen3-32B');
    const config = {
      architectures: ['Qwen3ForCausalLM'],
      _name_or_path: 'house/own-model',
      hidden_size: 4096,
      num_hidden_layers: 36,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 128,
      intermediate_size: 12288,
      vocab_size: 151936,
      max_position_embeddings: 40960,
    };
    const header = Buffer.from(
      JSON.stringify({ w: { dtype: 'U8', shape: [1000], data_offsets: [0, 1000] } }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await pick([
      { name: 'config.json', body: Buffer.from(JSON.stringify(config)) },
      { name: 'x.safetensors', body: Buffer.concat([length, header, Buffer.alloc(1000)]) },
    ]);
    await page.getByText('house/own-model: 1 tensors').waitFor();
    expect(
      await comboField(/^Model/)
        .first()
        .inputValue(),
    ).toBe('house/own-model');
    await expect.poll(weights, PATIENT).not.toBe(before);
    await settled();
    await page.getByText('Your own figures in the catalogue: 1').click();
    await page.getByRole('button', { name: 'Leave out house/own-model' }).click();
    await page.getByText('no model is called').first().waitFor();
    // Only the page's own worker may have been fetched.
    expect(requests.filter((one) => !one.startsWith('blob:') && !/model-file-worker/.test(one))).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('own prices come before the catalogue’s, from a file that started as the built-in one', async () => {
    await open();
    const total = page.getByRole('button', { name: /Own, 5 years: how do we know/ }).first();
    const before = await total.textContent();
    await page.getByText('Your own figures in the catalogue').click();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'prices and rates' }).click();
    const file = JSON.parse(await readFile(await (await saving).path(), 'utf8')) as {
      rows: Record<string, unknown>[];
    };
    const row = file.rows.find(({ category, name }) => category === 'gpu_price' && name === 'h100_sxm');
    const give = (rows: unknown[]) =>
      page.locator('input[data-pick=catalogue]').setInputFiles({
        name: 'ours.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify({ ...file, rows })),
      });
    await give([{ ...row, source: '' }]);
    await page.getByText('Nothing of ours.json was taken').waitFor();
    await page.locator('.own .fault').getByText('has no source').waitFor();
    await give([{ ...row, low: 90_000, typical: 90_000, high: 90_000 }]);
    await page.getByText('in place of the built-in one').waitFor();
    await expect.poll(() => total.textContent(), PATIENT).not.toBe(before);
    await page.getByRole('button', { name: 'Make a link' }).click();
    const link = await field('Link to this plan').inputValue();
    const other = await page.context().newPage();
    await other.goto(link);
    await other.getByText('Your own figures in the catalogue: 1').waitFor();
  });

  test('a file as evidence: its digest is noted, it goes nowhere', async () => {
    await open();
    await page.getByRole('button', { name: 'Exit' }).click();
    await page.locator('.axis select').first().selectOption('met');
    requests.length = 0;
    await page
      .locator('.axis input[data-pick=evidence]')
      .first()
      .setInputFiles({
        name: 'test.pdf',
        mimeType: 'application/pdf',
        buffer: Buffer.from('abc'),
      });
    const rests = page.locator('.axis').getByRole('textbox').first();
    await expect
      .poll(() => rests.inputValue(), PATIENT)
      .toBe('test.pdf, sha-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(requests).toEqual([]);
  });
});
