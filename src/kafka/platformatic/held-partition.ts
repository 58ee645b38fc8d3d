import type { Assignment, Delivery, FetchTimes, GroupConsumer, TopicPartition } from '../port.js';
import type { RecordBatchReader } from '../record-batch/record-batch-reader.js';

/** Bytes of a delivery, give or take a batch. */
const PIECE = 262_144;

/** A partition that a consumer holds: where it is, what is fetched and what is not settled. */
export class HeldPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly assignment: Assignment;
  readonly consumer: GroupConsumer;
  readonly #abort = new AbortController();
  readonly #maxBytes: number;
  readonly #account: (bytes: number, deliveries: number) => void;
  /** What was fetched and is not handed out yet. */
  reader: RecordBatchReader | null = null;
  /** Next offset to be fetched. */
  position = 0;
  endOffset = 0;
  /** Of what is being handed out. */
  fetched: FetchTimes | undefined;
  /** Grows when what is under way is for nothing: after a seek. */
  version = 0;
  leader = -1;
  unsettled = 0;
  started = false;
  #gap: { from: number; to: number } | null = null;

  constructor(
    topic: string,
    partition: number,
    epoch: number,
    consumer: GroupConsumer,
    { maxBytesPerPartition }: { maxBytesPerPartition: number },
    account: (bytes: number, deliveries: number) => void,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.assignment = { topic, partition, epoch, signal: this.#abort.signal };
    this.consumer = consumer;
    this.#maxBytes = maxBytesPerPartition;
    this.#account = account;
  }

  start(offset: number): void {
    this.started = true;
    this.position = offset;
    this.endOffset = Math.max(this.endOffset, offset);
  }

  seek(offset: number): void {
    this.version++;
    this.reader = null;
    this.start(offset);
  }

  /** Goes on after records that are not there any more; the next delivery says so. */
  jump(offset: number): void {
    this.#gap ??= { from: this.position, to: offset };
    this.#gap.to = offset;
    this.position = offset;
  }

  /** The next records of what was fetched, or null when there was nothing but markers. */
  next(): Delivery | null {
    const reader = this.reader!;
    const firstOffset = this.position;
    const { records, nextOffset, byteLength, fault } = reader.read(Math.min(this.#maxBytes, PIECE));
    this.position = nextOffset;
    if (reader.done) this.reader = null;
    if (records.length === 0 && fault === null && this.#gap === null) return null;
    const delivery = new HeldDelivery(this, { records, firstOffset, nextOffset, byteLength, fault, gap: this.#gap });
    this.#gap = null;
    this.hold(byteLength, 1);
    return delivery;
  }

  hold(bytes: number, deliveries: number): void {
    this.unsettled += bytes;
    this.#account(bytes, deliveries);
  }

  release(): void {
    this.version++;
    this.reader = null;
    this.#abort.abort();
  }
}

type Content = Pick<Delivery, 'records' | 'firstOffset' | 'nextOffset' | 'byteLength' | 'fault' | 'gap'>;

class HeldDelivery implements Delivery {
  readonly topic: string;
  readonly partition: number;
  readonly consumer: GroupConsumer;
  readonly assignment: Assignment;
  readonly epoch: number;
  readonly records: Delivery['records'];
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly byteLength: number;
  readonly endOffset: number;
  readonly fetched: FetchTimes | undefined;
  readonly fault: Delivery['fault'];
  readonly gap: Delivery['gap'];
  readonly #held: HeldPartition;
  readonly #version: number;
  #settled = false;

  constructor(held: HeldPartition, content: Content) {
    this.#held = held;
    this.#version = held.version;
    this.topic = held.topic;
    this.partition = held.partition;
    this.consumer = held.consumer;
    this.assignment = held.assignment;
    this.epoch = held.assignment.epoch;
    this.records = content.records;
    this.firstOffset = content.firstOffset;
    this.nextOffset = content.nextOffset;
    this.byteLength = content.byteLength;
    this.fault = content.fault;
    this.gap = content.gap;
    this.endOffset = held.endOffset;
    this.fetched = held.fetched;
  }

  get stale(): boolean {
    return this.#held.version !== this.#version;
  }

  settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#held.hold(-this.byteLength, -1);
  }
}
