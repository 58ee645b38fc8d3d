import { type CompressionName, compress, compressionCode } from '../../src/kafka/record-batch/compression.js';
import { crc32c } from '../../src/kafka/record-batch/crc32c.js';
import { type BatchProducer, RecordBatchBuilder } from '../../src/kafka/record-batch/record-batch-builder.js';
import { recordBatchLayout as layout } from '../../src/kafka/record-batch/record-batch-layout.js';
import { RecordBatchList } from '../../src/kafka/record-batch/record-batch-list.js';

/** A list of one batch that is compressed here, whatever the producer's own compression is. */
export class PackedBatch extends RecordBatchList {
  readonly #builder: PackedBuilder;

  constructor(codec: Exclude<CompressionName, 'none'>) {
    super(2 ** 30);
    this.#builder = new PackedBuilder(codec);
  }

  override get count(): number {
    return this.#builder.count;
  }

  override batches(): RecordBatchBuilder[] {
    return [this.#builder];
  }

  /** A record of `length` equal bytes. */
  appendFlat(timestamp: number, key: Uint8Array, length: number): void {
    this.#builder.append(timestamp, key, Buffer.alloc(length, 0x20));
  }
}

class PackedBuilder extends RecordBatchBuilder {
  readonly #codec: Exclude<CompressionName, 'none'>;

  constructor(codec: Exclude<CompressionName, 'none'>) {
    super();
    this.#codec = codec;
  }

  override finish(producer: BatchProducer | null = null): Buffer {
    const plain = super.finish(producer, 'none');
    const content = plain.subarray(layout.records);
    const packed = this.#codec === 'zstd' ? zstdFrame(content) : compress(this.#codec, content);
    const batch = Buffer.concat([plain.subarray(0, layout.records), packed]);
    batch.writeInt32BE(batch.length - layout.partitionLeaderEpoch, layout.batchLength);
    setCodec(batch, compressionCode(this.#codec));
    return batch;
  }
}

/** Writes the number of a codec into a batch, and the checksum that goes with it. */
export function setCodec(batch: Buffer, code: number): void {
  batch.writeInt16BE((batch.readInt16BE(layout.attributes) & ~7) | code, layout.attributes);
  batch.writeUInt32BE(crc32c(batch, layout.attributes, batch.length), layout.crc);
}

const BLOCK = 131_072;

/**
 * A Zstandard frame (RFC 8878) of raw blocks and, where a block is one byte over and over, of blocks that say only so: Node before
 * 22.15 cannot write one.
 */
function zstdFrame(content: Uint8Array): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])]; // no size said, a window of 128 KiB
  for (let at = 0; at < content.length; at += BLOCK) {
    const block = content.subarray(at, at + BLOCK);
    const isFlat = block.every((byte) => byte === block[0]);
    const last = at + BLOCK >= content.length ? 1 : 0;
    const header = Buffer.alloc(3);
    header.writeUIntLE(last | ((isFlat ? 1 : 0) << 1) | (block.length << 3), 0, 3);
    parts.push(header, isFlat ? Buffer.from(block.subarray(0, 1)) : Buffer.from(block));
  }
  return Buffer.concat(parts);
}
