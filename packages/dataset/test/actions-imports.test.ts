import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** All files of this package that a file brings with it when it runs; imports of types alone bring nothing. */
function broughtBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*? from '(\.[^']+)';/gms);
  for (const [, path] of imports) broughtBy(join(dirname(file), path ?? ''), seen);
  return seen;
}

it('the recorder can import the reducer without importers and exporters', () => {
  const brought = [...broughtBy(join(src, 'actions.ts'))].map((file) => relative(src, file));
  expect(brought.length).toBeGreaterThan(5);
  expect(brought.filter((file) => file.includes('/'))).toEqual([]);
  expect(brought).not.toContain('environment.ts');
});
