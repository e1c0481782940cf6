import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Patience, not a measure: a busy two-core machine computes WebGPU in software.
const slow = { testTimeout: 600_000, hookTimeout: 300_000, expect: { poll: { timeout: 120_000 } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{unit,reference,cli,gpu}/**/*.test.ts'],
          // Most of these compute in one thread: one file at a time would leave a core idle.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          ...slow,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/{components,e2e,package}/**/*.test.ts'],
          // Each file drives a real Chromium; two at once starve a two-core machine.
          fileParallelism: false,
          ...slow,
        },
      },
    ],
  },
});
