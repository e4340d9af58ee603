import { expect, test } from 'vitest';
import { tellStory } from './whole-way.ts';
import { NEVER_TAKEN, SECRETS } from './wiki-task.ts';

test('[MASK1][SPO1] the whole way from opting in to an export leaves no secret anywhere', {
  timeout: 240_000,
}, async () => {
  const figures = await tellStory();
  expect(figures['secrets planted']).toBe(Object.keys(SECRETS).length);
  // The same search finds them where nothing is masked (unmasked.test.ts).
  expect(Object.keys(NEVER_TAKEN).length).toBeLessThan(Object.keys(SECRETS).length / 10);
  expect(figures['secrets found']).toBe(0);
});
