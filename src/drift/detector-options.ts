/** The detectors by name. */
export type DetectorName =
  | 'joint'
  | 'adwin'
  | 'page-hinkley'
  | 'cusum'
  | 'ewma'
  | 'shewhart'
  | 'kswin'
  | 'hddm-a'
  | 'hddm-w';

/** Which detector, and how sensitive: by its mean run length, or by the parameters of its own, never both. */
export interface DetectorOptions {
  /** @defaultValue `'joint'`: level and scale at once */
  name?: DetectorName;
  /** Mean number of values from one false alarm to the next where nothing changes, at least 10. @defaultValue 100000 */
  falseAlarmEvery?: number;
  /** joint, cusum: the smallest shift of the level worth finding, in scales. @defaultValue 0.5; cusum 1 */
  smallestShift?: number;
  /** adwin: values from one look for a change to the next, 1 or 32. @defaultValue 1 */
  clock?: 1 | 32;
  /** ewma: what a value takes from all before it. @defaultValue 0.1 */
  alpha?: number;
  /** adwin, hddm-a, hddm-w: chance of a false alarm that the bound allows; page-hinkley: deviation tolerated. */
  delta?: number;
  /** cusum, page-hinkley: what the sum must exceed, in scales. */
  threshold?: number;
  /** ewma, shewhart: so many standard deviations are an alarm. */
  limit?: number;
}
