import type { GroupMember } from './assign-partitions.js';
import type { TopicPartition } from './port.js';

/** The name under which members agree on how partitions are shared out. */
export const groupProtocolName = 'streamnorm-sticky';

/**
 * What a member tells the group: ConsumerProtocolSubscription, version 2.
 *
 *     version [topic] user_data [topic [partition]] generation_id
 */
export function encodeSubscription(
  topics: readonly string[],
  owned: readonly TopicPartition[],
  generation: number,
): Buffer {
  const writer = new ProtocolBytes();
  writer.int16(2);
  writer.int32(topics.length);
  for (const topic of topics) writer.string(topic);
  writer.int32(-1);
  writer.partitions(owned);
  writer.int32(generation);
  return writer.bytes();
}

/** Reads what a member told; one whose bytes are not ours owns nothing. */
export function decodeSubscription(memberId: string, bytes: Buffer): GroupMember {
  const reader = new ProtocolReader(bytes);
  const version = reader.int16();
  const topics: string[] = [];
  for (let left = reader.int32(); left > 0; left--) topics.push(reader.string());
  const userData = reader.int32();
  if (userData > 0) reader.skip(userData);
  const owned = version >= 1 ? reader.partitions() : [];
  return { memberId, topics, owned, generation: version >= 2 ? reader.int32() : -1 };
}

/** What the leader gives a member: ConsumerProtocolAssignment, version 0. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new ProtocolBytes();
  writer.int16(0);
  writer.partitions(partitions);
  writer.int32(-1);
  return writer.bytes();
}

export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length < 6) return [];
  const reader = new ProtocolReader(bytes);
  reader.int16();
  return reader.partitions();
}

class ProtocolBytes {
  readonly #parts: Buffer[] = [];

  int16(value: number): void {
    const part = Buffer.allocUnsafe(2);
    part.writeInt16BE(value);
    this.#parts.push(part);
  }

  int32(value: number): void {
    const part = Buffer.allocUnsafe(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
  }

  string(text: string): void {
    this.int16(Buffer.byteLength(text));
    this.#parts.push(Buffer.from(text));
  }

  partitions(list: readonly TopicPartition[]): void {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of list) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
    this.int32(topics.size);
    for (const [topic, partitions] of topics) {
      this.string(topic);
      this.int32(partitions.length);
      for (const partition of partitions) this.int32(partition);
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

class ProtocolReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  string(): string {
    const length = this.int16();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  partitions(): TopicPartition[] {
    const list: TopicPartition[] = [];
    for (let topics = this.int32(); topics > 0; topics--) {
      const topic = this.string();
      for (let left = this.int32(); left > 0; left--) list.push({ topic, partition: this.int32() });
    }
    return list;
  }
}
