import type { ByteWriter } from './byte-writer.js';
import type { RecordBatch } from './record-batch.js';
import type { ScoredBatch } from './scored-batch.js';

/** Writes scored records. */
export interface RecordEncoder {
  /** Appends the records of `batch` that are to be kept to `out`, each with its scores. */
  encode(batch: RecordBatch, scored: ScoredBatch, out: ByteWriter): void;
}

/** Whether scores stand beside the values or in their place. */
export type OutputMode = 'add' | 'replace';
