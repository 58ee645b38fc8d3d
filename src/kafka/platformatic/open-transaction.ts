import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../errors.js';
import { StaleEpochError, TransactionOutcomeError, TransportError } from '../kafka-errors.js';
import type {
  Assignment,
  GroupConsumer,
  GroupMembership,
  PartitionOffset,
  ProduceBatch,
  Transaction,
} from '../port.js';
import { apiCodes } from './api-codes.js';
import type { BatchSender } from './batch-sender.js';
import { backoff, type Cluster } from './cluster.js';
import { commitOffsetsRequest } from './commit-offsets-request.js';
import type { ConnectionRole } from './connection-role.js';
import { endTransactionRequest } from './end-transaction-request.js';
import { fencedError } from './fenced-error.js';

type Ask = <Response>(also: readonly number[], ask: (node: number) => Promise<Response>) => Promise<Response>;

/** What a transaction needs of its producer. */
export interface TransactionContext {
  cluster: Cluster;
  role: ConnectionRole;
  sender: BatchSender;
  id: string;
  ask: Ask;
  isShort: boolean;
  ended: (state: 'ready' | 'failed') => void;
}

/** A transaction under way; by five requests, or by three where brokers add to it what is written in it (`isShort`). */
export class OpenTransaction implements Transaction {
  readonly #context: TransactionContext;
  /** Partitions and groups that were made a part of it, by name. */
  readonly #added = new Set<string>();
  /** What was asked of the coordinator before. */
  #turn: Promise<unknown> = Promise.resolve();
  #failed = false;
  #over = false;

  constructor(context: TransactionContext) {
    this.#context = context;
  }

  produce(batches: readonly ProduceBatch[]): Promise<void> {
    return this.#step(async () => {
      const full = batches.filter(({ records }) => records.count > 0);
      if (full.length === 0) return;
      const { isShort, sender } = this.#context;
      if (isShort)
        return this.#inTurn(() => {
          this.#added.add('partitions');
          return sender.send(full);
        });
      await this.#addPartitions(full);
      await sender.send(full);
    });
  }

  sendOffsets(
    consumer: GroupConsumer,
    offsets: readonly (PartitionOffset & { assignment: Assignment })[],
  ): Promise<void> {
    return this.#step(async () => {
      if (offsets.length === 0) return;
      const assignments = offsets.map(({ assignment }) => assignment);
      const commit = async (): Promise<void> => {
        const group = await consumer.membership(assignments);
        if (!this.#context.isShort) await this.#addGroup(group.groupId);
        this.#added.add(`group ${group.groupId}`);
        await this.#commitOffsets(consumer, assignments, group, offsetsByTopic(offsets));
      };
      await (this.#context.isShort ? this.#inTurn(commit) : commit());
    });
  }

  async #commitOffsets(
    consumer: GroupConsumer,
    assignments: readonly Assignment[],
    group: GroupMembership,
    list: OffsetsOfTopic[],
  ): Promise<void> {
    const { cluster, role, id, sender, isShort } = this.#context;
    const wire = await cluster.wire();
    for (let attempt = 0, member = group; ; attempt++) {
      const given = [
        id,
        member.groupId,
        sender.producerId,
        sender.producerEpoch,
        member.generationId,
        member.memberId,
        member.groupInstanceId,
        list,
      ] as const;
      try {
        await cluster.askCoordinator<unknown>(
          0,
          group.groupId,
          performance.now() + 60_000,
          [apiCodes.concurrentTransactions],
          (node) =>
            isShort
              ? cluster.send(role, node, commitOffsetsRequest(wire, ...given))
              : cluster.call(role, node, ({ txnOffsetCommitV3 }) => txnOffsetCommitV3, ...given),
        );
        return;
      } catch (error) {
        // The group is between two generations. When the partitions stay here, the next generation may commit them.
        if (!(error instanceof TransportError) || !error.apiCodes.some((code) => rebalancing.includes(code)))
          throw fencedError(error, id);
        if (error.apiCodes.includes(apiCodes.fencedInstanceId) || attempt === 100)
          throw new StaleEpochError('the group has given the partitions to another member', { cause: error });
        await sleep(backoff(Math.min(attempt, 3)));
        member = await consumer.membership(assignments);
      }
    }
  }

  async commit(): Promise<void> {
    if (this.#failed || this.#over) throw new TransportError('the transaction cannot be committed', false);
    this.#over = true;
    await this.#end(true);
  }

  async abort(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#turn;
    await this.#end(false);
    // Some of the batches may or may not be in the log: only a new epoch knows where their numbering begins.
    if (this.#failed) this.#context.ended('failed');
  }

  async #step(step: () => Promise<void>): Promise<void> {
    if (this.#over) throw new TransportError('the transaction is over', false);
    try {
      await step();
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** A coordinator adds one thing to a transaction after the other, and refuses a second one meanwhile. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(() => {
      // What is written after the end of a transaction would begin another one.
      if (this.#failed || this.#over) throw new TransportError('the transaction has failed', false);
      return step();
    });
    this.#turn = mine.catch(() => {}); // told to whoever asked for it
    return mine;
  }

  async #addGroup(groupId: string): Promise<void> {
    const { cluster, role, id, sender, ask } = this.#context;
    if (this.#added.has(`group ${groupId}`)) return;
    await ask([apiCodes.concurrentTransactions], (node) =>
      cluster.call(role, node, (wire) => wire.addOffsetsToTxnV3, id, sender.producerId, sender.producerEpoch, groupId),
    );
  }

  async #addPartitions(batches: readonly ProduceBatch[]): Promise<void> {
    const { cluster, role, id, sender, ask } = this.#context;
    const topics = new Map<string, number[]>();
    const names: string[] = [];
    for (const { topic, partition } of batches) {
      const name = `${topic}/${partition}`;
      if (this.#added.has(name) || names.includes(name)) continue;
      names.push(name);
      const list = topics.get(topic) ?? [];
      list.push(partition);
      topics.set(topic, list);
    }
    if (names.length === 0) return;
    const transaction = {
      transactionalId: id,
      producerId: sender.producerId,
      producerEpoch: sender.producerEpoch,
      verifyOnly: false,
      topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
    };
    // Right after a commit the broker is still writing its markers, for a millisecond or a few.
    await ask([apiCodes.concurrentTransactions, apiCodes.unknownTopicOrPartition], (node) =>
      cluster.call(role, node, (wire) => wire.addPartitionsToTxnV3, [transaction]),
    );
    for (const name of names) this.#added.add(name);
  }

  async #end(committed: boolean): Promise<void> {
    const { id, ended } = this.#context;
    if (this.#added.size === 0) return ended('ready');
    ended('failed');
    try {
      await this.#ask(committed);
    } catch (error) {
      if (error instanceof EngineError && error instanceof TransportError && error.apiCodes.length === 0 && committed)
        throw new TransactionOutcomeError(`the commit of ${id} was not answered: ${error.message}`, {
          cause: error,
        });
      throw error;
    }
    ended('ready');
  }

  async #ask(committed: boolean): Promise<void> {
    const { cluster, role, id, sender, ask, isShort } = this.#context;
    const wire = await cluster.wire();
    const given = [id, sender.producerId, sender.producerEpoch, committed] as const;
    if (isShort) {
      const next = await ask([apiCodes.concurrentTransactions], (node) =>
        cluster.send(role, node, endTransactionRequest(wire, ...given)),
      );
      sender.become(next.producerId, next.producerEpoch, true);
    } else
      await ask([apiCodes.concurrentTransactions], (node) =>
        cluster.call(role, node, ({ endTxnV3 }) => endTxnV3, ...given),
      );
  }
}

interface OffsetsOfTopic {
  name: string;
  partitions: {
    partitionIndex: number;
    committedOffset: bigint;
    committedLeaderEpoch: number;
    committedMetadata: null;
  }[];
}

function offsetsByTopic(offsets: readonly PartitionOffset[]): OffsetsOfTopic[] {
  const topics = new Map<string, OffsetsOfTopic>();
  for (const { topic, partition, offset } of offsets) {
    const of = topics.get(topic) ?? { name: topic, partitions: [] };
    of.partitions.push({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: null,
    });
    topics.set(topic, of);
  }
  return [...topics.values()];
}

const rebalancing: readonly number[] = [
  apiCodes.illegalGeneration,
  apiCodes.unknownMemberId,
  apiCodes.rebalanceInProgress,
  apiCodes.fencedInstanceId,
];
