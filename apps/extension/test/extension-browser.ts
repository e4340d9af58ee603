import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const HERE = new URL('..', import.meta.url).pathname;
export const BUILT = join(HERE, '.output/chrome-mv3');
const ROOT = new URL('../../..', import.meta.url).pathname;

/** Built the way that `npm run build` does it, where a source is newer than what is there. */
export function buildExtension(): void {
  const made = join(BUILT, 'manifest.json');
  const sources = ['entrypoints', 'src', 'public', 'wxt.config.ts'].map((name) => join(HERE, name));
  const packages = [
    'capture',
    'consent',
    'dataset',
    'logbook',
    'protocol',
    'redact',
    'review',
    'tlog',
    'vault',
  ];
  sources.push(...packages.map((name) => join(ROOT, 'packages', name, 'src')));
  if (existsSync(made) && Math.max(...sources.map(newest)) < statSync(made).mtimeMs) return;
  const { status, stderr, stdout } = spawnSync('npm', ['run', 'build', '-w', '@aboveboard/extension'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The extension was not built.\n${stdout}\n${stderr}`);
}

function newest(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

/** A browser with the real built extension in it, and a profile that outlives it. */
export class ExtensionBrowser {
  readonly context: BrowserContext;
  readonly id: string;
  readonly profile: string;
  /** When `kill` did it, milliseconds since the epoch. */
  killedAt = 0;

  private constructor(context: BrowserContext, id: string, profile: string) {
    this.context = context;
    this.id = id;
    this.profile = profile;
  }

  static async launch(
    profile = mkdtempSync(join(tmpdir(), 'aboveboard-profile-')),
    built = BUILT,
    /** Device pixels to a CSS pixel. */
    ratio = 1,
  ): Promise<ExtensionBrowser> {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env['ABOVEBOARD_CHROMIUM'] ?? '/usr/bin/chromium',
      headless: false,
      viewport: { width: 1000, height: 700 },
      deviceScaleFactor: ratio,
      args: [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--disable-extensions-except=${built}`,
        `--load-extension=${built}`,
      ],
    });
    const worker =
      context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker', { timeout: 30_000 }));
    return new ExtensionBrowser(context, new URL(worker.url()).host, profile);
  }

  url(page: string): string {
    return `chrome-extension://${this.id}/${page}`;
  }

  async panel(): Promise<Page> {
    const page = await this.context.newPage();
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(this.url('panel.html'));
    return page;
  }

  /**
   * For an enrolment of a real installation (ENR27). These tests load the very build that people get, unpacked, and it has no
   * switch for this: what the browser answers is replaced in the worker that runs now, by the debugger's protocol.
   */
  async asIfInstalledByPolicy(): Promise<void> {
    const worker = this.context.serviceWorkers().at(-1) ?? (await this.context.waitForEvent('serviceworker'));
    await worker.evaluate(() => {
      const { getSelf } = chrome.management;
      const answer = async () => ({ ...(await getSelf()), installType: 'admin' as const });
      Object.assign(chrome.management, { getSelf: answer });
    });
  }

  /** Ends the worker, as Chromium does when it likes. */
  async killWorker(page: Page): Promise<void> {
    const session = await this.context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    const workers = async () => {
      const { targetInfos } = await session.send('Target.getTargets');
      return targetInfos.filter(({ type }) => type === 'service_worker').map(({ targetId }) => targetId);
    };
    const before = await workers();
    // One that is just starting is not stopped by the first word.
    for (let tries = 0; tries === 0 || (await workers()).some((id) => before.includes(id)); tries++) {
      if (tries > 100) throw new Error('The worker did not end.');
      if (tries % 5 === 0) await session.send('ServiceWorker.stopAllWorkers');
      await new Promise((resolve) => setTimeout(resolve, 20 + tries));
    }
    await session.detach();
  }

  /** What a crash or a power cut does; the profile stays. */
  async kill(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.context.once('close', () => resolve()));
    const session = await this.context.browser()?.newBrowserCDPSession();
    const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
    const browser = processInfo.find(({ type }) => type === 'browser');
    if (!browser) throw new Error('The browser did not tell its process.');
    this.killedAt = Date.now();
    process.kill(browser.id, 'SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    await this.context.close().catch(() => undefined);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
