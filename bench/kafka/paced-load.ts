import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupConsumer, KafkaClient } from '../../src/kafka/port.js';
import type { Job } from './contender.js';
import { newLists, toBatches, type Workload } from './workload.js';

const perSecond = 1000;

/**
 * A thousand records a second into the source, and a reader of committed records at the sink, both in this process, so that one
 * monotonic clock times each record: from the call that hands it to the producer to the moment the reader has it.
 */
export class PacedLoad {
  /** By number of the record, by `performance.now()`; NaN where it has not come. Of records that come twice the first counts. */
  readonly sentAt: number[] = [];
  readonly cameAt: number[] = [];
  /** Records that have come, each once. */
  came = 0;
  /** Records that came again. */
  again = 0;
  readonly #client: KafkaClient;
  readonly #job: Job;
  readonly #workload: Workload;
  readonly #reader: GroupConsumer;
  readonly #ticking: Promise<void>;
  #failure: unknown = null;
  #stopped = false;

  private constructor(client: KafkaClient, job: Job, workload: Workload, reader: GroupConsumer) {
    this.#client = client;
    this.#job = job;
    this.#workload = workload;
    this.#reader = reader;
    this.#ticking = Promise.resolve().then(() => this.#tick());
    this.#ticking.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  /** Begins to send and to read. */
  static async start(client: KafkaClient, job: Job, workload: Workload): Promise<PacedLoad> {
    const reader = client.consumer({ groupId: `${job.group}-reader`, topics: [job.sink], startFrom: 'earliest' });
    const box: { load?: PacedLoad } = {};
    await reader.start({
      delivered: (delivery) => {
        const at = performance.now();
        const { records } = delivery;
        for (let i = 0; i < records.length; i++) box.load?.arrived(seqOf(records.value(i)), at);
        delivery.settle();
      },
      failed: (error) => {
        if (box.load) box.load.#failure = error;
      },
    });
    box.load = new PacedLoad(client, job, workload, reader);
    return box.load;
  }

  arrived(seq: number, at: number): void {
    if (Number.isNaN(this.cameAt[seq] ?? 0)) {
      this.cameAt[seq] = at;
      this.came++;
    } else this.again++;
  }

  /** Number of the next record to be sent. */
  get next(): number {
    return this.sentAt.length;
  }

  /** @throws the first failure of sending or reading */
  assertWell(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Sends no more, and waits until what was sent is written. */
  async pause(): Promise<void> {
    this.#stopped = true;
    await this.#ticking;
  }

  async close(): Promise<void> {
    await this.pause().finally(() => this.#reader.close());
  }

  async #tick(): Promise<void> {
    const producer = this.#client.producer();
    // As producers do: while a write is under way, what comes is gathered for the next one.
    let writing: Promise<void> | null = null;
    let [filling, other] = [newLists(), newLists()];
    const began = performance.now();
    try {
      while (!this.#stopped) {
        const due = Math.floor(((performance.now() - began) * perSecond) / 1000);
        const at = performance.now();
        while (this.next < due) {
          this.#workload.append(filling);
          this.sentAt.push(at);
          this.cameAt.push(Number.NaN);
        }
        if (writing === null && filling.some(({ count }) => count > 0)) {
          const written = filling;
          [filling, other] = [other, filling];
          writing = producer
            .produce(toBatches(this.#job.source, written))
            .catch((error: unknown) => {
              this.#failure ??= error;
            })
            .finally(() => {
              for (const list of written) list.reset();
              writing = null;
            });
        }
        await sleep(2);
      }
      await writing;
      if (filling.some(({ count }) => count > 0)) await producer.produce(toBatches(this.#job.source, filling));
    } finally {
      await producer.close();
    }
  }
}

const mark = Buffer.from('"seq":');

function seqOf(value: Uint8Array | null): number {
  const bytes = Buffer.from(value!.buffer, value!.byteOffset, value!.length);
  let seq = 0;
  for (let at = bytes.indexOf(mark) + mark.length; bytes[at]! >= 48 && bytes[at]! <= 57; at++)
    seq = seq * 10 + bytes[at]! - 48;
  return seq;
}
