import { defineConfig } from 'vitest/config';

/** The parts of the test suite, in the order in which `npm test` runs them; read by scripts/test.mjs too. */
export default defineConfig({
  test: {
    // Two cores: what measures waiting by events is slow there, never wrong.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/unit/support/properties.ts'],
          // What computes for long only has a share of a busy machine; a hang is a hang after three minutes, too.
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          fileParallelism: false,
          // Those that run side by side wait for brokers most of the time.
          maxConcurrency: 24,
        },
      },
      {
        extends: true,
        test: { name: 'page', include: ['test/e2e/page/**/*.test.ts'], fileParallelism: false },
      },
      {
        extends: true,
        test: {
          name: 'vscode',
          include: ['test/e2e/vscode/**/*.test.ts', 'test/e2e/story/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
