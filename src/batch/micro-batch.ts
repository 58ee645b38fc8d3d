/** Some records side by side: one column of doubles for each field, in the order in which the records came. */
export interface MicroBatch<T> {
  readonly length: number;
  readonly records: readonly T[];
  /** By field name, each of `length` doubles; NaN where the value is missing. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** Epoch ms, NaN where unknown; absent when no time was asked for. */
  readonly times: Float64Array | undefined;
  /** The key that all records share; absent when the batch is across keys. */
  readonly key: string | undefined;
}
