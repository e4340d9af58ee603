import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Three projects by what a test needs: nothing, a database and files, a browser.
// Files mostly wait, for a browser, a database or a fixed time (two of them kept two cores half busy), so more run at a time than
// there are cores; none asserts how long it took.
const maxWorkers = Math.max(2, Math.ceil(1.5 * availableParallelism()));

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'packages',
          maxWorkers,
          // For what hangs: beside browsers a property of some hundred runs may take longer than the usual five seconds.
          testTimeout: 30_000,
          include: ['packages/*/test/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*', '**/*.slow.test.*'],
        },
      },
      {
        test: {
          name: 'apps',
          maxWorkers,
          include: ['apps/*/test/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*', '**/*.slow.test.*'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['{packages,apps}/*/test/**/*.browser.test.{ts,tsx}', 'e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.slow.test.*'],
          maxWorkers,
          // Two browsers on two cores starve each other now and then. Failing twice is failing.
          retry: process.env['CI'] ? 1 : 0,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
