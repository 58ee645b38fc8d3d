import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '../kafka-errors.js';
import type { KafkaProducer, ProduceBatch, ProducerOptions } from '../port.js';
import { BatchSender } from './batch-sender.js';
import { backoff, type Cluster } from './cluster.js';

let instances = 0;

/** A producer that writes each record once, however often it has to try, as long as it lives. */
export class IdempotentProducer implements KafkaProducer {
  readonly #cluster: Cluster;
  readonly #role = `produce-${++instances}`;
  readonly #sender: BatchSender;
  readonly #deliveryTimeout: number;
  #ready: Promise<void> | null = null;
  /** What was asked for in this turn of the event loop: one request holds all of it. */
  #together: { batches: ProduceBatch[]; sent: Promise<void> } | null = null;

  constructor(cluster: Cluster, { compression = 'none', deliveryTimeout = 120_000 }: ProducerOptions = {}) {
    this.#cluster = cluster;
    this.#deliveryTimeout = deliveryTimeout;
    this.#sender = new BatchSender({ cluster, role: this.#role, transactionalId: null, compression, deliveryTimeout });
  }

  produce(batches: readonly ProduceBatch[]): Promise<void> {
    if (this.#together === null) {
      const together: ProduceBatch[] = [];
      const sent = nextTurn().then(() => {
        this.#together = null;
        return this.#send(together);
      });
      this.#together = { batches: together, sent };
    }
    this.#together.batches.push(...batches);
    return this.#together.sent;
  }

  async #send(batches: readonly ProduceBatch[]): Promise<void> {
    this.#ready ??= this.#init();
    try {
      await this.#ready;
      await this.#sender.send(batches);
    } catch (error) {
      // Sequence numbers were used up by what failed: the next call begins as a new producer.
      this.#ready = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#cluster.release(this.#role);
  }

  async #init(): Promise<void> {
    const until = performance.now() + this.#deliveryTimeout;
    for (let attempt = 0; ; attempt++) {
      try {
        const { producerId, producerEpoch } = await this.#cluster.call(
          'control',
          null,
          (wire) => wire.initProducerIdV4,
          null,
          0,
          -1n,
          -1,
        );
        this.#sender.become(producerId, producerEpoch);
        return;
      } catch (error) {
        if (!(error instanceof TransportError) || !error.retriable || this.#cluster.closed || performance.now() > until)
          throw error;
        await sleep(backoff(attempt));
      }
    }
  }
}
