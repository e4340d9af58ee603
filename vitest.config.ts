import { defineConfig } from 'vitest/config';

// Three projects by what a test needs: nothing, a database and files, a browser.
// Browser tests run one file at a time: two Chromiums on two cores measure each other.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'packages',
          include: ['packages/*/test/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*', '**/*.slow.test.*'],
        },
      },
      {
        test: {
          name: 'apps',
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
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
