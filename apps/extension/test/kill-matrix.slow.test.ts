import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('[SPO22] fifty rounds of a browser killed with -9 while recording', () => {
  const script = new URL('../../../e2e/kill-browser.ts', import.meta.url).pathname;
  const said = execFileSync(process.execPath, [script, '50'], { encoding: 'utf8' });
  expect(said).toContain('50 of 50 rounds held');
});
