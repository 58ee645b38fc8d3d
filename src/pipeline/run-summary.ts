import type { BatchDevices } from './open-batch-backend.js';

/** What a run has done. */
export interface RunSummary {
  /** Records read, good ones. */
  records: number;
  /** Records put out: less than `records` where a field warms up by `drop`. */
  written: number;
  badRecords: number;
  /** The first few of them. */
  firstBad: { file: string; line: number; reason: string }[];
  /** Values that were no number where one was expected, by field: text and the like. */
  textValues: Record<string, number>;
  /** Values that were no observation. */
  missing: number;
  /** Values too late for their window. */
  late: number;
  /** Values without a readable event time, where one is needed. */
  untimed: number;
  gated: number;
  /** Terms and categories that a full vocabulary had no room for. */
  leftOut: number;
  /** By model: predictions of this run, the mean loss of those whose target was known (NaN: of none), and models that were stopped. */
  models: { name: string; predictions: number; loss: number; stopped: number; reason?: string }[];
  /** Series held at the end. */
  series: number;
  /** Fields and models whose stored state was of another configuration and began afresh. */
  restarted: readonly string[];
  /** Records that an earlier run had done, when this one went on from its checkpoint. */
  resumedAfter?: number;
  /** Whether it was told to stop before its source ended. */
  stopped: boolean;
}

export interface RunProgress {
  records: number;
  bytesRead: number;
  /** Absent for streams. */
  bytesTotal?: number;
}

export interface RunOptions {
  /** Aborted: what was read is finished, state and output are saved, then it returns. */
  signal?: AbortSignal;
  /** Called after each batch. */
  onProgress?: (progress: RunProgress) => void;
  /** Told, in a sentence, what the person in front of the screen should know. */
  warn?: (message: string) => void;
  /** How to open the devices of `batch.backend`. @defaultValue as `chooseBackend` does */
  devices?: BatchDevices;
}
