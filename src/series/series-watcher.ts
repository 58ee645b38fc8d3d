/** Told what happens to the series of a table. */
export interface SeriesWatcher {
  /** The series in `slot` was asked for: its state is about to change. */
  seen(slot: number): void;
  /** The series of `key` is about to leave `slot`. */
  forgotten(slot: number, key: string): void;
}
