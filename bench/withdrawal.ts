import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { About } from '@aboveboard/protocol/installation';
import type { ShownLineage } from '@aboveboard/protocol/lineage';
import { makeLog } from '@aboveboard/server/log';
import { startServer } from '@aboveboard/server/start';
import { Client, makeRecording } from '../apps/server/test/device.ts';
import type { Measured, Target } from './report.ts';

/** One contributor takes everything back that is in ten releases: until all are superseded, in the log, and their holder is told. */
export const targets: Target[] = [
  { metric: 'withdrawal from 10 releases until told', op: '<=', value: 60, unit: 's' },
];

const RELEASES = 10;
const HERS = 50;
const OTHERS = 1_000;

export async function run(): Promise<Measured> {
  const root = mkdtempSync(join(tmpdir(), 'aboveboard-bench-'));
  // As root, PostgreSQL runs as another user, who must get in.
  chmodSync(root, 0o711);
  const server = await startServer({
    ...{ data: join(root, 'data'), demo: true, port: 0, log: makeLog('silent') },
    limits: { requestsPerSecond: 10_000 },
  });
  try {
    const her = await Client.redeem(server.url, server.codes.contributor ?? '');
    const researcher = await Client.redeem(server.url, server.codes.researcher ?? '');
    const ids: string[] = [];
    for (let i = 0; i < HERS; i++) {
      const recording = await makeRecording(server.about as About);
      await her.upload(recording);
      ids.push(recording.manifest.id);
    }
    const { releases } = server.installation;
    const digest = () => randomBytes(32).toString('hex');
    const other = () => randomBytes(16).toString('base64url');
    for (let i = 0; i < RELEASES; i++) {
      const recordings = [...ids, ...Array.from({ length: OTHERS }, other)];
      const head = { name: `release-${i}`, version: 1, purpose: 'model-training', grant: null };
      await releases.enter({ ...head, release: digest(), by: 'researcher:command', recordings });
    }
    const began = performance.now();
    await her.call('POST', '/api/my/recordings/erasure', { recordings: ids });
    const erased = performance.now();
    for (;;) {
      const { body } = await researcher.call<ShownLineage>('GET', '/api/releases');
      if (body.releases.every(({ holders }) => holders.every(({ toldOn }) => toldOn !== null))) break;
    }
    const told = performance.now();
    return {
      metrics: {
        'withdrawal from 10 releases until told': (told - began) / 1000,
        'of that until erased and marked (s)': (erased - began) / 1000,
      },
      peers: {},
      notes: [
        `${RELEASES} releases of ${OTHERS + HERS} recordings, ${HERS} of them hers; demonstration, no witnesses`,
      ],
    };
  } finally {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
