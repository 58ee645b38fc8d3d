import type { ResidentBatch } from '../backend/backend.js';

/** The features of some records, one record behind the other. */
export interface FeatureRows {
  /** Records. */
  readonly length: number;
  /** Features of a record. */
  readonly inputs: number;
  /** `length × inputs` numbers; null where they are on a device. */
  readonly values: Float64Array | Float32Array | null;
  /** The same numbers where they were computed, still the caller's to release; null where they are here. */
  readonly resident: ResidentBatch | null;
}
