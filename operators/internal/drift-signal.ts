/** What is found out about a series. */
export interface DriftSignal<T> {
  /**
   * `'warning'`: a change is likely; `'steady'`: the warning is over; `'drift'`: the series has changed; `'flat'`, `'saturated'`, `'silent'`:
   * its sensor is stuck, at the end of its range, or says nothing any more; `'live'`: it is well again.
   */
  state: 'warning' | 'steady' | 'drift' | 'flat' | 'saturated' | 'silent' | 'live';
  key: string;
  /** What brought it to light: of the series itself, but for `'silent'`. On plain numbers the number. */
  record: T;
  /** Which value of the series, counted from 0. */
  index: number;
  /** Of drift and warning; else null. */
  cause: 'level' | 'scale' | null;
  direction: 'up' | 'down' | null;
  /** How far the level moved, in scales, with its sign; or the factor by which the scale changed. */
  size: number | null;
  /** Values since the estimated change, the present one included; for flat the equal ones; for silent null. */
  delay: number | null;
  /** Index of the first value after the estimated change, or of the first of the equal ones. */
  changePoint: number | null;
}
