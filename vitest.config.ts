import { defineConfig } from 'vitest/config';

// unit: no Redis, seconds, everything beside the sources. integration: real Redis and processes. e2e: the lectern command.
// containers: docker-compose and network namespaces, minutes.
// Native addons are loaded, so each test file gets a process of its own (forks).
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: '100%', // by default one processor is left idle, of two
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts', 'services/*/test/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration', include: ['tests/integration/**/*.test.ts'],
          fileParallelism: false, testTimeout: 180_000, hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'containers', include: ['tests/containers/**/*.test.ts'],
          fileParallelism: false, testTimeout: 600_000, hookTimeout: 1_200_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e', include: ['tests/e2e/**/*.test.ts'],
          fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000,
        },
      },
    ],
  },
});
