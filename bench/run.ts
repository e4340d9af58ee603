import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Benchmark, missed, table } from './report.ts';

// npm run bench NAME [-- --check]: runs bench/NAME.ts, prints its table, keeps bench/results/NAME.json.
const here = new URL('.', import.meta.url);
const known = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts' && file !== 'report.ts')
  .map((file) => file.slice(0, -3))
  .sort();
const [name, ...flags] = process.argv.slice(2);
if (!name || !known.includes(name) || flags.some((flag) => flag !== '--check')) {
  console.error(`usage: npm run bench NAME [-- --check]\nNAME is one of: ${known.join(', ')}`);
  process.exit(2);
}
const benchmark = (await import(new URL(`${name}.ts`, here).href)) as Benchmark;
const measured = await benchmark.run();
const gone = missed(benchmark.targets, measured);
const cpu = `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}`;
console.log(`${name}: node ${process.version}, ${cpu}\n${table(benchmark.targets, measured)}`);
for (const note of measured.notes ?? []) console.log(`- ${note}`);
mkdirSync(new URL('results/', here), { recursive: true });
const record = {
  name,
  node: process.version,
  cpu,
  metrics: measured.metrics,
  peers: measured.peers,
  targets: benchmark.targets,
  notes: measured.notes ?? [],
};
writeFileSync(new URL(`results/${name}.json`, here), `${JSON.stringify(record, null, 2)}\n`);
if (gone.length > 0) {
  console.log(`missed: ${gone.map((t) => `${t.metric} ${t.op} ${t.value} ${t.unit}`).join('; ')}`);
  if (flags.includes('--check')) process.exit(1);
}
