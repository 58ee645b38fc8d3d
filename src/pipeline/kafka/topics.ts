import { EngineError } from '../../errors.js';
import { ChangelogStore } from '../../kafka/changelog-store.js';
import type { KafkaAdmin, KafkaClient } from '../../kafka/port.js';
import type { KafkaPipelinePlan } from '../plan.js';

/** A topic that the pipeline needs is not there, or is not fit for it. */
export class TopicError extends EngineError {
  readonly code = 'TOPIC';
}

export interface PipelineTopics {
  /** Partitions of the source. */
  partitions: number;
  /** Partitions of the sink, 0 where it is no topic. */
  sinkPartitions: number;
  /** Absent where the state is kept in memory alone. */
  changelog?: ChangelogStore;
}

/**
 * Looks at the topics of a plan, and makes those that it writes to where they are not there, with as many partitions as the source.
 *
 * A changelog has a partition for each of the source's. When the source was given more, keys have moved between its partitions, and
 * their state with the old ones is out of their reach: the pipeline refuses to go on, and says what can be done.
 *
 * @throws TopicError @throws ChangelogError @throws TransportError
 */
export async function prepareTopics(client: KafkaClient, plan: KafkaPipelinePlan): Promise<PipelineTopics> {
  const { admin } = client;
  const { source, sink, events, deadLetter, state } = plan;
  const described = await admin.describeTopic(source.topic);
  if (described === null)
    throw new TopicError(
      `source.kafka.topic: there is no topic ${source.topic} on ${source.connection.brokers.join(', ')}`,
    );
  const { partitions } = described;
  const replicas = state.store === 'kafka' ? state.replicationFactor : undefined;
  const sinkPartitions = sink.kind === 'kafka' ? await ensure(admin, sink.topic, partitions, replicas) : 0;
  if (events) await ensure(admin, events.topic, partitions, replicas);
  if (deadLetter) await ensure(admin, deadLetter.topic, partitions, replicas);
  if (state.store !== 'kafka') return { partitions, sinkPartitions };
  const changelog = new ChangelogStore({
    client,
    topic: state.topic,
    ...(replicas !== undefined && { replicationFactor: replicas }),
  });
  const before = await admin.describeTopic(state.topic);
  if (before !== null && before.partitions !== partitions)
    throw new TopicError(
      `${source.topic} has ${partitions} partitions and its changelog ${state.topic} ${before.partitions}: keys have moved between partitions, away from their statistics. Name another state.topic (statistics begin anew) or read a topic that has ${before.partitions}`,
    );
  await changelog.ensure(partitions);
  return { partitions, sinkPartitions, changelog };
}

async function ensure(
  admin: KafkaAdmin,
  name: string,
  partitions: number,
  replicas: number | undefined,
): Promise<number> {
  const there = await admin.describeTopic(name);
  if (there !== null) return there.partitions;
  await admin.createTopics([{ name, partitions, ...(replicas !== undefined && { replicationFactor: replicas }) }]);
  return (await admin.describeTopic(name))?.partitions ?? partitions;
}
