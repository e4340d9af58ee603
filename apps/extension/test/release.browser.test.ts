import type { Agreement } from '@aboveboard/consent/agreement';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { recipientOf } from '@aboveboard/vault/envelope';
import { openGuardianHalf, openVaultHalf } from '@aboveboard/vault/half-envelope';
import { joinHalves } from '@aboveboard/vault/key-half';
import { bucketLength, makePartSealer } from '@aboveboard/vault/part-sealing';
import { generateHybridIdentity } from 'age-encryption';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { CODE, GUARDIAN_IDENTITY, StandInServer } from './stand-in-server.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let identity: string;

beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  identity = await generateHybridIdentity();
});
afterAll(() => site?.close());

async function withServer(
  coolingMinutes: number,
  work: (server: StandInServer, browser: ExtensionBrowser, contributor: Contributor) => Promise<void>,
  change?: (agreement: Agreement) => void,
): Promise<void> {
  const recipient = await recipientOf(identity);
  const server = await StandInServer.start({
    origins: [site.origin, site.frameOrigin],
    coolingMinutes,
    recipient,
    ...(change ? { change } : {}),
  });
  const browser = await ExtensionBrowser.launch();
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.connect(server.origin, CODE);
    await contributor.accept();
    await work(server, browser, contributor);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Records a few seconds; gives the id of the recording and its review page. */
async function recorded(
  browser: ExtensionBrowser,
  contributor: Contributor,
): Promise<{ id: string; review: Page }> {
  const page = await browser.context.newPage();
  await page.goto(site.origin);
  await contributor.startCard();
  await page.bringToFront();
  await page.mouse.move(200, 100, { steps: 10 });
  await page.click('#save');
  await page.waitForTimeout(900);
  const [review] = await Promise.all([browser.context.waitForEvent('page'), contributor.press('Stop')]);
  await review.waitForURL(/review\.html#/);
  await page.close();
  return { id: new URL(review.url()).hash.slice(1), review };
}

async function release(review: Page): Promise<void> {
  await review.bringToFront();
  await review.getByRole('button', { name: 'Release' }).click();
  await review.getByText('Released.').waitFor();
}

describe('release', () => {
  test('[SPO41] a recall in the cooling time leaves no trace: the server never heard of it', () =>
    withServer(1, async (server, browser, contributor) => {
      const { id, review } = await recorded(browser, contributor);
      await release(review);
      const [released] = (await contributor.view()).recordings;
      expect(released?.state).toBe('cooling');
      expect(released?.id).not.toBe(id);
      await contributor.press('Recall');
      await contributor.panel.getByText('Waits for your review').waitFor();
      expect((await contributor.view()).recordings.map(({ state }) => state)).toEqual(['reviewing']);
      await contributor.press('Throw away');
      await contributor.press('Throw away');
      await contributor.panel.getByText('There are none on this device.').waitFor();
      expect(server.requests.filter((line) => line.includes('uploads'))).toEqual([]);
      expect(server.cookies).toEqual([]);
      const left = await contributor.panel.evaluate(async () => {
        const open = indexedDB.open('aboveboard');
        await new Promise((resolve) => {
          open.onsuccess = resolve;
        });
        const counts = ['parts', 'shelf'].map((name) =>
          open.result.transaction(name).objectStore(name).count(),
        );
        await new Promise((resolve) => setTimeout(resolve, 300));
        return counts.map((count) => count.result);
      });
      expect(left).toEqual([0, 0]);
    }));

  test('[SPO40] [SPO44] [SPO48] [UPL18] [UPL61] a release goes on after a cut and after the vault has another identity, and opens with the two halves of its key under a fresh id', () =>
    withServer(0, async (server, browser, contributor) => {
      server.cutAfter = 1;
      const { id, review } = await recorded(browser, contributor);
      await release(review);
      await contributor.panel.bringToFront();
      await contributor.panel.getByText('The server was not reached.').waitFor({ timeout: 60_000 });
      expect((await contributor.view()).recordings[0]?.state).toBe('uploading');
      server.cutAfter = Number.POSITIVE_INFINITY;
      server.gone = server.uploadRecipient;
      await contributor.press('Upload now');
      await contributor.panel.getByText('It was refused.').waitFor({ timeout: 60_000 });
      const first = server.announcement;
      const puts = server.requests.filter((line) => line.startsWith('PUT'));
      // The first part was sent once: it was there already.
      expect(puts.filter((line) => line.endsWith('/parts/0'))).toHaveLength(1);
      // As long as the server names the one that is gone nothing is sent to it in vain.
      await contributor.press('Upload now');
      await contributor.panel.getByText('It is not said yet whom').waitFor({ timeout: 60_000 });
      expect(server.requests.filter((line) => line.startsWith('PUT'))).toEqual(puts);
      const another = await generateHybridIdentity();
      server.uploadRecipient = await recipientOf(another);
      await contributor.press('Upload now');
      await contributor.panel.getByText('Uploaded').waitFor({ timeout: 60_000 });
      expect(server.complete).toBe(true);

      const { announcement } = server;
      expect(announcement?.recording).not.toBe(id);
      expect(announcement?.recording).toBe(first?.recording);
      expect(announcement?.envelopes).not.toEqual(first?.envelopes);
      for (const line of server.requests) expect(line).not.toContain(announcement?.recording);
      const released = announcement?.recording ?? '';
      const bytes = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'));
      const vault = await openVaultHalf(released, bytes(announcement?.envelopes.vault), another);
      const { half: guardian, label } = await openGuardianHalf(
        released,
        bytes(announcement?.envelopes.guardian),
        GUARDIAN_IDENTITY,
      );
      expect(label).toEqual({ week: announcement?.summary.week, card: announcement?.summary.card });
      const key = joinHalves({ vault, guardian });
      const store = new MemoryPartStore();
      for (const [index, part] of announcement?.parts.entries() ?? []) {
        const bytes = server.parts.get(index) ?? Buffer.alloc(0);
        expect(bytes.length).toBe(part.bytes);
        // Padded: its length is that of a bucket, and the seal says so.
        expect(bucketLength(bytes.length)).toBe(bytes.length);
        expect(bytes[0]).toBe(2);
        await store.put({ recording: released, index, kind: part.kind }, new Uint8Array(bytes));
      }
      const sealer = makePartSealer(key, crypto.subtle, (n) => crypto.getRandomValues(new Uint8Array(n)));
      const opened = await openRecording({ id: released, store, sealer, deflate: webDeflate });
      expect(opened.manifest).toMatchObject({ id: released, class: 'own' });
      expect(opened.manifest.counts.events).toBeGreaterThan(10);
    }));

  test('[SPO47] what would be more than the agreed network of a day waits for the next, also over the end of the worker', () =>
    withServer(
      0,
      async (server, browser, contributor) => {
        const { panel } = contributor;
        const used = (await contributor.view()).budgets?.network;
        // Setting up was counted: rules, attachments and cards came over the same connection.
        expect(used?.bytes).toBeGreaterThan(5_000);
        const { review } = await recorded(browser, contributor);
        await panel.evaluate(async () => {
          const open = indexedDB.open('aboveboard');
          await new Promise((resolve) => {
            open.onsuccess = resolve;
          });
          const network = { day: new Date().toISOString().slice(0, 10), bytes: 1_048_576 - 6_000 };
          open.result.transaction('settings', 'readwrite').objectStore('settings').put(network, 'network');
          open.result.close();
        });
        await browser.killWorker(panel);
        await release(review);
        await panel.bringToFront();
        await panel.getByText('It waits until tomorrow').waitFor({ timeout: 60_000 });
        expect(server.complete).toBe(false);
        const sent = [...server.parts.values()].reduce((sum, part) => sum + part.length, 0);
        expect(sent).toBeLessThan(6_000);
        expect(await panel.getByRole('button', { name: 'Upload now' }).count()).toBe(0);
        const after = (await contributor.view()).budgets?.network;
        expect(after?.bytes).toBeLessThanOrEqual(after?.of ?? 0);

        // Seeded hole: with the count of another day it goes.
        await panel.evaluate(async () => {
          const open = indexedDB.open('aboveboard');
          await new Promise((resolve) => {
            open.onsuccess = resolve;
          });
          const settings = open.result.transaction('settings', 'readwrite').objectStore('settings');
          settings.put({ day: '2026-01-01', bytes: 1e9 }, 'network');
          open.result.close();
          const [{ id }] = (await chrome.runtime.sendMessage({ command: 'view' })).view.recordings;
          await chrome.runtime.sendMessage({ command: 'upload-now', id });
        });
        await panel.getByText('Uploaded').waitFor({ timeout: 60_000 });
        expect(server.complete).toBe(true);
      },
      ({ budgets }) => {
        budgets.networkMegabytesPerDay = 1;
      },
    ));

  test('a code that is not known, and an address that is none, are said in a sentence and change nothing', async () => {
    const recipient = await recipientOf(identity);
    const server = await StandInServer.start({ origins: [site.origin], coolingMinutes: 0, recipient });
    const browser = await ExtensionBrowser.launch();
    try {
      const contributor = new Contributor(await browser.panel());
      await contributor.connect(server.origin, 'WRONG');
      await contributor.panel.getByText('The server does not know this code.').waitFor();
      await contributor.connect('http://elsewhere.example', CODE);
      await contributor.panel.getByText('That is not an address of a server.').waitFor();
      expect((await contributor.view()).agreement).toBe(null);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
