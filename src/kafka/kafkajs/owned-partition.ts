import type { Assignment, Delivery, GroupConsumer, TopicPartition } from '../port.js';

type Content = Pick<Delivery, 'records' | 'nextOffset' | 'byteLength' | 'fault'>;

/** A partition that the group has given to this member, and where reading it is. */
export class OwnedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly assignment: Assignment;
  readonly #abort = new AbortController();
  readonly #consumer: GroupConsumer;
  readonly #account: (bytes: number, deliveries: number) => void;
  position = 0;
  endOffset = 0;
  /** Grows when what is under way is for nothing. */
  version = 0;
  started = false;
  #gap: { from: number; to: number } | null = null;

  constructor(
    { topic, partition, epoch, consumer }: TopicPartition & { epoch: number; consumer: GroupConsumer },
    account: (bytes: number, deliveries: number) => void,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.assignment = { topic, partition, epoch, signal: this.#abort.signal };
    this.#consumer = consumer;
    this.#account = account;
  }

  start(offset: number): void {
    this.started = true;
    this.position = offset;
  }

  seek(offset: number): void {
    this.version++;
    this.start(offset);
  }

  /** Goes on after records that are not there any more; the next delivery says so. */
  jump(offset: number): void {
    this.#gap = { from: this.#gap?.from ?? this.position, to: offset };
    this.position = offset;
  }

  release(): void {
    this.version++;
    this.#abort.abort();
  }

  /** Hands records out; resolves when they are settled. */
  deliver(content: Content, hand: (delivery: Delivery) => void): Promise<void> {
    const { topic, partition, assignment, version, endOffset } = this;
    const firstOffset = this.position;
    const gap = this.#gap;
    this.#gap = null;
    this.position = content.nextOffset;
    this.#account(content.byteLength, 1);
    return new Promise((resolve) => {
      let settled = false;
      const owned = this;
      hand({
        topic,
        partition,
        assignment,
        consumer: this.#consumer,
        epoch: assignment.epoch,
        firstOffset,
        endOffset,
        gap,
        ...content,
        get stale() {
          return owned.version !== version;
        },
        settle: () => {
          if (settled) return;
          settled = true;
          this.#account(-content.byteLength, -1);
          resolve();
        },
      });
    });
  }
}
