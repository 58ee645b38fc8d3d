/** What was seen of one series of a field, in order. */
export interface SeriesSample {
  /** What the key said; empty where all records are one series. */
  readonly key: string;
  /** In the unit of the field; NaN where a record had none. */
  readonly values: Float64Array;
  /** Event times in ms, one for each value; NaN where a record had none. */
  readonly times: Float64Array;
}

/** What was seen of one field. */
export interface FieldSample {
  readonly name: string;
  /** In the order in which they appeared. */
  readonly series: readonly SeriesSample[];
  /** Values that were no number: they are missing in the series. */
  readonly texts: number;
}
