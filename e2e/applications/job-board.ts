import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  html,
  json,
  type Plant,
  packageFolder,
  serveApplication,
  type TestApplication,
} from './served-application.ts';

/** Bull Board: queues of jobs, with the data that each job works on, errors, and logs. Its words are in locale files. */
export const jobBoard: TestApplication = {
  name: 'Bull Board',
  about: '@bull-board/ui, a dashboard of jobs',
  ready: 'h1, header',
  async start({ plant, day, count }) {
    const folder = join(packageFolder('@bull-board/ui'), 'dist');
    const config = JSON.stringify({
      locale: { lng: 'en-US' },
      miscLinks: [],
      pollingInterval: { showSetting: true },
    });
    const index = readFileSync(join(folder, 'index.ejs'), 'utf8')
      .replace('<%= basePath %>', '/')
      .replace('<%= title %>', 'Jobs')
      .replace('<%= favIconAlternative %>', 'static/favicon-32x32.png')
      .replace('<%= favIconDefault %>', 'static/images/logo.svg')
      .replace('<%- uiConfig %>', config)
      .replace(/<link href="https:[^>]*>/, '');
    const queues = ['first', 'second'].map((which) =>
      queue(which, plant, Date.parse(`${day}T09:30:00Z`), count),
    );
    return serveApplication({ folder }, (path) => {
      if (path === '/api/queues') return json({ queues });
      if (path === '/api/redis/stats')
        return json({
          version: '8.0',
          mode: 'standalone',
          port: 6379,
          os: 'x',
          uptime: '1',
          memory: { total: 1, used: 1, fragmentationRatio: 1, peak: 1 },
          clients: { connected: 1, blocked: 0 },
        });
      if (/\/logs$/.test(path)) return json([plant('line of a log')]);
      const job = queues[0]?.jobs[0];
      if (/^\/api\/queues\/[^/]+\/[^/]+$/.test(path) && job) return json({ job, status: 'failed' });
      return path === '/' || path.startsWith('/queue') ? html(index) : null;
    });
  },
  async tour(page, hand, plant, still) {
    await page.getByText(plant('name of the first queue')).first().waitFor();
    await still();
    await hand.click(page.locator(`a[href*="/queue/"]`).first());
    await page.getByText(plant('job of the first queue')).first().waitFor();
    await still();
    const tab = page
      .getByRole('tab', { name: 'Options' })
      .or(page.getByRole('button', { name: 'Options' }))
      .first();
    if (await tab.isVisible()) await hand.click(tab);
    await hand.click(page.getByPlaceholder(/./).first());
    await hand.type(plant('typed into the filter'));
    await still();
  },
};

function queue(which: string, plant: Plant, began: number, count: number) {
  const of = (what: string) => plant(`${what} of the ${which} queue`);
  const counts = {
    active: count,
    completed: 2 * count,
    delayed: 0,
    failed: 3 * count,
    paused: 0,
    prioritized: 0,
    waiting: 4 * count,
    'waiting-children': 0,
  };
  const job = {
    id: String(17 * count),
    timestamp: began,
    processedOn: began + 1_000 * count,
    finishedOn: began + 3_000 * count,
    progress: { step: of('progress') },
    attempts: 1,
    delay: 0,
    opts: { note: of('option') },
    failedReason: of('failure'),
    stacktrace: [`Error: ${of('failure')}\n  at ${of('stack')}`],
    data: { customer: of('customer in the data'), [of('key in the data')]: 1 },
    name: of('job'),
    returnValue: { outcome: of('outcome') },
    isFailed: true,
  };
  return {
    name: of('name'),
    description: of('description'),
    counts,
    jobs: [job],
    statuses: [
      'latest',
      'active',
      'waiting',
      'waiting-children',
      'prioritized',
      'completed',
      'failed',
      'delayed',
      'paused',
    ],
    pagination: { pageCount: 1, range: { start: 0, end: 9 } },
    readOnlyMode: false,
    allowRetries: true,
    allowCompletedRetries: true,
    isPaused: false,
    type: 'bullmq',
    delimiter: '',
    globalConcurrency: null,
    activeRateLimitTtl: 0,
    supportsGlobalRateLimit: false,
    jobSchedulerCount: 0,
    hasWorkers: true,
  };
}
