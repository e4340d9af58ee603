import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasChromium, launchChromium } from './chromium.ts';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const VITE = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url));
/** Where screenshots go, for people to look at; nowhere unless asked for. */
const PICTURES = process.env['ABOVEBOARD_PICTURES'];
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the server sends it (apps/server page-headers): nothing of another origin, no script but files. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'";

const PATIENT = { timeout: 15_000 };
/** Axe over a whole page in four forms takes its time on a busy machine. */
const LONG = 600_000;

let built: string;
let files: Server;
let browser: Browser;
let url: string;
let page: Page;
let requests: string[];
let faults: string[];

/** The built application and the one answer of a server that it needs to begin. */
async function serve(folder: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = normalize((request.url ?? '/').split('?')[0] ?? '/');
    if (path === '/api/about') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ installation: 'demonstration', limits: {}, agreement: null }));
      return;
    }
    const name = extname(path) === '' ? '/index.html' : path;
    const body = await readFile(join(folder, name)).catch(() => null);
    response.statusCode = body ? 200 : 404;
    response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
    response.setHeader('content-security-policy', POLICY);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  if (!hasChromium) return;
  built = mkdtempSync(join(tmpdir(), 'aboveboard-planner-'));
  execFileSync(process.execPath, [VITE, 'build', '--outDir', built, '--logLevel', 'error'], { cwd: WEB });
  files = await serve(built);
  url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/planner`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  files?.close();
  if (built) rmSync(built, { recursive: true, force: true });
});
beforeEach(async () => {
  if (!hasChromium) return;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  requests = [];
  faults = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
});
afterEach(async () => {
  await page?.context().close();
});

const field = (label: string | RegExp) => page.getByRole('textbox', { name: label });
const comboField = (label: string | RegExp) => page.getByRole('combobox', { name: label });

async function settled(): Promise<void> {
  await page.locator('.answers[data-final=true]').waitFor();
  await page.locator('.chart svg').first().waitFor();
}
async function open(address = url): Promise<void> {
  await page.goto(address);
  await settled();
}
const widths = () =>
  page
    .locator('.memory .term')
    .evaluateAll((terms) => terms.map((term) => (term as HTMLElement).style.width));

/** Opens a folded group of the form. */
const unfold = (title: string) => page.locator('.asked summary', { hasText: title }).click();

async function everyPart(): Promise<void> {
  await unfold('Fine-tuning');
  await page.getByLabel('Method').selectOption('qlora');
  await unfold('Your recording programme');
  await field('People who record').fill('40');
  await unfold('Files to run it');
  await page.getByLabel('Write the files').check();
  await page.getByRole('button', { name: 'Save all as one archive' }).waitFor();
  await settled();
}

/** On one axis the first way meets what is verified, on the other the last: the lead changes between them. */
async function verifyTwoAxes(): Promise<void> {
  for (const [axis, leads] of [
    ['Exit', 0],
    ['Cost predictability', 2],
  ] as const) {
    await page.getByRole('button', { name: axis }).click();
    for (const way of [0, 1, 2]) {
      const first = page.locator('.axis .ways > div').nth(way).locator('li').first();
      await first.getByRole('combobox').selectOption(way === leads ? 'met' : 'notMet');
      await first.getByRole('textbox').fill('tried in May');
    }
  }
}

/** Nothing found by axe, nothing wider than the screen, no target too small to press. */
async function sound(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id} ${nodes.map((n) => n.target).join(' ')}`);
      expect(found, `${name} ${colorScheme} ${width}`).toEqual([]);
      const measured = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        small: Array.from(
          document.querySelectorAll('.planner :is(button, summary, select, input[type=text])'),
        )
          .filter((element) => element.getClientRects().length > 0)
          .filter((element) => element.getBoundingClientRect().height < 43.5)
          .map((element) => element.outerHTML.slice(0, 80)),
      }));
      expect(measured, `${name} at ${width}`).toEqual({ wide: 0, small: [] });
      if (PICTURES)
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
}

describe.skipIf(!hasChromium)('the planner in a browser', () => {
  test(
    'one scenario: nothing for axe to find, light and dark, narrow and wide',
    async () => {
      await open();
      await sound('planner');
      expect(faults).toEqual([]);
    },
    LONG,
  );

  test(
    'three scenarios, faults and an axis of control open: the same',
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
