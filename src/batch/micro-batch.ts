/** Some records side by side: one column of doubles for each field, in the order in which the records came. */
export interface MicroBatch<T> {
  readonly length: number;
  readonly records: readonly T[];
  /** By field name, each of `length` doubles; NaN where the value is missing. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The same columns one behind the other, in the order of the fields: `fields × length` doubles. */
  readonly values: Float64Array;
  /** Epoch ms, NaN where unknown; absent when no time was asked for. */
  readonly times: Float64Array | undefined;
  /** Where each record stood in its source; absent when no offset was asked for. */
  readonly offsets: Float64Array | undefined;
  /** The key that all records share; absent when the batch is across keys. */
  readonly key: string | undefined;
  /**
   * Gives the memory of the columns back for a batch to come: they must not be read afterwards. Whoever never calls it leaves them to
   * the garbage collector. Once is enough; more is nothing.
   */
  release(): void;
}

/** Whether `value` is a micro-batch, as opposed to an array or a tensor. */
export function isMicroBatch(value: unknown): value is MicroBatch<unknown> {
  return typeof value === 'object' && value !== null && 'records' in value && 'columns' in value;
}
