import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import { InvalidOptionError } from '../../errors.js';
import { assignPartitions } from '../assign-partitions.js';
import { decodeSubscription, encodeAssignment, encodeSubscription, groupProtocolName } from '../group-protocol.js';
import { OffsetGapError, StaleEpochError, TransportError } from '../kafka-errors.js';
import type {
  Assignment,
  GroupConsumer,
  GroupConsumerOptions,
  GroupListener,
  GroupMembership,
  KafkaAdmin,
  PartitionLag,
  PartitionOffset,
  TopicPartition,
} from '../port.js';
import { UnreadableBatchError } from '../record-batch/unreadable-batch-error.js';
import { decompressionCap, faultKey } from './capped-codecs.js';
import { type KafkaJsConnection, kafkaJsFailure, type RawMessage } from './connection.js';
import { generationOf } from './load-kafkajs.js';
import { OwnedPartition } from './owned-partition.js';
import { recordsOfMessages } from './records-of-messages.js';

/** The consumer of kafkajs, hardened: it keeps beating while deliveries wait, keeps partitions that stay, and passes nothing over in silence. */
export class KafkaJsConsumer implements GroupConsumer {
  readonly #admin: KafkaAdmin;
  readonly #options: Required<Omit<GroupConsumerOptions, 'groupInstanceId'>>;
  readonly #consumer: Consumer;
  readonly #owned = new Map<string, OwnedPartition>();
  readonly #paused = new Set<string>();
  readonly #waiters = new Set<() => void>();
  #listener: GroupListener | null = null;
  #stable = false;
  #draining = false;
  #revoking: Promise<void> = Promise.resolve();
  #closed = false;
  #underWay = 0;
  #memberId = '';
  #generationId = -1;
  bytesInFlight = 0;

  constructor(connection: KafkaJsConnection, admin: KafkaAdmin, options: GroupConsumerOptions) {
    if (options.groupInstanceId !== undefined)
      throw new InvalidOptionError(
        'groupInstanceId',
        options.groupInstanceId,
        'absent: kafkajs has no static membership',
      );
    const sessionTimeout = options.sessionTimeout ?? 10_000;
    this.#admin = admin;
    this.#options = {
      startFrom: 'earliest',
      isolation: 'read_committed',
      onGap: 'fail',
      maxBytesInFlight: 67_108_864,
      maxBytesPerPartition: 1_048_576,
      maxBatchBytes: 33_554_432,
      maxWait: 500,
      sessionTimeout,
      heartbeatInterval: Math.floor(sessionTimeout / 3),
      rebalanceTimeout: 60_000,
      rebalanceDrain: 2_000,
      ...options,
    };
    const { groupId, maxBytesInFlight, maxBytesPerPartition, maxWait, isolation, heartbeatInterval, rebalanceTimeout } =
      this.#options;
    this.#consumer = connection.kafka().consumer({
      groupId,
      sessionTimeout,
      rebalanceTimeout,
      heartbeatInterval,
      maxBytesPerPartition,
      maxBytes: Math.max(Math.floor(maxBytesInFlight / 2), 1),
      maxWaitTimeInMs: maxWait,
      readUncommitted: isolation === 'read_uncommitted',
      allowAutoTopicCreation: false,
      partitionAssigners: [this.#assigner],
      retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 30, restartOnFailure: async () => !this.#closed },
    });
  }

  async start(listener: GroupListener): Promise<void> {
    this.#listener = listener;
    const { topics, onGap, maxBatchBytes } = this.#options;
    for (const topic of topics)
      if ((await this.#admin.describeTopic(topic)) === null)
        throw new TransportError(`topic ${topic} does not exist`, true, [3]);
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#joined(payload.memberId, payload.memberAssignment));
    this.#consumer.on(events.REBALANCING, () => {
      this.#stable = false;
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#stable = false;
      const failure = kafkaJsFailure(payload.error);
      if (payload.restart) this.#listener?.connection?.(failure);
      else this.#fail(failure);
    });
    // Markers and aborted records never come to `eachBatch`; reading passes them all the same.
    this.#consumer.on(events.END_BATCH_PROCESS, ({ payload }) => {
      const owned = this.#owned.get(nameOf(payload));
      if (payload.batchSize === 0 && owned?.started)
        owned.position = Math.max(owned.position, Number(payload.lastOffset) + 1);
    });
    try {
      await this.#consumer.connect();
      // After a gap kafkajs goes to one end by itself; it is noticed, and told, when records come from there.
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: onGap !== 'latest' });
      await decompressionCap.run(maxBatchBytes, () =>
        this.#consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 64,
          eachBatch: (payload) => this.#take(payload),
        }),
      );
    } catch (error) {
      throw kafkaJsFailure(error);
    }
    while (!this.#stable && !this.#closed) await this.#untilWoken(100);
  }

  assignments(): Assignment[] {
    return [...this.#owned.values()].map(({ assignment }) => assignment);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#paused.add(nameOf(each));
    this.#consumer.pause(listed(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#paused.delete(nameOf(each));
    this.#consumer.resume(listed(partitions.filter((each) => this.#owned.get(nameOf(each))?.started)));
  }

  seek(position: PartitionOffset): void {
    const owned = this.#owned.get(nameOf(position));
    if (owned === undefined)
      throw new StaleEpochError(`partition ${position.partition} of ${position.topic} is not held`);
    owned.seek(position.offset);
    this.#consumer.seek({ ...position, offset: String(position.offset) });
    this.#wake();
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const assignments = offsets.map((each) => {
      const owned = this.#owned.get(nameOf(each));
      if (owned === undefined) throw new StaleEpochError(`partition ${each.partition} of ${each.topic} is not held`);
      return owned.assignment;
    });
    for (let attempt = 0; ; attempt++) {
      await this.membership(assignments);
      try {
        await this.#consumer.commitOffsets(
          offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
        );
        return;
      } catch (error) {
        const failure = kafkaJsFailure(error);
        const moving =
          failure instanceof TransportError && failure.apiCodes.some((code) => [22, 25, 27].includes(code));
        if (!moving || attempt === 50) throw failure;
        await sleep(100);
      }
    }
  }

  async membership(assignments: readonly Assignment[]): Promise<GroupMembership> {
    while (!this.#closed && assignments.every(({ signal }) => !signal.aborted)) {
      if (this.#stable)
        return {
          groupId: this.#options.groupId,
          generationId: this.#generationId,
          memberId: this.#memberId,
          groupInstanceId: null,
        };
      await this.#untilWoken(100);
    }
    throw new StaleEpochError('the partition is not held any more');
  }

  lag(): PartitionLag[] {
    return [...this.#owned.values()]
      .filter(({ started }) => started)
      .map(({ topic, partition, position, endOffset }) => ({
        topic,
        partition,
        position,
        endOffset: Math.max(endOffset, position),
      }));
  }

  async close(drain = 0): Promise<void> {
    if (this.#closed) return;
    this.#draining = true;
    const until = performance.now() + drain;
    while (this.#underWay > 0 && performance.now() < until) await this.#untilWoken(until - performance.now());
    if (this.#closed) return;
    this.#closed = true;
    await this.#revoke([...this.#owned.values()], false);
    await this.#consumer.disconnect().catch(() => {}); // it has left, or the broker will notice
  }

  readonly #assigner: PartitionAssigner = ({ cluster }) => ({
    name: groupProtocolName,
    version: 2,
    assign: async ({ members }) => {
      const known = members.map(({ memberId, memberMetadata }) => decodeSubscription(memberId, memberMetadata));
      const partitions = [...new Set(known.flatMap(({ topics }) => topics))].flatMap((topic) =>
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, partition: partitionId })),
      );
      partitions.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
      return [...assignPartitions(known, partitions)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: encodeAssignment(share),
      }));
    },
    protocol: ({ topics }) => ({
      name: groupProtocolName,
      metadata: encodeSubscription(topics, [...this.#owned.values()], this.#generationId),
    }),
  });

  #joined(memberId: string, assignment: Record<string, number[]>): void {
    this.#memberId = memberId;
    this.#generationId = generationOf(memberId);
    const partitions = Object.entries(assignment).flatMap(([topic, list]) =>
      list.map((partition) => ({ topic, partition })),
    );
    const now = new Set(partitions.map(nameOf));
    const revoked = this.#revoke(
      [...this.#owned.values()].filter((owned) => !now.has(nameOf(owned))),
      false,
    );
    for (const { topic, partition } of partitions) {
      let owned = this.#owned.get(nameOf({ topic, partition }));
      if (owned === undefined) {
        owned = new OwnedPartition(
          { topic, partition, epoch: this.#generationId, consumer: this },
          (bytes, deliveries) => {
            this.bytesInFlight += bytes;
            this.#underWay += deliveries;
            if (deliveries < 0) this.#wake();
          },
        );
        this.#owned.set(nameOf(owned), owned);
        const begun = owned;
        revoked.then(() => this.#begin(begun)).catch((error: unknown) => this.#fail(error as Error));
      } else if (owned.started) {
        // It stays: kafkajs would go back to what is committed.
        this.#consumer.seek({ topic, partition, offset: String(owned.position) });
      }
      if (!owned.started || this.#paused.has(nameOf(owned))) this.#consumer.pause(listed([owned]));
    }
    this.#stable = true;
    this.#listener?.connection?.(null);
    this.#wake();
  }

  /** Takes partitions away. The listener hears of one thing after the other: what goes before what comes. */
  #revoke(gone: OwnedPartition[], lost: boolean): Promise<void> {
    for (const owned of gone) {
      this.#owned.delete(nameOf(owned));
      owned.release();
    }
    this.#wake();
    this.#revoking = this.#revoking.then(async () => {
      for (const owned of gone) {
        try {
          await this.#listener?.revoked?.(owned.assignment, lost);
        } catch (error) {
          this.#fail(error as Error);
        }
      }
    });
    return this.#revoking;
  }

  async #begin(owned: OwnedPartition): Promise<void> {
    const { signal } = owned.assignment;
    if (signal.aborted) return;
    const { groupId, startFrom } = this.#options;
    let from: number;
    try {
      from =
        (await this.#listener?.assigned?.(owned.assignment)) ??
        (await this.#admin.committedOffset(groupId, owned)) ??
        (await this.#admin.offset(owned, startFrom));
    } catch (error) {
      // It has gone while it was being taken: what failed in that is nobody's concern any more.
      if (signal.aborted) return;
      throw error;
    }
    if (signal.aborted || this.#closed) return;
    if (!owned.started) owned.start(from);
    this.#consumer.seek({ topic: owned.topic, partition: owned.partition, offset: String(owned.position) });
    if (!this.#paused.has(nameOf(owned))) this.#consumer.resume(listed([owned]));
  }

  async #take({ batch, heartbeat, resolveOffset }: EachBatchPayload): Promise<void> {
    const owned = this.#owned.get(nameOf(batch));
    if (owned === undefined || !owned.started || this.#draining || this.#closed) return;
    const { version } = owned;
    owned.endOffset = Number(batch.highWatermark);
    const fetchedOffset = Number((batch as Batch & { fetchedOffset: string | number }).fetchedOffset);
    if (fetchedOffset < owned.position) return; // fetched before a seek
    if (fetchedOffset > owned.position) {
      const said = `partition ${owned.partition} of ${owned.topic} goes on at ${fetchedOffset}, and ${owned.position} was to be read next`;
      if (this.#options.onGap === 'fail') return this.#fail(new OffsetGapError(said));
      owned.jump(fetchedOffset);
    }
    const end = Number(batch.lastOffset()) + 1;
    for (const part of partsOf(batch.messages as unknown as RawMessage[], this.#options.maxBytesPerPartition, end)) {
      await this.#room(owned, version, heartbeat);
      if (owned.version !== version || this.#closed || this.#draining) return;
      const { records, byteLength } = recordsOfMessages(part.messages);
      const settled = owned.deliver(
        { records, byteLength, nextOffset: part.nextOffset, fault: part.fault },
        (delivery) => this.#listener?.delivered(delivery),
      );
      await this.#wait(settled, heartbeat);
    }
    if (owned.version === version && owned.position === end) resolveOffset(batch.lastOffset());
  }

  /** Waits, beating, until the budget has room. */
  async #room(owned: OwnedPartition, version: number, heartbeat: () => Promise<void>): Promise<void> {
    while (this.bytesInFlight >= this.#options.maxBytesInFlight && owned.version === version && !this.#closed) {
      await this.#untilWoken(250);
      await heartbeat();
    }
  }

  /** Waits, beating, until a delivery is settled; when the group rebalances it has a little time left for that. */
  async #wait(settled: Promise<void>, heartbeat: () => Promise<void>): Promise<void> {
    let done = false;
    settled.then(() => {
      done = true;
      this.#wake();
    });
    await Promise.race([settled, sleep(0)]);
    let late = Number.POSITIVE_INFINITY;
    let reason: unknown = null;
    while (!done && !this.#closed && performance.now() < late) {
      await this.#untilWoken(Math.min(250, this.#options.heartbeatInterval));
      try {
        if (reason === null) await heartbeat();
      } catch (error) {
        reason = error;
        this.#stable = false;
        late = performance.now() + this.#options.rebalanceDrain;
      }
    }
    if (reason !== null) throw reason;
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    const listener = this.#listener;
    this.close().catch(() => {}); // what failed is told, not what came of it
    listener?.failed(kafkaErrorOr(error));
  }

  #wake(): void {
    const waiting = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiting) wake();
  }

  #untilWoken(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), Math.max(timeout, 0));
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
    });
  }
}

interface Part {
  messages: RawMessage[];
  nextOffset: number;
  fault: UnreadableBatchError | null;
}

/** Cuts the messages of a fetch into deliveries of at most `maxBytes`, faulty batches apart. */
function partsOf(messages: readonly RawMessage[], maxBytes: number, end: number): Part[] {
  const parts: Part[] = [];
  let part: Part = { messages: [], nextOffset: 0, fault: null };
  let bytes = 0;
  const cut = (nextOffset: number): void => {
    if (part.messages.length > 0) parts.push({ ...part, nextOffset });
    part = { messages: [], nextOffset: 0, fault: null };
    bytes = 0;
  };
  for (const message of messages) {
    const offset = Number(message.offset);
    if (message.key?.equals(faultKey)) {
      if (message.value === null) continue;
      cut(offset);
      const { firstOffset, lastOffsetDelta } = message.batchContext!;
      const nextOffset = Number(firstOffset) + lastOffsetDelta + 1;
      parts.push({ messages: [], nextOffset, fault: new UnreadableBatchError(message.value.toString()) });
      continue;
    }
    const size = (message.key?.length ?? 0) + (message.value?.length ?? 0) + 16;
    if (bytes + size > maxBytes) cut(offset);
    part.messages.push(message);
    bytes += size;
  }
  cut(end);
  if (parts.length > 0) parts.at(-1)!.nextOffset = end;
  return parts;
}

function kafkaErrorOr(error: Error): Error {
  return error instanceof OffsetGapError || error instanceof StaleEpochError ? error : kafkaJsFailure(error);
}

function listed(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
