import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import { makeRelease, planFrom, type ReleaseSources } from '../../apps/cli/src/release-making.ts';
import { quietRisk } from '../../apps/cli/test/made-up-recordings.ts';
import { openTask, personOf, taskIds } from './made-up-tasks.ts';

// Builds a release of the sealed tasks of a folder and prints what it took; a process of its own, so that its memory is the build's.
const [folder = '', out = ''] = process.argv.slice(2);
const sources: ReleaseSources = {
  ids: taskIds(folder),
  open: (id) => openTask(folder, id),
  person: personOf,
};
const ask = { level: 'release' as const };
const risk = await riskOf();
mkdirSync(join(out, 'shards'), { recursive: true });
const before = process.cpuUsage();
const began = performance.now();
const {
  manifest,
  bytes: said,
  keys,
} = await makeRelease(
  sources,
  {
    secret: new Uint8Array(32).fill(7),
    ask,
    head: {
      name: 'bench',
      version: 1,
      purpose: 'model-training',
      software: { name: 'aboveboard', version: '0.1.0' },
    },
    risk,
  },
  { write: async (name, bytes) => writeFileSync(join(out, name), bytes) },
  { logged: async () => undefined, progress: () => undefined },
);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
writeFileSync(join(out, 'release.json'), said);
writeFileSync(
  `${out}.keys`,
  JSON.stringify({ format: 'aboveboard-release-keys', release: manifest.id, keys }),
);
const { tasks, steps } = manifest.counts;
const bytes = manifest.tasks.flatMap(({ shards }) => shards).reduce((sum, shard) => sum + shard.bytes, 0);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, processor: (user + system) / 1e6, megabytes, tasks, steps, bytes }));

/** What a release asks for before it is built; measuring it is `npm run bench deidentify`. Only its plan is made here, outside of the clock. */
async function riskOf() {
  const { plan } = await planFrom(sources, new Uint8Array(32).fill(7), ask, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  return {
    report,
    digest: 'b'.repeat(64),
    threshold: { naming: 0.3, linking: 0.7 },
    agreed: new Map([['a'.repeat(64), 0.35]]),
  };
}
