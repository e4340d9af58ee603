import type { Page } from 'playwright-core';
import { Contributor } from './contributor.ts';
import { ExtensionBrowser } from './extension-browser.ts';
import { readSpooled } from './spooled-recording.ts';
import type { TestSite } from './test-site.ts';

export type KillRound = {
  seed: number;
  /** Milliseconds of work before the kill. */
  after: number;
  /** Moves done before it, and how many of them the recording holds. */
  moves: number;
  kept: number;
  /** Milliseconds between the last move that was kept and the first after it that was not; 0: all were kept. */
  lostMilliseconds: number;
  /** Parts that the recording has in the end. */
  parts: number;
  /** What is wrong with the recording afterwards; empty: it opens, in order, with the gap that says why. */
  faults: string[];
};

/**
 * One round of the kill matrix: a person works, the browser is killed with -9 at a time that the seed chose, the
 * browser starts again on the same profile, and the recording is read.
 */
export async function killRound(site: TestSite, seed: number, built?: string): Promise<KillRound> {
  const first = await ExtensionBrowser.launch(undefined, built);
  const contributor = new Contributor(await first.panel());
  await contributor.openAgreementFile([site.origin, site.frameOrigin]);
  await contributor.accept();
  const page = await first.context.newPage();
  await page.goto(site.origin);
  await contributor.startCard();
  await page.bringToFront();
  // The agent is in the page a moment after the panel says so; what she does before that is not recorded.
  await page.waitForTimeout(700);
  const after = 1500 + ((seed * 7919) % 2500);
  const done: { x: number; at: number }[] = [];
  const killed = new Promise<number>((resolve) => {
    setTimeout(() => void first.kill().then(() => resolve(first.killedAt)), after);
  });
  await workUntil(page, killed, done);
  const killedAt = await killed;

  const second = await ExtensionBrowser.launch(first.profile, built);
  try {
    const panel = await second.panel();
    const returned = new Contributor(panel);
    await panel.getByRole('heading', { name: 'Your recordings' }).waitFor();
    await panel.getByText('Waits for your review').waitFor();
    const { recordings, state } = await returned.view();
    const [recording] = recordings;
    const faults: string[] = [];
    if (state !== 'ready') faults.push(`the recorder is ${state} after the start`);
    if (recordings.length !== 1 || recording?.ended !== 'crash')
      faults.push('not one recording that says why it ended');
    const { manifest, events } = await readSpooled(panel, recording?.id ?? '');
    if (!manifest) faults.push('it has no manifest');
    if (!events.some((event) => event.kind === 'gap' && event.reason === 'recorder-stopped'))
      faults.push('no gap says so');
    if (events.some((event, i) => event.t < (events[i - 1]?.t ?? 0))) faults.push('times go back');
    const kept = new Set(events.flatMap((event) => (event.kind === 'move' ? [event.x] : [])));
    const before = done.filter(({ at }) => at <= killedAt);
    const last = before.findLastIndex(({ x }) => kept.has(x));
    const missing = before.slice(0, last + 1).filter(({ x }) => !kept.has(x)).length;
    if (missing > 0) faults.push(`${missing} moves before the last one are missing`);
    const lost = before[last + 1];
    return {
      seed,
      after,
      moves: before.length,
      kept: before.filter(({ x }) => kept.has(x)).length,
      parts: manifest?.parts.length ?? 0,
      lostMilliseconds: lost ? Math.round(killedAt - lost.at) : 0,
      faults,
    };
  } finally {
    await second.close();
  }
}

/** A move of its own place every few milliseconds, until the browser is gone. */
async function workUntil(
  page: Page,
  killed: Promise<number>,
  done: { x: number; at: number }[],
): Promise<void> {
  let gone = false;
  void killed.then(() => {
    gone = true;
  });
  for (let step = 0; !gone; step++) {
    const x = 20 + (step % 900) + Math.floor(step / 900) / 4;
    try {
      await page.mouse.move(x, 350);
    } catch {
      return;
    }
    done.push({ x, at: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
