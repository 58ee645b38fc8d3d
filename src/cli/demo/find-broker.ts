import { existsSync } from 'node:fs';
import { EngineError } from '../../errors.js';

/** A broker for the demonstration, and how to be done with it. */
interface FoundBroker {
  brokers: string[];
  /** Whether others may use it too: then what is made there is to be removed. */
  isShared: boolean;
  stop(): Promise<void>;
}

/** What is used of `scripts/kafka/broker.mjs`, which is there in a checkout and not in the package. */
interface BrokerScript {
  missingForKafka(): string | null;
  startKafka(options: { heap: string }): Promise<{ version: string; brokers: string[]; stop(): Promise<void> }>;
}

/** There is no broker for the demonstration. */
class NoBrokerError extends EngineError {
  readonly code = 'NO_BROKER';
}

const SCRIPT = new URL('../../../../scripts/kafka/broker.mjs', import.meta.url);

/**
 * The brokers that `KAFKA_BROKERS` names; without it, in a checkout of the repository, one that is started from Maven's jars.
 * @throws NoBrokerError when there is neither
 */
export async function findBroker(
  env: Readonly<Record<string, string | undefined>>,
  say: (words: string) => void,
  script = SCRIPT,
): Promise<FoundBroker> {
  const named = (env.KAFKA_BROKERS ?? '').split(',').filter((broker) => broker !== '');
  if (named.length > 0) return { brokers: named, isShared: true, stop: async () => {} };
  const wanted = 'name one in KAFKA_BROKERS, as KAFKA_BROKERS=localhost:9092 streamnorm demo --kafka';
  if (!existsSync(script)) throw new NoBrokerError(`there is no broker: ${wanted}`);
  const { missingForKafka, startKafka } = (await import(script.href)) as BrokerScript;
  const missing = missingForKafka();
  if (missing !== null) throw new NoBrokerError(`there is no broker: ${wanted}, or have one started here: ${missing}`);
  say('starting Apache Kafka …');
  const { version, brokers, stop } = await startKafka({ heap: '384m' });
  say(`Apache Kafka ${version} at ${brokers.join(', ')}`);
  return { brokers, isShared: false, stop };
}
