import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MASK_RULES } from '@aboveboard/redact/rules';
import { expect, test } from 'vitest';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { BUILT, buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { showSpooled } from './evidence.ts';
import { Hand } from './hand.ts';
import { startWiki } from './real-application.ts';
import { SecretScan } from './secret-scan.ts';
import { buildUnmasked, UNMASKED_NAME } from './unmasked-extension/unmasked-build.ts';
import { doTask, NEVER_TAKEN, NOTES, SECRETS } from './wiki-task.ts';

// The story asserts that no secret is anywhere. That is worth something only if the same search finds them
// where there is no mask.

test('[MASK1] seeded hole: without masks the same search finds every secret of the same task', {
  timeout: 240_000,
}, async () => {
  const wiki = await startWiki(NOTES);
  const browser = await ExtensionBrowser.launch(undefined, buildUnmasked());
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.openAgreementFile([wiki.origin]);
    await contributor.accept();
    const page = await browser.context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(wiki.origin);
    await page.getByTitle('Create a new tiddler').waitFor();
    await contributor.startCard();
    await page.bringToFront();
    const hand = new Hand(page);
    await hand.rest(1500);
    await doTask(page, hand, wiki.origin);
    const id = await contributor.stop();
    const scan = new SecretScan(Object.values(SECRETS));
    await showSpooled(scan, contributor.panel, id);
    const missed = Object.entries(SECRETS).flatMap(([name, secret]) =>
      scan.found.has(secret) ? [] : [name],
    );
    expect(missed.sort()).toEqual(Object.keys(NEVER_TAKEN).sort());
  } finally {
    await browser.close();
    await wiki.stop();
  }
});

/** Ids of masking rules in an agent: a masker that masks has them, whatever a minifier did. */
function rulesIn(folder: string): string[] {
  const agent = readFileSync(join(folder, 'agent.js'), 'utf8');
  return Object.keys(MASK_RULES).filter((rule) => /^(?:text|url|css)\./.test(rule) && agent.includes(rule));
}

test('[MASK1] what ships has the masker in it, and nothing of the test build', () => {
  buildExtension();
  const shipped = rulesIn(BUILT);
  expect(shipped).toContain('text.content');
  expect(shipped.length).toBeGreaterThan(6);
  const files = readdirSync(BUILT, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  );
  for (const file of files)
    expect(readFileSync(join(BUILT, file), 'utf8'), file).not.toContain(UNMASKED_NAME);
  const unmasked = buildUnmasked();
  expect(readFileSync(join(unmasked, 'manifest.json'), 'utf8')).toContain(UNMASKED_NAME);
  expect(rulesIn(unmasked).length).toBeLessThan(shipped.length / 2);
});

test('[MASK1] no source that ships imports what masks nothing', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folders = ['packages', 'apps'].flatMap((kind) =>
    readdirSync(join(root, kind)).flatMap((name) =>
      ['src', 'entrypoints', 'bin'].map((part) => join(root, kind, name, part)),
    ),
  );
  const sources = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|tsx|js)$/.test(name) && !name.endsWith('bare-masker.ts'))
      .map((name) => join(folder, name)),
  );
  expect(sources.length).toBeGreaterThan(200);
  const guilty = sources.filter((path) => /bare-masker|unmasked-/.test(readFileSync(path, 'utf8')));
  expect(guilty).toEqual([]);
});
