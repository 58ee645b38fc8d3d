import type { KafkaConnectionOptions } from './connection-options.js';
import { platformaticClient } from './platformatic/client.js';
import type { KafkaClient } from './port.js';

export interface KafkaClientOptions extends KafkaConnectionOptions {
  /** Which client library carries the requests. @defaultValue 'platformatic' */
  client?: 'platformatic' | 'kafkajs';
}

/** A connection to Kafka by one of the adapters. Connects when it is first used. @throws InvalidOptionError */
export function clientOf({ client: _ = 'platformatic', ...options }: KafkaClientOptions): KafkaClient {
  return platformaticClient(options);
}
