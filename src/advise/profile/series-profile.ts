import type { Sequence } from './sequence.js';
import type { Shape } from './shape.js';

/** What was measured of one series. */
export interface SeriesProfile extends Shape, Sequence {
  key: string;
  /** Median time between values, in ms; 0 where there are no times. */
  timeStep: number;
}
