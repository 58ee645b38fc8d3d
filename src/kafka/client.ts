import { InvalidOptionError } from '../errors.js';
import type { KafkaConnectionOptions } from './connection-options.js';
import { kafkaJsClient } from './kafkajs/client.js';
import { platformaticClient } from './platformatic/client.js';
import type { KafkaClient } from './port.js';

export interface KafkaClientOptions extends KafkaConnectionOptions {
  /** Which client library carries the requests. @defaultValue 'platformatic' */
  client?: 'platformatic' | 'kafkajs';
}

/** A connection to Kafka by one of the adapters. Connects when it is first used. @throws InvalidOptionError */
export function clientOf({ client = 'platformatic', ...options }: KafkaClientOptions): KafkaClient {
  if (client === 'platformatic') return platformaticClient(options);
  if (client === 'kafkajs') return kafkaJsClient(options);
  throw new InvalidOptionError('client', client, 'platformatic or kafkajs');
}
