import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { BUILT, buildExtension } from '../apps/extension/test/extension-browser.ts';
import { type KillRound, killRound } from '../apps/extension/test/kill-round.ts';
import { buildRegrouping } from '../apps/extension/test/regrouping-build/build.ts';
import { startTestSite } from '../apps/extension/test/test-site.ts';

/**
 * The kill matrix of the browser: node e2e/kill-browser.ts [ROUNDS] [FIRST_SEED]. Every other round
 * is of a build that puts its parts together all the time (SPO13). In each round a person works, the
 * browser is killed with -9 at a time that the seed chose, and after a new start the recording must open with at
 * most a second lost. Rounds, seeds and commit are kept in bench/results/kill-browser.json; exits 1 on a fault.
 */
const LOST_AT_MOST = 1000;
const rounds = Number(process.argv[2] ?? 50);
const first = Number(process.argv[3] ?? 1);

// Of what is built now, not of what others commit meanwhile.
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
buildExtension();
const regrouping = buildRegrouping();
const site = await startTestSite();
const done: KillRound[] = [];
for (let seed = first; seed < first + rounds; seed++) {
  const round = await killRound(site, seed, seed % 2 === 0 ? regrouping : BUILT);
  done.push(round);
  const { moves, kept, parts, lostMilliseconds, faults } = round;
  console.log(
    `seed ${seed}: ${kept} of ${moves} moves in ${parts} parts, ${lostMilliseconds} ms lost${faults.length > 0 ? `; ${faults.join('; ')}` : ''}`,
  );
}
await site.close();

const lost = done.map((round) => round.lostMilliseconds).sort((a, b) => a - b);
const bad = done.filter((round) => round.faults.length > 0 || round.lostMilliseconds > LOST_AT_MOST);
const results = new URL('../bench/results/', import.meta.url);
mkdirSync(results, { recursive: true });
const record = {
  name: 'kill-browser',
  commit,
  node: process.version,
  rounds: done.length,
  firstSeed: first,
  failed: bad.map(({ seed }) => seed),
  lostMilliseconds: { median: lost[lost.length >> 1], most: lost.at(-1), allowed: LOST_AT_MOST },
  each: done,
};
writeFileSync(new URL('kill-browser.json', results), `${JSON.stringify(record, null, 2)}\n`);
console.log(`${done.length - bad.length} of ${done.length} rounds held; at most ${lost.at(-1)} ms lost`);
process.exit(bad.length > 0 ? 1 : 0);
