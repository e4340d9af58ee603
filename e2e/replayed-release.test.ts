import { type DemonstrationStep, readDemonstration } from '@aboveboard/dataset/export/demonstration';
import { ExportAccount, type ExportRecording } from '@aboveboard/dataset/export/export-recording';
import { holdRecording } from '@aboveboard/dataset/held-recording';
import { surrogatedRecording } from '@aboveboard/dataset/surrogated-recording';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { renderedFrames } from '@aboveboard/server/rendering/rendered-frames';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { readSpooled } from '../apps/extension/test/spooled-recording.ts';
import { plainBrowser } from './applications/measured-application.ts';
import { Hand } from './hand.ts';
import { startWiki } from './real-application.ts';

// A task is recorded, brought to the level `release`, and what a model would be shown is done again, by its places, keys and
// texts alone, on the same application as it was before the task.

const NOTES = [{ title: '$:/DefaultTiddlers', text: '' }];
const WINDOW = { width: 1240, height: 700 };

/** What the wiki's own server has at the end: title, text and tags of all notes that it was not begun with. */
async function notesAt(origin: string): Promise<{ title: string; text: string; tags: string }[]> {
  const listed = (await (await fetch(`${origin}/recipes/default/tiddlers.json`)).json()) as {
    title: string;
  }[];
  const own = listed.map(({ title }) => title).filter((title) => !title.startsWith('$:/'));
  return Promise.all(
    own.sort().map(async (title) => {
      const answer = await fetch(`${origin}/recipes/default/tiddlers/${encodeURIComponent(title)}`);
      const { text = '', tags = '' } = (await answer.json()) as { text?: string; tags?: string };
      return { title, text, tags };
    }),
  );
}

async function recorded(): Promise<{ recording: ExportRecording; notes: object[] }> {
  const wiki = await startWiki(NOTES);
  const browser = await ExtensionBrowser.launch();
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.openAgreementFile([wiki.origin]);
    await contributor.accept();
    const page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    await page.setViewportSize(WINDOW);
    await page.goto(wiki.origin);
    await page.getByTitle('Create a new tiddler').first().waitFor();
    await contributor.startCard();
    await page.bringToFront();
    const hand = new Hand(page);
    await hand.rest(1_500);
    const tab = (name: string) => page.locator('.tc-tab-buttons button', { hasText: name }).first();
    await hand.click(page.getByTitle('Create a new tiddler').first());
    await hand.click(page.locator('input.tc-titlebar').first());
    await hand.press('Control+a');
    await hand.type('ACME');
    await hand.click(page.frameLocator('.tc-tiddler-edit-frame iframe').locator('textarea').first());
    await hand.press('Control+a');
    await hand.type('240.00 EUR');
    await hand.click(tab('Recent'));
    await hand.click(tab('More'));
    await hand.click(page.getByTitle('Confirm changes to this tiddler').first());
    await hand.click(tab('Open'));
    await hand.rest(1_500);
    const id = await contributor.stop();
    const { manifest, events, states } = await readSpooled(contributor.panel, id);
    if (!manifest) throw new Error('the recording has no end');
    const recording = {
      manifest,
      async *events() {
        yield events;
      },
      async *states() {
        yield states;
      },
    };
    return { recording, notes: await notesAt(wiki.origin) };
  } finally {
    await browser.close();
    await wiki.stop();
  }
}

/** As a dataset at `release` shows it: another person's movement, made-up text, windows of a standard size. */
async function released(
  recording: ExportRecording,
  level: 'vault' | 'release',
): Promise<DemonstrationStep[]> {
  const renderer = await FrameRenderer.start({ bars: false });
  try {
    const shown =
      level === 'vault'
        ? recording
        : await holdRecording(surrogatedRecording(recording, { salt: 'ab'.repeat(16), task: 'replayed' }));
    const sink = { write: async () => undefined, append: async () => undefined };
    const { steps } = await readDemonstration(shown, sink, new ExportAccount(), {
      frames: renderedFrames(renderer, shown, { tree: true }),
      boxes: true,
      ...(level === 'release' ? { movement: new Drawing(new Uint8Array(32).fill(7)) } : {}),
    });
    return steps;
  } finally {
    await renderer.close();
  }
}

/** Does what the steps say, and knows nothing else of the task. */
async function replay(page: Page, steps: readonly DemonstrationStep[]): Promise<void> {
  for (const { action, picture } of steps) {
    const size = picture ?? WINDOW;
    if ('at' in action || action.kind === 'drag')
      await page.setViewportSize({ width: size.width, height: size.height });
    const pixels = ({ x, y }: { x: number; y: number }) => [x * size.width, y * size.height] as const;
    if (action.kind === 'click') {
      await page.mouse.click(...pixels(action.at), { button: action.button, clickCount: action.count });
    } else if (action.kind === 'move') await page.mouse.move(...pixels(action.at));
    else if (action.kind === 'type') await page.keyboard.type(action.text);
    else if (action.kind === 'keys') {
      for (let i = 0; i < action.count; i++) await page.keyboard.press(action.keys.join('+'));
    } else if (action.kind !== 'done' && action.kind !== 'wait')
      throw new Error(`${action.kind} is not in this task`);
    await page.waitForTimeout(400);
  }
  await page.waitForTimeout(1_500);
}

const kinds = (steps: readonly DemonstrationStep[]) => steps.map(({ action }) => action.kind);
const places = (steps: readonly DemonstrationStep[]) =>
  steps.flatMap(({ action }) => (action.kind === 'click' ? [[action.at.x, action.at.y]] : []));

test('[MOV40] [MOV60] a task at `release` reaches the same end on the same application', {
  timeout: 240_000,
}, async () => {
  buildExtension();
  const { recording, notes } = await recorded();
  expect(notes).toEqual([{ title: 'ACME', text: '240.00 EUR', tags: '' }]);
  const [before, steps] = [await released(recording, 'vault'), await released(recording, 'release')];
  expect(kinds(steps)).toEqual(kinds(before));
  expect(kinds(steps).filter((kind) => kind === 'click').length).toBeGreaterThanOrEqual(7);
  // Another hand: presses are elsewhere on what was pressed, but for fields, where the place is the caret's.
  const moved = places(steps).filter(
    ([x, y], i) => x !== places(before)[i]?.[0] && y !== places(before)[i]?.[1],
  );
  expect(moved.length).toBeGreaterThanOrEqual(places(steps).length - 2);

  const browser = await plainBrowser();
  try {
    const ends: object[][] = [];
    for (const shown of [steps, steps.slice(0, -3)]) {
      const wiki = await startWiki(NOTES);
      const page = await browser.newPage({ viewport: WINDOW });
      await page.goto(wiki.origin);
      await page.getByTitle('Create a new tiddler').first().waitFor();
      await replay(page, shown);
      ends.push(await notesAt(wiki.origin));
      await page.close();
      await wiki.stop();
    }
    // Without its last steps it does not: the end is reached by what the steps say, and not by itself.
    expect(ends).toEqual([notes, [expect.objectContaining({ title: expect.stringContaining('Draft') })]]);
  } finally {
    await browser.close();
  }
});
