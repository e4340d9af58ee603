import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { readSpooled } from '../apps/extension/test/spooled-recording.ts';
import { Hand } from './hand.ts';
import { type OpenedPage, startOpened } from './opened-page.ts';
import { buildUnmasked } from './unmasked-extension/unmasked-build.ts';

let page: OpenedPage;
let renderer: FrameRenderer;
beforeAll(async () => {
  page = await startOpened();
  renderer = await FrameRenderer.start({ bars: false });
});
afterAll(async () => {
  await renderer?.close();
  await page?.stop();
});

/** What the frames of a recording show as text, at its beginning and at its end, without anything between its characters. */
async function shown(extension?: string): Promise<string> {
  const browser = await ExtensionBrowser.launch(undefined, extension);
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.openAgreementFile([page.origin], {
      change(agreement) {
        for (const app of agreement.apps) app.masks.open = ['main'];
      },
    });
    await contributor.accept();
    const tab = await browser.context.newPage();
    await tab.goto(page.origin);
    await contributor.startCard();
    await tab.bringToFront();
    const hand = new Hand(tab);
    await hand.rest(2_000);
    await hand.click(tab.getByRole('button', { name: 'Go on' }));
    await hand.rest(1_500);
    const id = await contributor.stop();
    const { events, states } = await readSpooled(contributor.panel, id);
    const surface = states[0]?.surface ?? 0;
    const recording = {
      async *events() {
        yield events;
      },
      async *states() {
        yield states;
      },
    };
    const times = [states[0]?.t ?? 0, events.at(-1)?.t ?? 0];
    const wants = times.map((t) => ({ surface, t, tree: true }));
    let all = '';
    for await (const { text, tree } of renderer.render(recording, wants))
      all += `${text}\n${JSON.stringify(tree)}\n`;
    return all.toLowerCase().replace(/[\s\p{Cf}]/gu, '');
  } finally {
    await browser.close();
  }
}

const seen = (text: string) =>
  page.splits.filter(({ joined }) => text.includes(joined)).map(({ place }) => place);
const plain = (text: string) => page.plain.filter((one) => text.includes(one.replaceAll(' ', '')));

test('[MASK21] [MASK41] where an agreement opens elements, nobody is named by what is split over several', async () => {
  buildExtension();
  const text = await shown();
  expect(seen(text)).toEqual([]);
  expect(plain(text)).toEqual(page.plain);
});

test('[MASK21] [MASK41] seeded hole: with nothing that looks, all of them are there to be read', async () => {
  const text = await shown(buildUnmasked({ net: false }));
  expect(seen(text)).toEqual(page.splits.map(({ place }) => place));
});
