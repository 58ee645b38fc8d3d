import type { TestProject } from 'vitest/node';
import {
  type KafkaSecurity,
  kafkaVersions,
  missingForKafka,
  type RunningKafka,
  startKafka,
} from '../../scripts/kafka/broker.mjs';

/** A broker that the tests may use. */
export interface KafkaUnderTest {
  version: string;
  brokers: string[];
  /** Null for a broker that was there before. */
  security: KafkaSecurity | null;
}

declare module 'vitest' {
  export interface ProvidedContext {
    kafka: KafkaUnderTest[];
  }
}

/**
 * Starts one broker of each version for the whole run, or takes those of KAFKA_BROKERS. Where Java or Maven is missing
 * the tests are skipped, and say so; not so under CI, where that is a failure.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.KAFKA_BROKERS;
  if (given) {
    project.provide('kafka', [{ version: 'of KAFKA_BROKERS', brokers: given.split(','), security: null }]);
    return undefined;
  }
  const missing = missingForKafka();
  if (missing !== null) {
    if (process.env.CI) throw new Error(missing);
    console.warn(`the Kafka tests are skipped: ${missing}`);
    project.provide('kafka', []);
    return undefined;
  }
  const versions = process.env.KAFKA_VERSIONS?.split(',') ?? [...kafkaVersions];
  const started: RunningKafka[] = await Promise.all(versions.map((version) => startKafka({ version, secure: true })));
  project.provide(
    'kafka',
    started.map(({ version, brokers, security }) => ({ version, brokers, security })),
  );
  return async () => {
    await Promise.all(started.map((kafka) => kafka.stop()));
  };
}
