import { setTimeout as sleep } from 'node:timers/promises';
import { ProducerFencedError, TransportError } from '../kafka-errors.js';
import type { ProduceBatch } from '../port.js';
import type { CompressionName } from '../record-batch/compression.js';
import type { RecordBatchBuilder } from '../record-batch/record-batch-builder.js';
import { apiCodes } from './api-codes.js';
import { backoff, type Cluster } from './cluster.js';
import { type EncodedBatch, produceRequest } from './produce-request.js';

export interface BatchSenderOptions {
  cluster: Cluster;
  role: string;
  transactionalId: string | null;
  compression: CompressionName;
  deliveryTimeout: number;
}

interface Waiting {
  topic: string;
  partition: number;
  builder: RecordBatchBuilder;
  sequence: number;
}

/**
 * Sends record batches in order, with the sequence numbers by which the broker drops a repetition: at most one request
 * under way per partition, so that trying again can neither reorder nor repeat.
 */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #sequences = new Map<string, number>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #producerId = -1n;
  #producerEpoch = -1;
  /** Partitions that the broker has made a part of the transaction; null where it wants to be told of them before. */
  #added: Set<string> | null = null;
  #closed = false;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
  }

  get producerId(): bigint {
    return this.#producerId;
  }

  get producerEpoch(): number {
    return this.#producerEpoch;
  }

  /**
   * Goes on as another producer, or another epoch of it: sequence numbers begin again. `addsPartitions`: the broker makes the
   * partitions that are written a part of the transaction.
   */
  become(producerId: bigint, producerEpoch: number, addsPartitions = false): void {
    this.#producerId = producerId;
    this.#producerEpoch = producerEpoch;
    this.#added = addsPartitions ? new Set() : null;
    this.#sequences.clear();
  }

  /** Tries nothing again any more. */
  close(): void {
    this.#closed = true;
  }

  async send(batches: readonly ProduceBatch[]): Promise<void> {
    // Calls for the same partition take turns, in the order in which they were made.
    const names = [...new Set(batches.map(({ topic, partition }) => `${topic}/${partition}`))];
    const before = names.map((name) => this.#turns.get(name));
    const mine = Promise.allSettled(before).then(() => this.#sendAll(batches));
    const turn = mine.catch(() => {});
    for (const name of names) this.#turns.set(name, turn);
    try {
      await mine;
    } finally {
      for (const name of names) if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  async #sendAll(batches: readonly ProduceBatch[]): Promise<void> {
    const queues = new Map<string, Waiting[]>();
    for (const { topic, partition, records } of batches) {
      const name = `${topic}/${partition}`;
      let queue = queues.get(name);
      if (queue === undefined) {
        queue = [];
        queues.set(name, queue);
      }
      for (const builder of records.batches()) {
        const sequence = this.#sequences.get(name) ?? 0;
        this.#sequences.set(name, (sequence + builder.count) % 0x80000000);
        queue.push({ topic, partition, builder, sequence });
      }
    }
    // A request holds one batch of each partition, as the protocol wants; what is left goes in the next round.
    while (queues.size > 0) {
      const round: Waiting[] = [];
      for (const [name, queue] of queues) {
        const next = queue.shift();
        if (next === undefined) queues.delete(name);
        else round.push(next);
      }
      if (round.length > 0) await this.#sendRound(round);
    }
  }

  async #sendRound(round: Waiting[]): Promise<void> {
    const { cluster, role, transactionalId, compression, deliveryTimeout } = this.#options;
    const until = performance.now() + deliveryTimeout;
    const encoded = new Map<Waiting, EncodedBatch>();
    for (const waiting of round) {
      const producer = {
        producerId: this.#producerId,
        producerEpoch: this.#producerEpoch,
        baseSequence: waiting.sequence,
        transactional: transactionalId !== null,
      };
      const batch = waiting.builder.finish(producer, compression);
      encoded.set(waiting, { topic: waiting.topic, partition: waiting.partition, batch });
    }
    let left = round;
    for (let attempt = 0; left.length > 0; attempt++) {
      const byLeader = new Map<number, Waiting[]>();
      let trouble: TransportError | null = null;
      for (const waiting of left) {
        try {
          const leader = await cluster.leader(waiting.topic, waiting.partition);
          const list = byLeader.get(leader);
          if (list === undefined) byLeader.set(leader, [waiting]);
          else list.push(waiting);
        } catch (error) {
          trouble = this.#mayRetry(error, until);
        }
      }
      let busy = 0;
      const again: Waiting[] = trouble === null ? [] : left.filter((w) => ![...byLeader.values()].flat().includes(w));
      const ask = async ([leader, list]: [number, Waiting[]]): Promise<void> => {
        try {
          const request = produceRequest(
            list.map((w) => encoded.get(w)!),
            transactionalId,
            cluster.connection.requestTimeout,
            this.#added === null ? 7 : 12,
          );
          const answers = await cluster.send(role, leader, request);
          for (const { topic, partition, errorCode } of answers) {
            const waiting = list.find((w) => w.topic === topic && w.partition === partition)!;
            if (errorCode === 0 || errorCode === apiCodes.duplicateSequence) continue;
            const refused = this.#refusal(errorCode, waiting, await cluster.wire());
            trouble = this.#mayRetry(refused, until);
            if (errorCode === apiCodes.concurrentTransactions) busy++;
            else cluster.forgetLeader(topic);
            again.push(waiting);
          }
        } catch (error) {
          trouble = this.#mayRetry(error, until);
          for (const { topic } of list) cluster.forgetLeader(topic);
          again.push(...list);
        }
      };
      // A coordinator adds partitions of one request after the other; those of a second one are refused meanwhile.
      const isNew = this.#added !== null && left.some((w) => !this.#added!.has(`${w.topic}/${w.partition}`));
      if (isNew) for (const each of byLeader) await ask(each);
      else await Promise.all([...byLeader].map(ask));
      for (const { topic, partition } of left) this.#added?.add(`${topic}/${partition}`);
      left = again;
      if (left.length > 0) await sleep(left.length === busy ? Math.min(1 + attempt, 20) : backoff(attempt));
    }
  }

  /** The error itself when there is time to try again; else thrown. */
  #mayRetry(error: unknown, until: number): TransportError {
    const closed = this.#closed || this.#options.cluster.closed;
    if (!(error instanceof TransportError) || !error.retriable || closed) throw error;
    if (performance.now() > until)
      throw new TransportError(
        `not written within ${this.#options.deliveryTimeout} ms: ${error.message}`,
        true,
        error.apiCodes,
        { cause: error },
      );
    return error;
  }

  #refusal(
    code: number,
    { topic, partition, builder }: Waiting,
    wire: { protocolErrors: Wire; protocolErrorsCodesById: Record<number, string> },
  ): Error {
    if (code === apiCodes.invalidProducerEpoch || code === apiCodes.producerFenced)
      return new ProducerFencedError(
        `another producer has taken ${this.#options.transactionalId ?? 'this producer'} over`,
      );
    const id = wire.protocolErrorsCodesById[code] ?? `error ${code}`;
    const known = wire.protocolErrors[id];
    const size =
      code === apiCodes.messageTooLarge || code === apiCodes.recordListTooLarge
        ? `: ${builder.count} records of ${builder.byteLength} bytes are more than the topic's max.message.bytes`
        : '';
    const sequence = code === apiCodes.outOfOrderSequence || code === apiCodes.unknownProducerId;
    const said = `partition ${partition} of ${topic} refused a batch: ${id} (${known?.message ?? 'unknown'})${size}`;
    return new TransportError(said, known?.canRetry === true && !sequence, [code]);
  }
}

type Wire = Record<string, { message: string; canRetry: boolean } | undefined>;
