/**
 * What is known of the value that is being learnt: one object that the parts of a normalizer hand on.
 *
 * Fields and not arguments, for a number handed to a function that is not inlined costs an allocation, and there would be ten a value.
 */
export class Present {
  x = Number.NaN;
  /** How much it counts, in (0, 1]. */
  weight = Number.NaN;
  /** Of the regime, before the value is learnt. */
  center = Number.NaN;
  scale = Number.NaN;
  /** How many values of the regime say as much as one independent value. */
  tau = Number.NaN;
  /** The standardized value, and the same held within what is learnt. */
  u = Number.NaN;
  v = Number.NaN;
  /** The innovation in its own scale, its square and its `mScaleScore`. */
  eps = Number.NaN;
  square = Number.NaN;
  score = Number.NaN;
  /** The standardized value before, and the mean of the last few with this one. */
  last = Number.NaN;
  short = Number.NaN;
  /** Whether the regime is old enough for what a single value says, and whether a single innovation may tell of a shift. */
  known = false;
  trusting = false;
  /** Whether with this value the variance lost what a ramp had put into it. */
  tookOff = false;
}
