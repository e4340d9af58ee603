import { expect, test } from 'vitest';
import { tellRulesStory } from './rules-story.ts';

test('[GATE20][GATE22][GATE26][GATE21][RUL51][LGS44][OBJ20][OBJ21] rules that are signed, taken back, objected to and forked, in a real browser', {
  timeout: 600_000,
}, async () => {
  const figures = await tellRulesStory();
  expect(figures['objections that stopped recording']).toBe('2 of 10');
  expect(figures['what she is told after 25 hours']).toContain('longer than agreed');
  expect(figures['what she is told of the fork']).toContain('two different histories');
});
