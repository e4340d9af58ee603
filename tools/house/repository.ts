import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The repository as text by path (`packages/tlog/src/tile.ts`), so that each check can be shown a made-up one. */
export type Repository = ReadonlyMap<string, string>;

/** What a check found: where, and what is wrong with it. */
export type Finding = { at: string; message: string };

export type Check = { name: string; run: (repository: Repository) => Finding[] };

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', 'results', 'tmp', 'vectors']);
const READ = /(\.(ts|tsx|mts|js|mjs|md)|package(-lock)?\.json)$/;

export function readRepository(root: string): Repository {
  const files = new Map<string, string>();
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith('.')) walk(path);
      } else if (READ.test(entry.name)) {
        files.set(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'));
      }
    }
  };
  walk(root);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `packages/tlog`, `apps/web`; undefined outside the workspaces. */
export function workspaceOf(path: string): string | undefined {
  return /^(?:packages|apps)\/[^/]+(?=\/)/.exec(path)?.[0];
}

export function isSource(path: string): boolean {
  return /\.(ts|tsx|mts)$/.test(path) && !path.endsWith('.d.ts');
}

/** Code that ships, as against tests, benchmarks and tools. */
export function isShipped(path: string): boolean {
  return isSource(path) && workspaceOf(path) !== undefined && !/\/(test|bench)\//.test(path);
}
