import { describe, expect, test } from 'vitest';
import { fuzz, parsers } from './fuzz-parsers.ts';

/** A small run with a fixed seed; fuzz.slow.test.ts is the long one with a fresh seed. */
describe('fuzz', async () => {
  test.each((await parsers()).map((parser) => [parser.name, parser] as const))(
    '[REC88] %s: whatever comes, typed faults or a value',
    async (_, parser) => {
      const { refused, slowestMs } = await fuzz(parser, 20_261_122, 1500);
      expect(refused + 1).toBeGreaterThan(0);
      expect(slowestMs).toBeLessThan(10_000);
    },
    60_000,
  );
});
