import { defineConfig } from 'vitest/config';

/** A busy machine takes longer than the second that is usual. */
const poll = { timeout: 15_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cluster/**'],
          globalSetup: ['test/setup/tools.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: { poll },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/setup/tools.ts', 'test/setup/sandbox.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll },
          // Most of their time they wait. The machine is shared with control planes and dozens of pods: no more than this.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
