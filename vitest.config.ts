import { defineConfig } from 'vitest/config';

/** Tests that need a broker: started once for all of them, and only when one of them runs. */
const onKafka = ['test/kafka/*.test.ts', 'test/**/*.kafka.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    pool: 'forks',
    setupFiles: ['test/support/fast-check-seed.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: onKafka } },
      {
        extends: true,
        // Not part of `npm test` until the pipeline reads Kafka: `npm run test:kafka`.
        test: {
          name: 'kafka',
          include: onKafka,
          globalSetup: ['test/support/kafka-setup.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
    ],
  },
});
