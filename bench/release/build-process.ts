import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRelease } from '../../apps/cli/src/release-making.ts';
import { keepYoungObjectsFew } from '../../apps/cli/src/young-objects.ts';
import { ask, head, releaseSecret, riskOf, sourcesIn } from './build-sources.ts';

// Builds a release of the sealed tasks of a folder and prints what it took; a process of its own, so that its memory is the build's.
const [folder = '', out = ''] = process.argv.slice(2);
keepYoungObjectsFew();
const sources = sourcesIn(folder);
const risk = await riskOf(sources);
mkdirSync(join(out, 'shards'), { recursive: true });
const before = process.cpuUsage();
const began = performance.now();
const {
  manifest,
  digest,
  bytes: said,
  keys,
} = await makeRelease(
  sources,
  { secret: releaseSecret(), ask, head, risk },
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
console.log(
  JSON.stringify({ seconds, processor: (user + system) / 1e6, megabytes, tasks, steps, bytes, digest }),
);
