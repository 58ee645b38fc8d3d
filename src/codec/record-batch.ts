/**
 * Whole records of one input, side by side in one buffer, without their line ends.
 *
 * Record `i` is `bytes[starts[i], ends[i])`. The arrays belong to whoever made the batch and are used again for the next.
 */
export interface RecordBatch {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly length: number;
  /** Line on which record `i` begins, counted from 1: `firstLine + lines[i]`. */
  readonly firstLine: number;
  readonly lines: Uint32Array;
  /** Bytes of the (decompressed) input up to and with the last record and its line end: where to go on. */
  readonly position: number;
  /** The number of the line that begins at `position`. */
  readonly nextLine: number;
  /** What could not be made a record, in order of lines; mostly empty. */
  readonly rejected: readonly RejectedRecord[];
}

/** Input that is no record. */
export interface RejectedRecord {
  readonly line: number;
  readonly reason: string;
  /** A copy of the beginning, at most 1 KiB. */
  readonly head: Uint8Array;
}
