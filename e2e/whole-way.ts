import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { tap } from './byte-tap.ts';
import { showExport, showExtension, showServer, showSpooled } from './evidence.ts';
import { Hand } from './hand.ts';
import { aboveboard, startInstallation } from './installation.ts';
import { freePort, startWiki } from './real-application.ts';
import { SecretScan } from './secret-scan.ts';
import { CARD_TEXT, doTask, NOTES, SECRETS } from './wiki-task.ts';

export type Figures = Record<string, string | number>;
type Step = { value: { code: string }; image: string };

/**
 * Opt in, record, pause, review, cut, mask, release, recall, release, upload, export, and a search of
 * everything for what had to stay private. The contributor's part is done as a person would do it.
 */
export async function tellStory(options: { say?: (line: string) => void } = {}): Promise<Figures> {
  const say = options.say ?? (() => undefined);
  const work = await mkdtemp(join(tmpdir(), 'aboveboard-story-'));
  // As root PostgreSQL runs as another user, who has to get through.
  await chmod(work, 0o711);
  const closing: (() => Promise<unknown> | unknown)[] = [() => rm(work, { recursive: true, force: true })];
  try {
    return await story(work, say, closing);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function story(
  work: string,
  say: (line: string) => void,
  closing: (() => Promise<unknown> | unknown)[],
): Promise<Figures> {
  const figures: Figures = {};
  buildExtension();
  const wiki = await startWiki(NOTES);
  closing.push(() => wiki.stop());
  const [serverPort, tapPort] = [await freePort(), await freePort()];
  const installation = await startInstallation({
    data: join(work, 'data'),
    port: serverPort,
    applications: [wiki.origin],
    names: [`127.0.0.1:${tapPort}`],
  });
  closing.push(() => installation.stop());
  const wire = await tap(serverPort, tapPort);
  closing.push(() => wire.close());
  const browser = await ExtensionBrowser.launch();
  closing.push(() => browser.close());
  const keep = async (page: Page, name: string) => {
    const folder = process.env['ABOVEBOARD_STORY_PICTURES'];
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  };

  say('opting in');
  const panel = await browser.panel();
  await panel.getByLabel('Address of the server').fill(`http://127.0.0.1:${tapPort}`);
  await panel.getByLabel('Your one-time code').fill(installation.codes.get('contributor') ?? '');
  await panel.getByRole('button', { name: 'Fetch the agreement' }).click();
  await panel.getByRole('heading', { name: 'The agreement' }).waitFor();
  await keep(panel, 'agreement');
  for (const box of await panel.getByRole('checkbox').all()) await box.check();
  await panel.getByRole('button', { name: 'Accept' }).click();

  say('recording');
  const page = await browser.context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(wiki.origin);
  await page.getByTitle('Create a new tiddler').waitFor();
  await panel.bringToFront();
  await panel.getByRole('button', { name: /Write a note in a wiki/ }).click();
  await panel.getByRole('button', { name: 'Start recording' }).click();
  await panel.getByRole('button', { name: 'Pause' }).waitFor();
  await page.bringToFront();
  const hand = new Hand(page);
  await hand.rest(1500);
  const began = Date.now();
  figures['actions done by the contributor'] = await doTask(page, hand, wiki.origin);
  assert.ok(hand.done >= 40, `only ${hand.done} actions were done`);
  await panel.bringToFront();
  await keep(panel, 'recording');
  await panel.getByRole('button', { name: 'Pause' }).click();
  await page.bringToFront();
  await hand.press('End');
  await hand.press('Home');
  await panel.bringToFront();
  await panel.getByRole('button', { name: 'Resume' }).click();
  await panel.waitForTimeout(300);
  const seconds = (Date.now() - began) / 1000;
  figures['seconds recorded, about'] = Math.round(seconds);

  say('reviewing');
  const [first] = await Promise.all([
    browser.context.waitForEvent('page'),
    panel.getByRole('button', { name: 'Stop', exact: true }).click(),
  ]);
  const reviewed = await review(first, keep);
  figures['steps before review'] = reviewed.before;
  figures['steps that left'] = reviewed.after;
  assert.ok(reviewed.before >= 40, `review shows ${reviewed.before} steps`);
  assert.ok(reviewed.after < reviewed.before, 'the cut took no step out');

  // What lies on the device now is opened for the search while its key still exists.
  const scan = new SecretScan(Object.values(SECRETS));
  for (const id of await spooledRecordings(panel)) await showSpooled(scan, panel, id);

  say('releasing, recalling, releasing');
  await release(first);
  await panel.bringToFront();
  await panel.getByRole('button', { name: 'Recall' }).first().click();
  await panel.getByText('Waits for your review').first().waitFor();
  assert.equal(wire.sent().includes('/api/uploads'), false, 'something was announced before it was released');
  const [second] = await Promise.all([
    browser.context.waitForEvent('page'),
    panel.getByRole('button', { name: 'Review' }).first().click(),
  ]);
  await measured(second);
  await release(second);
  await panel.bringToFront();

  say('waiting out the cooling time, uploading');
  await uploaded(panel);
  await keep(panel, 'uploaded');
  figures['bytes sent by the device'] = wire.sent().length;

  say('exporting');
  const data = ['--data', installation.data];
  const listed = JSON.parse(aboveboard('recordings', '--json', ...data)).recordings as {
    id: string;
    class: string;
    bytes: number;
    counts: { events: number; states: number };
  }[];
  const own = listed.filter((recording) => recording.class === 'own');
  assert.equal(own.length, 1, `${own.length} recordings of hers arrived`);
  const recording = own[0] as (typeof own)[number];
  figures['events, states in the released recording'] =
    `${recording.counts.events}, ${recording.counts.states}`;
  figures['bytes stored'] = recording.bytes;
  figures['megabytes an hour at this pace'] = ((recording.bytes / seconds) * 0.0036).toFixed(2);
  const folders = { agentnet: join(work, 'agentnet'), parquet: join(work, 'parquet') };
  const exporting = Date.now();
  for (const [format, folder] of Object.entries(folders)) {
    aboveboard('export', '--format', format, '--out', folder, recording.id, ...data);
  }
  figures['seconds for both exports with pictures'] = ((Date.now() - exporting) / 1000).toFixed(1);
  const { steps, pictures } = await checkTrajectory(folders.agentnet);
  figures['steps exported'] = steps;
  figures['pictures exported'] = pictures;

  say('searching everything for what had to stay private');
  await showExtension(scan, browser, panel);
  scan.bytes('sent by the device', wire.sent());
  scan.bytes('received by the device', wire.received());
  await showServer(scan, installation.data);
  for (const folder of Object.values(folders)) await showExport(scan, folder);
  figures['secrets planted'] = Object.keys(SECRETS).length;
  figures['secrets found'] = scan.found.size;
  figures['megabytes searched'] = (scan.scanned / 1e6).toFixed(0);
  assert.deepEqual(
    scan.findings.map(({ secret, where, spelling }) => `${secret.place} in ${where} as ${spelling}`),
    [],
  );
  return figures;
}

/** Cuts what she searched for out, masks one more thing, says that it worked. */
async function review(
  page: Page,
  keep: (page: Page, name: string) => Promise<void>,
): Promise<{ before: number; after: number }> {
  page.setDefaultTimeout(90_000);
  await page.setViewportSize({ width: 1280, height: 900 });
  const before = await measured(page);
  const steps = page.getByRole('region', { name: 'Steps' }).getByRole('listitem');
  await keep(page, 'review');
  const typed = steps.filter({ hasText: 'Type masked text' }).last();
  await typed.getByRole('button').first().click();
  await page.getByRole('button', { name: 'From here' }).click();
  await page.getByRole('button', { name: 'Next step' }).click();
  await page.getByRole('button', { name: 'Next step' }).click();
  await page.getByRole('button', { name: 'To here' }).click();
  await page.getByRole('button', { name: 'Cut this part' }).click();
  await steps.filter({ hasText: 'Click' }).first().getByRole('button').first().click();
  await page.getByRole('button', { name: 'Mask what this step acts on' }).click();
  await page.getByRole('radio', { name: 'Yes' }).check();
  const after = await measured(page);
  await keep(page, 'reviewed');
  return { before, after };
}

/** Waits until the page says what would leave; gives the number of steps in it. */
async function measured(page: Page): Promise<number> {
  await page
    .getByText('Working out what would leave')
    .waitFor({ state: 'visible' })
    .catch(() => undefined);
  const row = page.locator('dl, table').filter({ hasText: 'Size' }).filter({ hasText: 'Steps' });
  await row.waitFor();
  await page.getByText('Working out what would leave').waitFor({ state: 'hidden' });
  const text = await row.innerText();
  return Number(/Steps\s+(\d+)/.exec(text)?.[1] ?? Number.NaN);
}

async function release(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Release' }).click();
  await page.getByText('Released.').waitFor();
  await page.close();
}

async function uploaded(panel: Page): Promise<void> {
  const done = panel.getByText('Uploaded').first();
  const now = panel.getByRole('button', { name: 'Upload now' }).first();
  for (let tries = 0; tries < 240; tries++) {
    if (await done.isVisible()) return;
    if (await now.isVisible()) await now.click().catch(() => undefined);
    await panel.waitForTimeout(1000);
  }
  throw new Error('the recording was not uploaded within four minutes');
}

/** Ids of what is on the device: for the search only. */
async function spooledRecordings(panel: Page): Promise<string[]> {
  return panel.evaluate(async () => {
    const answer = await chrome.runtime.sendMessage({ command: 'view' });
    return answer.view.recordings.map((recording: { id: string }) => recording.id);
  });
}

/** What a researcher relies on: a line for each part of a task, a picture for each step, the card's words open, hers closed. */
async function checkTrajectory(folder: string): Promise<{ steps: number; pictures: number }> {
  const lines = (await readFile(join(folder, 'trajectories.jsonl'), 'utf8')).trim().split('\n');
  // One task in parts, in no order (MOV52).
  const parts = lines.map(
    (line) => JSON.parse(line) as { instruction: string; task_completed?: boolean; traj: Step[] },
  );
  for (const { instruction } of parts) assert.ok(instruction.includes(CARD_TEXT.title));
  assert.equal(parts.filter((part) => part.task_completed === true).length, 1);
  const traj = parts.flatMap((part) => part.traj);
  const codes = traj.map((step) => step.value.code);
  const ofTheCard = [CARD_TEXT.title, CARD_TEXT.text, CARD_TEXT.tag];
  for (const wanted of ofTheCard) {
    assert.ok(
      codes.some((code) => code.includes('write') && code.includes(wanted)),
      `nobody typed ${wanted}`,
    );
  }
  const own = codes.filter(
    (code) => code.includes('write') && !ofTheCard.some((text) => code.includes(text)),
  );
  assert.ok(own.length >= 2, 'her own typing is not there, as surrogates');
  assert.ok(
    !own.some((code) => Object.values(SECRETS).some(({ text }) => code.includes(text))),
    'her own words are there',
  );
  assert.ok(codes.filter((code) => code.includes('dragTo')).length >= 2, 'a drag is missing');
  assert.equal(
    codes.filter((code) => code.startsWith('browser.select_option(x=')).length,
    2,
    'two choices in native lists are two steps, where the lists were',
  );
  for (const kind of ['click', 'scroll', 'press', 'hotkey', 'doubleClick']) {
    assert.ok(
      codes.some((code) => code.includes(`.${kind}(`)),
      `no ${kind}`,
    );
  }
  for (const step of traj) {
    const path = join(folder, 'images', step.image ?? 'missing');
    const { width, height } = PNG.sync.read(await readFile(path));
    assert.ok(width >= 640 && height >= 400, `${step.image} is ${width} x ${height}`);
    assert.ok((await stat(path)).size > 2000, `${step.image} is nearly empty`);
  }
  return { steps: traj.length, pictures: (await readdir(join(folder, 'images'))).length };
}
