import { keepKillReport } from './kill-rounds.ts';

// node e2e/kill-server.ts [--rounds N] [--seed S]: kill -9 of the server, of the database, and of both at once,
// in the middle of uploads, completions and erasures. Prints what it saw, keeps bench/results/kill-server.json,
// and exits 1 when anything acknowledged was lost or anything half written was visible.
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const rounds = option('rounds', 50);
const seed = option('seed', 1);
if (!Number.isInteger(rounds) || !Number.isInteger(seed) || rounds < 1) {
  console.error('usage: node e2e/kill-server.ts [--rounds N] [--seed S]');
  process.exit(2);
}

const reports = await keepKillReport(rounds, seed, (line) => console.log(line));
const faults = Object.values(reports).flatMap((report) => report.faults);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
