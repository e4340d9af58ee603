import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { makeRelay } from '@aboveboard/guardian/relay/relay';
import { makeServerLink } from '@aboveboard/guardian/relay/server-link';
import type { RelayAbout } from '@aboveboard/protocol/installation';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { areaUnderCurve, judge, type SeenBatch } from './invisibility-judge.ts';
import { runInstallations } from './invisible-installations.ts';
import { judgeVoices, runVoiced, type VoiceHoles } from './voiced-installations.ts';

// T2: who takes part must not be visible to whoever has the server and watches every cable.

const COUNT = 100;
const MEMBERS = 37;
const PERIODS = 6;
/** Four standard deviations of the area under the curve for 37 among 100, if nothing tells them apart. */
const CHANCE = 4 * Math.sqrt((COUNT + 1) / (12 * MEMBERS * (COUNT - MEMBERS)));

describe('taking part', { timeout: 400_000 }, () => {
  let server: StartedServer;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'invisible-'));
    // As root PostgreSQL is another user, and passes through here to its own folder.
    chmodSync(folder, 0o711);
    server = await startServer({
      data: join(folder, 'server'),
      demo: true,
      port: 0,
      log: makeLog('silent'),
      limits: { redemptionsPerMinute: 10_000 },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function verdict(holes: { draw?: (below: number) => number; speaksEarly?: boolean } = {}) {
    const link = makeServerLink(server.url, 60_000);
    const about = (await link.about()) as RelayAbout;
    const periodMilliseconds = about.periodSeconds * 1000;
    const clock = { now: 1_000 * periodMilliseconds };
    const batches: SeenBatch[] = [];
    const relay = makeRelay({
      most: 1_000,
      cellsPerBatch: 256,
      draw: holes.draw ?? ((below) => randomInt(below)),
      random: (length) => new Uint8Array(randomBytes(length)),
      forward(batch) {
        batches.push({ at: clock.now, bytes: batch });
        return link.forward(batch);
      },
    });
    const codes = await Promise.all(Array.from({ length: MEMBERS }, () => server.makeCode('contributor', 1)));
    const members = new Set<number>();
    while (members.size < MEMBERS) members.add(randomInt(COUNT));
    const speaksEarly = holes.speaksEarly ?? false;
    const installations = await runInstallations({
      ...{ relay, about, clock, count: COUNT, codes, members, periods: PERIODS, speaksEarly },
    });
    // The test is of something: each that takes part did get through to the server.
    expect(installations.filter(({ handle }) => handle !== null)).toHaveLength(MEMBERS);
    return judge({
      identity: server.installation.inner.relay.identity,
      batches,
      installations,
      periodMilliseconds,
    });
  }

  test('[RLY20] [RLY23] a judge with the server, its keys and every cable does no better than chance', async () => {
    for (const [way, area] of Object.entries(await verdict()))
      expect(Math.abs(area - 0.5), way).toBeLessThan(CHANCE);
  });

  test('[RLY23] seeded hole: a relay that keeps the order tells him everything', async () => {
    expect((await verdict({ draw: (below) => below - 1 }))['order']).toBeGreaterThan(0.95);
  });

  test('[RLY21] seeded hole: a device that speaks when it has something to say tells him everything', async () => {
    expect((await verdict({ speaksEarly: true }))['when it leaves']).toBeGreaterThan(0.95);
  });

  test('the judge’s measure is 1 where scores part them, 0.5 where all are alike', () => {
    expect(areaUnderCurve([3, 1, 4, 2], [true, false, true, false])).toBe(1);
    expect(areaUnderCurve([5, 5, 5], [true, false, true])).toBe(0.5);
  });
});

// T23: who objects must not be visible to whoever watches every cable.
describe('objecting in the recorder', { timeout: 400_000 }, () => {
  async function verdict(holes: VoiceHoles = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'voiced-'));
    try {
      const made = await demonstrationAgreement({
        origins: ['http://127.0.0.1:4310'],
        now: Date.now(),
        subtle: crypto.subtle,
      });
      const speakers = new Set<number>();
      while (speakers.size < MEMBERS) speakers.add(randomInt(COUNT));
      const { agreement } = made;
      const devices = await runVoiced({ folder, agreement, count: COUNT, speakers, periods: 9, holes });
      // The test is of something: each who objected was heard, and nobody else was.
      expect(devices.filter(({ receipt }) => receipt !== null)).toHaveLength(MEMBERS);
      return judgeVoices(devices);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test('[RLY40] [RLY41] [RLY43] a judge at every cable does no better than chance', async () => {
    for (const [way, area] of Object.entries(await verdict()))
      expect(Math.abs(area - 0.5), way).toBeLessThan(CHANCE);
  });

  test('[RLY40] seeded hole: a device that is silent with nothing to say tells him everything', async () => {
    expect((await verdict({ silent: true }))['how often it speaks']).toBeGreaterThan(0.95);
  });

  test('[RLY41] seeded hole: what is not padded tells him everything', async () => {
    expect(Math.abs(((await verdict({ unpadded: true }))['how much it says'] ?? 0.5) - 0.5)).toBeGreaterThan(
      0.45,
    );
  });
});
