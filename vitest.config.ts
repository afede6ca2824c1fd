import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Real processes, files and sockets take their time on a busy machine; nothing is measured here.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // One core is left alone otherwise; most tests wait for processes that they have started.
    maxWorkers: '100%',
  },
});
