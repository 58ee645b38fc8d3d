import { InvalidOptionError } from '../errors.js';
import type { KafkaClientOptions } from '../kafka/client.js';
import { resolveConnection } from '../kafka/connection-options.js';
import { parseDuration } from '../parse-duration.js';
import type { Config } from './config-schema.js';
import type { KafkaSinkPlan, KafkaSourcePlan } from './plan.js';
import { display, displayAt, type Fault, valueAt } from './schema-faults.js';

type Source = NonNullable<Config['source']['kafka']>;
type Sink = Extract<Config['sink'], { kafka: unknown }>['kafka'];

/** ms that a member of the group may be silent: short, so that its partitions are soon taken over. */
const SESSION_TIMEOUT = 6_000;

/** ms that records are gathered before they are committed: a transaction takes about as long, and a broker that has fewer of them is faster with each. */
const MAX_WAIT = 10;

/** The Kafka parts of a plan, and all that is wrong with them or with what stands beside them. */
export function kafkaPlan(
  config: Config,
  faults: Fault[],
  written: unknown,
): { source?: KafkaSourcePlan; sink?: KafkaSinkPlan; maxWait: number } {
  const source = config.source.kafka;
  const sink = typeof config.sink === 'object' && 'kafka' in config.sink ? config.sink.kafka : undefined;
  const refuse = (path: string, why: string) => {
    const parts = path.split('.');
    if (valueAt(config, parts) !== undefined) faults.push({ path: parts, message: `must be absent: ${why}` });
  };
  const ms = (path: string, value: string | number | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise;
    try {
      return parseDuration(path, value);
    } catch (error) {
      faults.push(faultOf(path.split('.'), error, written));
      return otherwise;
    }
  };
  if (source === undefined)
    for (const option of [
      'delivery',
      'workers',
      'batch.maxWait',
      'events',
      'deadLetter.kafka',
      'onBadRecord',
      'maxBadRatio',
      'http',
    ] as const)
      if (option !== 'http' || config.http !== false) refuse(option, 'it goes with a Kafka source');
  if (source !== undefined) {
    refuse('deadLetter.file', 'what comes of a Kafka source goes to Kafka: { kafka: { topic } }');
    refuse('strict', 'it is for sources that end: see onBadRecord');
    if (config.onBadRecord === 'dead-letter' && config.deadLetter === undefined)
      faults.push({
        path: ['onBadRecord'],
        message: 'must be fail or skip, got "dead-letter": deadLetter is not given',
      });
    if (config.delivery === 'exactly-once' && sink === undefined)
      faults.push({ path: ['delivery'], message: 'must be at-least-once, got "exactly-once": the sink is not Kafka' });
    if (config.delivery === 'exactly-once' && config.state?.store === 'memory')
      faults.push({
        path: ['delivery'],
        message: 'must be at-least-once, got "exactly-once": state.store is memory, and a restart would begin it anew',
      });
    if ((config.workers ?? 1) > 1 && sink === undefined)
      faults.push({
        path: ['workers'],
        message: `must be 1, got ${config.workers}: several cannot write to one ${typeof config.sink === 'object' && 'file' in config.sink ? 'file' : 'output'}`,
      });
    const taken = new Map([[source.topic, 'source.kafka.topic']]);
    const changelog = config.state?.topic ?? `${source.groupId}-${source.topic}-changelog`;
    for (const [path, topic] of [
      ['sink.kafka.topic', sink?.topic],
      ['events.kafka.topic', config.events?.kafka.topic],
      [
        'deadLetter.kafka.topic',
        config.deadLetter && 'kafka' in config.deadLetter ? config.deadLetter.kafka.topic : undefined,
      ],
      ['state.topic', config.state?.store === 'memory' ? undefined : changelog],
    ] as const) {
      const other = topic === undefined ? undefined : taken.get(topic);
      if (other !== undefined)
        faults.push({ path: path.split('.'), message: `must be another topic than ${other}, got ${display(topic)}` });
      else if (topic !== undefined) taken.set(topic, path);
    }
    if (sink?.brokers !== undefined && String(sink.brokers) !== String(source.brokers))
      faults.push({
        path: ['sink', 'kafka', 'brokers'],
        message: 'must be absent: outputs and offsets are committed together, on the brokers of the source',
      });
  } else if (sink !== undefined && sink.brokers === undefined)
    faults.push({ path: ['sink', 'kafka'], message: 'must be given brokers' });
  const connect = (given: Source | Sink, path: string): KafkaClientOptions => {
    const { client, clientId, tls, sasl, connectTimeout, requestTimeout } = given;
    const options = {
      brokers: [given.brokers ?? []].flat(),
      ...(client && { client }),
      ...(clientId && { clientId }),
      ...(tls !== undefined && { tls }),
      ...(sasl && { sasl }),
      connectTimeout: ms(`${path}.connectTimeout`, connectTimeout, 5_000),
      requestTimeout: ms(`${path}.requestTimeout`, requestTimeout, 30_000),
    } as KafkaClientOptions;
    try {
      resolveConnection(options);
    } catch (error) {
      faults.push(
        faultOf([...path.split('.'), ...((error as InvalidOptionError).option ?? '').split('.')], error, written),
      );
    }
    return options;
  };
  return {
    ...(source && {
      source: {
        kind: 'kafka',
        connection: connect(source, 'source.kafka'),
        topic: source.topic,
        groupId: source.groupId,
        ...(source.groupInstanceId !== undefined && { groupInstanceId: source.groupInstanceId }),
        startFrom: source.startFrom ?? 'earliest',
        onGap: source.onGap ?? 'fail',
        sessionTimeout: ms('source.kafka.sessionTimeout', source.sessionTimeout, SESSION_TIMEOUT),
        maxBytesInFlight: source.maxBytesInFlight ?? 67_108_864,
        maxBatchBytes: source.maxBatchBytes ?? 33_554_432,
      },
    }),
    ...(sink && {
      sink: {
        kind: 'kafka',
        ...(source === undefined && sink.brokers !== undefined && { connection: connect(sink, 'sink.kafka') }),
        topic: sink.topic,
        compression: sink.compression ?? 'none',
      },
    }),
    maxWait: /^0(ms|s)?$/.test(String(config.batch?.maxWait))
      ? 0
      : ms('batch.maxWait', config.batch?.maxWait, MAX_WAIT),
  };
}

function faultOf(path: string[], error: unknown, written: unknown): Fault {
  if (!(error instanceof InvalidOptionError)) throw error;
  return {
    path,
    message: `must be ${error.expected}, got ${displayAt(path, valueAt(written, path) ?? error.received)}`,
  };
}
