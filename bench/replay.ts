import type { CDPSession, Page } from 'playwright-core';
import { serveDemo } from '../packages/review/test/demo/demo-server.ts';
import { launch } from '../packages/review/test/demo/launch.ts';
import type { Measured, Target } from './report.ts';

// An hour of made-up work on one page (seed 7, 125 pointer positions a second), opened and sought in Chromium.
export const targets: Target[] = [
  { metric: 'firstPictureMs', op: '<=', value: 500, unit: 'ms' },
  { metric: 'seekP95Ms', op: '<=', value: 100, unit: 'ms' },
];

const SEEKS = 200;
/** The peer replays from the last snapshot of its list on every seek; this many tell enough. */
const PEER_SEEKS = 30;

export async function run(): Promise<Measured> {
  const server = await serveDemo({ policy: '' });
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(600_000);
    await page.goto(`${server.origin}/?bare`);
    await page.waitForSelector('html[data-ready]');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.evaluate(async () => (await demo.bench()).makeRecording());
    const before = await heap(devtools);
    const ours = await page.evaluate(async () => (await demo.bench()).openOurs());
    const begun = await mainThread(devtools);
    const seeks = await page.evaluate(async (n) => (await demo.bench()).seekOurs(n), SEEKS);
    const cpu = (await mainThread(devtools)) - begun;
    const held = (await heap(devtools)) - before;
    await page.evaluate(async () => (await demo.bench()).forgetOurs());
    const base = await heap(devtools);
    const peerBegun = await mainThread(devtools);
    const peer = await measurePeer(page);
    const peerCpu = (await mainThread(devtools)) - peerBegun;
    const peerHeld = (await heap(devtools)) - base;
    return {
      metrics: {
        firstPictureMs: ours.firstPicture,
        seekP50Ms: percentile(seeks, 0.5),
        seekP95Ms: percentile(seeks, 0.95),
        seekMaxMs: Math.max(...seeks),
        seekCpuMs: cpu / SEEKS,
        heldMB: held / 1e6,
        readAllMs: ours.readAll,
        seekWhileReadingMs: Math.max(...ours.earlySeeks),
      },
      peers: {
        'rrweb-player': {
          firstPictureMs: peer.firstPicture,
          seekP50Ms: percentile(peer.seeks, 0.5),
          seekP95Ms: percentile(peer.seeks, 0.95),
          seekMaxMs: Math.max(...peer.seeks),
          seekCpuMs: peerCpu / PEER_SEEKS,
          heldMB: peerHeld / 1e6,
        },
      },
      notes: [
        `${ours.events} events, ${ours.items} states, ${Math.round(ours.recordingBytes / 1000)} KB of sealed parts`,
        `${ours.keys} key states in ${Math.round(ours.keyBytes / 1000)} KB; ${SEEKS} seeks, ${PEER_SEEKS} by the peer; times end with the painted frame`,
        'the peer is given its list of events ready made: reading, opening and decoding it is not counted',
        'seekCpuMs: time of the main thread a seek, the mean, which other work on the machine does not lengthen; the peer’s holds its opening as well',
        'heldMB: heap after collection, less what was there before the player; the sealed parts are in neither',
      ],
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function measurePeer(page: Page): Promise<{ firstPicture: number; seeks: number[] }> {
  return page.evaluate(async (n) => (await demo.bench()).measurePeer(n), PEER_SEEKS);
}

async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}

/** CPU milliseconds of the page's main thread. */
async function mainThread(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
