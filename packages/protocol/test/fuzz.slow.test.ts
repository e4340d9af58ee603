import { describe, expect, test } from 'vitest';
import { fuzz, parsers } from './fuzz-parsers.ts';

/** At least 100,000 cases a parser. FUZZ_SEED repeats a run; a seed that found something becomes a named test. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
const CASES = Number(process.env['FUZZ_CASES'] ?? 100_000);

describe(`fuzz with seed ${seed}`, async () => {
  test.each((await parsers()).map((parser) => [parser.name, parser] as const))(
    '[REC88] %s: typed faults only, in bounded time and memory',
    async (_, parser) => {
      console.log(`${parser.name}: seed ${seed}`);
      const before = process.memoryUsage().rss;
      const { refused, slowestMs } = await fuzz(parser, seed, CASES);
      const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
      console.log(
        `${parser.name}: ${CASES} cases, ${refused} thrown, slowest ${slowestMs.toFixed(1)} ms, ${grown.toFixed(0)} MB more`,
      );
      expect(slowestMs).toBeLessThan(2000);
      expect(grown).toBeLessThan(400);
    },
  );
});
