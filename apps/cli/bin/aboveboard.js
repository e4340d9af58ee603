#!/usr/bin/env node
// Started by whatever Node is on PATH. Aboveboard needs the Node 24 that its lockfile brings, because it runs
// its TypeScript unbuilt: an older one starts that one in its place. Plain JavaScript for Node 14 and newer.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEAST = 24;
const here = dirname(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= LEAST) {
  // What was compiled once, types stripped, is kept: the next start is faster and smaller.
  module.enableCompileCache?.();
  await import('../src/main.ts');
} else {
  const node = nodeOfLockfile(here);
  if (node === null || process.env.ABOVEBOARD_STARTED_BY === 'launcher') {
    console.error(
      `Aboveboard needs Node ${LEAST} or newer, and this is ${process.versions.node}. Run "npm ci" in its folder, which brings one.`,
    );
    process.exitCode = 1;
  } else {
    const result = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, ABOVEBOARD_STARTED_BY: 'launcher' },
    });
    process.exitCode = result.status === null ? 1 : result.status;
  }
}

/** The program of the npm package `node`, looked for in each node_modules on the way up. */
function nodeOfLockfile(folder) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (;;) {
    const path = join(folder, 'node_modules', 'node', 'bin', name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return null;
    folder = dirname(folder);
  }
}
