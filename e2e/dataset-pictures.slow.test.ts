import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { ReleaseManifest } from '@aboveboard/dataset/release/release-manifest';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import { FramePool, type PooledRenderer } from '@aboveboard/server/rendering/frame-pool';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { beforeAll, expect, it } from 'vitest';
import { makeRelease, planFrom, type ReleaseSources } from '../apps/cli/src/release-making.ts';
import { quietRisk, releasedByPeople } from '../apps/cli/test/made-up-recordings.ts';

// Whole builds with pictures, in memory: the same bytes from one browser, from three, and from some that are killed meanwhile.
const recordings = releasedByPeople(12);
const sources: ReleaseSources = {
  ids: recordings.map(({ manifest }) => manifest.id),
  open: async (id) => recordings.find(({ manifest }) => manifest.id === id) as (typeof recordings)[0],
  person: (id) => id.slice(0, 10),
};
type Built = { files: Map<string, string>; manifest: ReleaseManifest; framesASecond: number };
let one: Built;

async function built(size: number, start: () => Promise<PooledRenderer>): Promise<Built> {
  const { plan } = await planFrom(sources, new Uint8Array(32), { level: 'release' }, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  const agreed = new Map([['a'.repeat(64), 0.35]]);
  const risk = { report, digest: 'b'.repeat(64), threshold: { naming: 0.3, linking: 0.7 }, agreed };
  const software = { name: 'aboveboard', version: '0' };
  const pool = await FramePool.open(start, { size });
  const files = new Map<string, string>();
  const began = performance.now();
  try {
    const { manifest } = await makeRelease(
      sources,
      {
        secret: new Uint8Array(32).fill(3),
        ask: { level: 'release' },
        head: { name: 'drawn', version: 1, purpose: 'model-training', software, drawnBy: pool.drawnBy },
        risk,
      },
      {
        write: async (name, bytes) => void files.set(name, createHash('sha256').update(bytes).digest('hex')),
      },
      { logged: async () => undefined, progress: () => undefined, pool, atOnce: size },
    );
    const seconds = (performance.now() - began) / 1000;
    return { files, manifest, framesASecond: manifest.counts.pictures / seconds };
  } finally {
    await pool.close();
  }
}

const start = () => FrameRenderer.start({ bars: true });

beforeAll(async () => {
  one = await built(1, start);
}, 300_000);

it('[REL2] [REL48] gives the same bytes from one browser and from three', async () => {
  expect(one.manifest.counts).toMatchObject({ pictures: 36, trees: 36, gaps: { pictures: 0, trees: 0 } });
  const three = await built(3, start);
  expect([...three.files].sort()).toEqual([...one.files].sort());
  console.log(
    `frames a second: ${one.framesASecond.toFixed(1)} with one browser, ${three.framesASecond.toFixed(1)} with three`,
  );
}, 300_000);

it('[REL2] [REL47] gives the same bytes when browsers are killed by -9 while they draw', async () => {
  let begun = 0;
  const killed: number[] = [];
  /** The first three of them die at their second, third and fourth frame. */
  const mortal = async (): Promise<PooledRenderer> => {
    const before = new Set(browsers());
    const renderer = await start();
    const [pid] = browsers().filter((id) => !before.has(id));
    const n = begun++;
    return {
      drawnBy: renderer.drawnBy,
      close: () => renderer.close(),
      async *render(recording, wants) {
        let frames = 0;
        for await (const frame of renderer.render(recording, wants)) {
          yield frame;
          if (n < 3 && ++frames === n + 1 && pid !== undefined) {
            process.kill(pid, 'SIGKILL');
            killed.push(pid);
          }
        }
      },
    };
  };
  const again = await built(1, mortal);
  expect(killed.length).toBeGreaterThan(0);
  expect(begun).toBeGreaterThan(killed.length);
  expect(again.manifest.counts.gaps).toEqual({ pictures: 0, trees: 0 });
  expect([...again.files].sort()).toEqual([...one.files].sort());
}, 300_000);

/** Browsers that this process began, by their ids. */
function browsers(): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return listed
    .trim()
    .split('\n')
    .map(Number)
    .filter((id) => id > 0);
}
