import { writeFileSync } from 'node:fs';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { buildExtension } from '../../apps/extension/test/extension-browser.ts';
import { Hand } from '../hand.ts';
import { SecretScan } from '../secret-scan.ts';
import { startTraps } from '../trap-page.ts';
import { buildUnmasked } from '../unmasked-extension/unmasked-build.ts';
import { type Measured, measureApplication, plainBrowser } from './measured-application.ts';
import { type RrwebSetting, rrwebEvents, rrwebKeeps, startRrweb } from './rrweb-visit.ts';
import { TEST_APPLICATIONS } from './test-applications.ts';

// Makes docs/masking-on-applications.md: `node e2e/applications/write-report.ts`, some seven minutes on two cores.

const SETTINGS: readonly RrwebSetting[] = ['defaults', 'maskAllInputs'];

/** What rrweb keeps of the page of traps, as the recorder's own test goes through it. */
async function rrwebOnTraps(setting: RrwebSetting): Promise<{ planted: number; kept: number }> {
  const [traps, browser] = [await startTraps(), await plainBrowser()];
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    await page.goto(traps.origin);
    await startRrweb(page, setting);
    const hand = new Hand(page);
    await hand.click(page.getByRole('button', { name: 'Go on' }));
    await hand.rest(7_000);
    const scan = new SecretScan(traps.secrets);
    scan.text('events of rrweb', await rrwebEvents(page));
    return { planted: traps.secrets.length, kept: scan.found.size };
  } finally {
    await browser.close();
    await traps.stop();
  }
}

type Row = { about: string; masked: Measured; bare: Measured; rrweb: number[] };

async function measureAll(): Promise<Row[]> {
  buildExtension();
  const unmasked = buildUnmasked();
  const renderer = await FrameRenderer.start({ bars: false });
  const rows: Row[] = [];
  try {
    for (const app of TEST_APPLICATIONS) {
      const masked = await measureApplication(app, renderer);
      const bare = await measureApplication(app, renderer, unmasked);
      const plain = await plainBrowser();
      const rrweb: number[] = [];
      for (const setting of SETTINGS) rrweb.push((await rrwebKeeps(app, plain, setting)).length);
      await plain.close();
      rows.push({ about: app.about, masked, bare, rrweb });
      console.log(`${app.name}: ${masked.kept.length} kept of ${masked.present.length}`);
    }
  } finally {
    await renderer.close();
  }
  return rows;
}

const of = (part: number, whole: number) => `${part} of ${whole}`;
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %, ${of(part, whole)}`;

function document(rows: readonly Row[], traps: readonly { planted: number; kept: number }[]): string {
  const total = (each: (row: Row) => number) => rows.reduce((sum, row) => sum + each(row), 0);
  const labels = total(({ masked }) => masked.labels);
  const told = (of: (masked: Measured) => string[]) => {
    const times = new Map<string, number>();
    for (const { masked } of rows) {
      for (const label of of(masked)) {
        const one = `${masked.application}: “${label}”`;
        times.set(one, (times.get(one) ?? 0) + 1);
      }
    }
    return [...times].map(([one, count]) => `${one} (${count})`).join(', ') || 'none';
  };
  return `# Masking on applications that others made

Made by \`node e2e/applications/write-report.ts\`; do not edit. Five applications from the npm registry
([ADR 0072](adr/0072-applications-that-masking-is-shown-on.md)), filled with made-up words, one in each place, recorded by the
built extension in Chromium while a hand goes through them. Everything that is kept is searched, decrypted, decompressed and
decoded; so are the text, the tree and the pixels of a frame that is rendered for every look at the page.

## What was planted

*There*: planted texts that stood in the page's own document at a look. *Kept*: those that are in anything stored. *Drawn*: places
where the page drew one at a look; *readable*: those where the frame of that moment shows the same letters (correlation of the
pixels with a photograph of the page, 0.8 or more, at the best shift of up to 24 by 10 pixels). *Without masks*: the same recorder
with its masker taken out, by the same search and the same eye. rrweb 2.1.6 goes the same way by itself.

| | kept | readable | without masks: kept | readable | rrweb, defaults | rrweb, maskAllInputs |
|---|---|---|---|---|---|---|
${rows
  .map(({ about, masked, bare, rrweb }) => {
    const there = masked.present.length;
    return `| ${about} | ${of(masked.kept.length, there)} | ${of(masked.plantedReadable.length, masked.plantedDrawn)} | ${of(bare.present.filter((place) => bare.kept.includes(place)).length, bare.present.length)} | ${of(bare.plantedReadable.length, bare.plantedDrawn)} | ${rrweb[0]} | ${rrweb[1]} |`;
  })
  .join('\n')}
| page of traps | 0 of ${traps[0]?.planted} ([e2e/traps.test.ts](../e2e/traps.test.ts)) | | | | ${traps[0]?.kept} | ${traps[1]?.kept} |

## Labels that stay

A label is a text that a control shows, or the name of one that shows none, at a look; it counts as the application's own if the
same application, filled with other words and figures, shows it at the same look. Nobody asks the masker. It is *in the tree* if a
node of the frame's interface tree bears it, and *legible* if the frame draws it like the page, by the same likeness and within the
same reach as above or in the box of that node. What filler pushed over the window's edge, because it wraps otherwise than the
text that it stands for, counts as not legible; each recording has other filler, so this figure varies by one or two in a hundred.

| | labels | in the tree | legible |
|---|---|---|---|
${rows
  .map(({ about, masked }) => {
    const drawn = masked.labelsDrawn;
    return `| ${about} | ${masked.labels} | ${share(masked.labels - masked.labelsMissing.length, masked.labels)} | ${share(drawn - masked.labelsIllegible.length, drawn)} |`;
  })
  .join('\n')}
| **all** | ${labels} | ${share(labels - total(({ masked }) => masked.labelsMissing.length), labels)} | ${share(
    total(({ masked }) => masked.labelsDrawn - masked.labelsIllegible.length),
    total(({ masked }) => masked.labelsDrawn),
  )} |

Not in the tree: ${told(({ labelsMissing }) => labelsMissing)}.
Not legible: ${told(({ labelsIllegible }) => labelsIllegible.map((one) => one.replace(/ [\d.]+$/, '')))}.
What is not in the tree is a label with a hole in it, whose words stay and whose hole is closed, or one that the application's server sends with its data.
`;
}

const traps = [];
for (const setting of SETTINGS) traps.push(await rrwebOnTraps(setting));
const text = document(await measureAll(), traps);
writeFileSync(new URL('../../docs/masking-on-applications.md', import.meta.url), text);
