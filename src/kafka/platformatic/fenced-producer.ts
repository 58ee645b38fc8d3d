import { InvalidOptionError } from '../../errors.js';
import { StaleEpochError, TransportError } from '../kafka-errors.js';
import type { Transaction, TransactionalProducer, TransactionalProducerOptions } from '../port.js';
import { apiCodes } from './api-codes.js';
import { BatchSender } from './batch-sender.js';
import type { Cluster } from './cluster.js';
import type { ConnectionRole } from './connection-role.js';
import { fencedError } from './fenced-error.js';
import { finalizedFeatures } from './finalized-features.js';
import { OpenTransaction, type TransactionContext } from './open-transaction.js';

/**
 * A transactional producer whose consumer offsets are fenced twice: by its transactional id, and by the generation of the
 * group and the member's id (TxnOffsetCommit from version 3 on).
 *
 * Where the brokers have agreed on `transaction.version` 2 (KIP-890, the default since 4.0) a transaction is three requests
 * instead of five, for they add to it what is written themselves, and each has an epoch of its own, so that nothing that
 * comes late can get into the next one.
 */
export class FencedProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly offsetFencing = 'generation';
  readonly #cluster: Cluster;
  readonly #role: ConnectionRole;
  readonly #sender: BatchSender;
  readonly #deliveryTimeout: number;
  readonly #transactionTimeout: number;
  /** Whether brokers add to a transaction what is written in it. */
  #isShort = false;
  #state: 'new' | 'ready' | 'open' | 'failed' | 'closed' = 'new';

  constructor(cluster: Cluster, options: TransactionalProducerOptions) {
    const { transactionalId, transactionTimeout = 60_000, compression = 'none', deliveryTimeout = 120_000 } = options;
    if (transactionalId === '') throw new InvalidOptionError('transactionalId', transactionalId, 'a name');
    this.transactionalId = transactionalId;
    this.#cluster = cluster;
    this.#role = cluster.transactionRoles.take();
    this.#deliveryTimeout = deliveryTimeout;
    this.#transactionTimeout = transactionTimeout;
    this.#sender = new BatchSender({ cluster, role: this.#role, transactionalId, compression, deliveryTimeout });
  }

  async init(signal?: AbortSignal): Promise<void> {
    if (this.#state === 'closed') throw new TransportError('the producer is closed', false);
    this.#state = 'failed';
    const features = await this.#ask([], (node) => this.#cluster.send(this.#role, node, finalizedFeatures));
    // A transaction of the one before may still be open: the broker aborts it first, and says so until it has.
    const { producerId, producerEpoch } = await this.#ask([apiCodes.concurrentTransactions], (node) => {
      if (signal?.aborted) throw new StaleEpochError(`${this.transactionalId} has another owner by now`);
      return this.#cluster.call(
        this.#role,
        node,
        (wire) => wire.initProducerIdV4,
        this.transactionalId,
        this.#transactionTimeout,
        -1n,
        -1,
      );
    });
    this.#isShort = (features.get('transaction.version') ?? 0) >= 2;
    this.#sender.become(producerId, producerEpoch, this.#isShort);
    this.#state = 'ready';
  }

  begin(): Transaction {
    if (this.#state === 'open') throw new TransportError('a transaction is open already', false);
    if (this.#state !== 'ready') throw new TransportError('the producer needs init first', false);
    this.#state = 'open';
    const transaction = new OpenTransaction({
      cluster: this.#cluster,
      role: this.#role,
      sender: this.#sender,
      id: this.transactionalId,
      ask: this.#ask,
      isShort: this.#isShort,
      ended: (state) => {
        if (this.#state !== 'closed') this.#state = state;
      },
    });
    return transaction;
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#sender.close();
    await this.#cluster.transactionRoles.giveBack(this.#role);
  }

  readonly #ask: TransactionContext['ask'] = (also, ask) =>
    this.#cluster
      .askCoordinator(1, this.transactionalId, performance.now() + this.#deliveryTimeout, also, (node) => {
        if (this.#state === 'closed') throw new TransportError('the producer is closed', false);
        return ask(node);
      })
      .catch((error: unknown) => Promise.reject(fencedError(error, this.transactionalId)));
}
