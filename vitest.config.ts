import { defineConfig } from 'vitest/config';

/** Tests that need a broker: started once for all of them, and only when one of them runs. */
const onKafka = ['test/kafka/*.test.ts', 'test/**/*.kafka.test.ts'];

/** Tests that need a GPU backend's device: brought once for all of them, and only when one of them runs. */
const onDevices = ['test/backend/backend-conformance.test.ts', 'test/**/*.device.test.ts'];

/** On a busy machine a broker, a browser or a device may once be too late; what is wrong is wrong twice. */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000, // a broker starts in seconds, on a busy machine in more
    pool: 'forks',
    setupFiles: ['test/support/fast-check-seed.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...onKafka, ...onDevices] } },
      {
        extends: true,
        test: {
          name: 'devices',
          retry,
          include: onDevices,
          globalSetup: ['test/support/devices-setup.ts'],
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          retry,
          include: onKafka,
          globalSetup: ['test/support/kafka-setup.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // The short form of `npm run chaos`.
        test: { name: 'chaos', retry, include: ['test/chaos/*.chaos.ts'], sequence: { groupOrder: 2 }, maxWorkers: 1 },
      },
    ],
  },
});
