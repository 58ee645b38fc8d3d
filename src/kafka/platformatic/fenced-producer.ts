import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, InvalidOptionError } from '../../errors.js';
import { ProducerFencedError, StaleEpochError, TransactionOutcomeError, TransportError } from '../kafka-errors.js';
import type {
  Assignment,
  GroupConsumer,
  PartitionOffset,
  ProduceBatch,
  Transaction,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../port.js';
import { apiCodes } from './api-codes.js';
import { BatchSender } from './batch-sender.js';
import { backoff, type Cluster } from './cluster.js';

let instances = 0;

/**
 * A transactional producer whose consumer offsets are fenced twice: by its transactional id, and by the generation of the
 * group and the member's id (TxnOffsetCommit from version 3 on).
 */
export class FencedProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly offsetFencing = 'generation';
  readonly #cluster: Cluster;
  readonly #role = `transaction-${++instances}`;
  readonly #sender: BatchSender;
  readonly #deliveryTimeout: number;
  readonly #transactionTimeout: number;
  #state: 'new' | 'ready' | 'open' | 'failed' | 'closed' = 'new';

  constructor(cluster: Cluster, options: TransactionalProducerOptions) {
    const { transactionalId, transactionTimeout = 60_000, compression = 'none', deliveryTimeout = 120_000 } = options;
    if (transactionalId === '') throw new InvalidOptionError('transactionalId', transactionalId, 'a name');
    this.transactionalId = transactionalId;
    this.#cluster = cluster;
    this.#deliveryTimeout = deliveryTimeout;
    this.#transactionTimeout = transactionTimeout;
    this.#sender = new BatchSender({ cluster, role: this.#role, transactionalId, compression, deliveryTimeout });
  }

  async init(): Promise<void> {
    if (this.#state === 'closed') throw new TransportError('the producer is closed', false);
    this.#state = 'failed';
    // A transaction of the one before may still be open: the broker aborts it first, and says so until it has.
    const { producerId, producerEpoch } = await this.#ask([apiCodes.concurrentTransactions], (node) =>
      this.#cluster.call(
        this.#role,
        node,
        (wire) => wire.initProducerIdV4,
        this.transactionalId,
        this.#transactionTimeout,
        -1n,
        -1,
      ),
    );
    this.#sender.become(producerId, producerEpoch);
    this.#state = 'ready';
  }

  begin(): Transaction {
    if (this.#state === 'open') throw new TransportError('a transaction is open already', false);
    if (this.#state !== 'ready') throw new TransportError('the producer needs init first', false);
    this.#state = 'open';
    return new OpenTransaction(this.#cluster, this.#role, this.#sender, this.transactionalId, this.#ask, (state) => {
      if (this.#state !== 'closed') this.#state = state;
    });
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    await this.#cluster.release(this.#role);
  }

  readonly #ask: Ask = (also, ask) =>
    this.#cluster
      .askCoordinator(1, this.transactionalId, performance.now() + this.#deliveryTimeout, also, ask)
      .catch((error: unknown) => Promise.reject(this.#name(error)));

  #name(error: unknown): unknown {
    const codes = error instanceof TransportError ? error.apiCodes : [];
    const fenced = [apiCodes.invalidProducerEpoch, apiCodes.producerFenced] as readonly number[];
    if (!codes.some((code) => fenced.includes(code))) return error;
    return new ProducerFencedError(`another producer has taken ${this.transactionalId} over`, { cause: error });
  }
}

type Ask = <Response>(also: readonly number[], ask: (node: number) => Promise<Response>) => Promise<Response>;

class OpenTransaction implements Transaction {
  readonly #cluster: Cluster;
  readonly #role: string;
  readonly #sender: BatchSender;
  readonly #id: string;
  readonly #ask: Ask;
  readonly #ended: (state: 'ready' | 'failed') => void;
  readonly #added = new Set<string>();
  readonly #groups = new Set<string>();
  #failed = false;
  #over = false;

  constructor(
    cluster: Cluster,
    role: string,
    sender: BatchSender,
    id: string,
    ask: Ask,
    ended: (state: 'ready' | 'failed') => void,
  ) {
    this.#cluster = cluster;
    this.#role = role;
    this.#sender = sender;
    this.#id = id;
    this.#ask = ask;
    this.#ended = ended;
  }

  produce(batches: readonly ProduceBatch[]): Promise<void> {
    return this.#step(async () => {
      const full = batches.filter(({ records }) => records.count > 0);
      await this.#addPartitions(full);
      await this.#sender.send(full);
    });
  }

  sendOffsets(
    consumer: GroupConsumer,
    offsets: readonly (PartitionOffset & { assignment: Assignment })[],
  ): Promise<void> {
    return this.#step(async () => {
      if (offsets.length === 0) return;
      const assignments = offsets.map(({ assignment }) => assignment);
      let group = await consumer.membership(assignments);
      if (!this.#groups.has(group.groupId)) {
        await this.#ask([apiCodes.concurrentTransactions], (node) =>
          this.#cluster.call(
            this.#role,
            node,
            (wire) => wire.addOffsetsToTxnV3,
            this.#id,
            this.#sender.producerId,
            this.#sender.producerEpoch,
            group.groupId,
          ),
        );
        this.#groups.add(group.groupId);
      }
      const topics = new Map<
        string,
        { partitionIndex: number; committedOffset: bigint; committedLeaderEpoch: number; committedMetadata: null }[]
      >();
      for (const { topic, partition, offset } of offsets) {
        const list = topics.get(topic) ?? [];
        list.push({
          partitionIndex: partition,
          committedOffset: BigInt(offset),
          committedLeaderEpoch: -1,
          committedMetadata: null,
        });
        topics.set(topic, list);
      }
      const list = [...topics].map(([name, partitions]) => ({ name, partitions }));
      for (let attempt = 0; ; attempt++) {
        try {
          await this.#cluster.askCoordinator(0, group.groupId, performance.now() + 60_000, [], (node) =>
            this.#cluster.call(
              this.#role,
              node,
              (wire) => wire.txnOffsetCommitV3,
              this.#id,
              group.groupId,
              this.#sender.producerId,
              this.#sender.producerEpoch,
              group.generationId,
              group.memberId,
              group.groupInstanceId,
              list,
            ),
          );
          return;
        } catch (error) {
          // The group is between two generations. When the partitions stay here, the next generation may commit them.
          if (!(error instanceof TransportError) || !error.apiCodes.some((code) => rebalancing.includes(code)))
            throw error;
          if (error.apiCodes.includes(apiCodes.fencedInstanceId) || attempt === 100)
            throw new StaleEpochError('the group has given the partitions to another member', { cause: error });
          await sleep(backoff(Math.min(attempt, 3)));
          group = await consumer.membership(assignments);
        }
      }
    });
  }

  async commit(): Promise<void> {
    if (this.#failed || this.#over) throw new TransportError('the transaction cannot be committed', false);
    this.#over = true;
    await this.#end(true);
  }

  async abort(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#end(false);
    // Some of the batches may or may not be in the log: only a new epoch knows where their numbering begins.
    if (this.#failed) this.#ended('failed');
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

  async #addPartitions(batches: readonly ProduceBatch[]): Promise<void> {
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
      transactionalId: this.#id,
      producerId: this.#sender.producerId,
      producerEpoch: this.#sender.producerEpoch,
      verifyOnly: false,
      topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
    };
    // Right after a commit the broker is still writing its markers, for a millisecond or a few.
    await this.#ask([apiCodes.concurrentTransactions, apiCodes.unknownTopicOrPartition], (node) =>
      this.#cluster.call(this.#role, node, (wire) => wire.addPartitionsToTxnV3, [transaction]),
    );
    for (const name of names) this.#added.add(name);
  }

  async #end(committed: boolean): Promise<void> {
    if (this.#added.size === 0 && this.#groups.size === 0) return this.#ended('ready');
    this.#ended('failed');
    try {
      await this.#ask([apiCodes.concurrentTransactions], (node) =>
        this.#cluster.call(
          this.#role,
          node,
          (wire) => wire.endTxnV3,
          this.#id,
          this.#sender.producerId,
          this.#sender.producerEpoch,
          committed,
        ),
      );
    } catch (error) {
      if (error instanceof EngineError && error instanceof TransportError && error.apiCodes.length === 0 && committed)
        throw new TransactionOutcomeError(`the commit of ${this.#id} was not answered: ${error.message}`, {
          cause: error,
        });
      throw error;
    }
    this.#ended('ready');
  }
}

const rebalancing: readonly number[] = [
  apiCodes.illegalGeneration,
  apiCodes.unknownMemberId,
  apiCodes.rebalanceInProgress,
  apiCodes.fencedInstanceId,
];
